"""The catalogue: every metric once; computation, records, fields, pages and docs all read it."""

from typing import Final, Literal

from msgspec import Struct

Unit = Literal["count", "minutes", "%", "ratio", "slices"]


class Metric(Struct, frozen=True):
    """One metric: the sum of some parts over the sum of others.

    `top` and `bottom` name parts (`metrics/parts.py`); an empty `bottom` divides by one.
    `seen_by` names the group of facts that must have been read before a value can be known.
    `help` is the text of the vendors' documents, carried into the account as description.
    """

    name: str
    unit: Unit
    seen_by: str
    top: tuple[str, ...]
    help: str
    bottom: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether values are integers."""
        return self.unit == "count"


_LIVE: Final = ("live_ms",)


METRICS: Final = (
    Metric("plays", "count", "player", ("plays",), "Number of plays"),
    Metric("vod_minutes_viewed", "minutes", "player", ("vod_ms",), "Amount of minutes VOD content was consumed"),
    Metric(
        "live_minutes_viewed",
        "minutes",
        "player",
        ("live_ms", "room_ms"),
        "Amount of minutes live content was consumed",
    ),
    Metric("total_vod_completion_rate", "slices", "player", ("vod_slices",), "VOD content completion rate"),
    Metric(
        "no_live_engagement_rate",
        "%",
        "player",
        ("live_no_ms",),
        "Percentage of viewing time that the tab is not in focus, player is on mute",
        _LIVE,
    ),
    Metric(
        "low_live_engagement_rate",
        "%",
        "player",
        ("live_low_ms",),
        "Percentage of viewing time that the tab is in focus, player is on mute",
        _LIVE,
    ),
    Metric(
        "fair_live_engagement_rate",
        "%",
        "player",
        ("live_fair_ms",),
        "Percentage of viewing time that the tab is not in focus, sound is on",
        _LIVE,
    ),
    Metric(
        "good_live_engagement_rate",
        "%",
        "player",
        ("live_good_ms",),
        "Percentage of viewing time that the tab is in focus, sound is on",
        _LIVE,
    ),
    Metric(
        "high_live_engagement_rate",
        "%",
        "player",
        ("live_high_ms",),
        "Percentage of viewing time that the tab is in focus, player is in full screen mode, sound is on",
        _LIVE,
    ),
    Metric("clap_clicked_count", "count", "reactions", ("claps",), "Amount of times the user clicked on clap reaction"),
    Metric(
        "heart_clicked_count", "count", "reactions", ("hearts",), "Amount of times the user clicked on heart reaction"
    ),
    Metric(
        "think_clicked_count", "count", "reactions", ("thinks",), "Amount of times the user clicked on think reaction"
    ),
    Metric("wow_clicked_count", "count", "reactions", ("wows",), "Amount of times the user clicked on wow reaction"),
    Metric(
        "smile_clicked_count", "count", "reactions", ("smiles",), "Amount of times the user clicked on smile reaction"
    ),
    Metric("answered_polls", "count", "polls", ("polls_answered",), "The number of polls the user responded"),
    Metric("messages_sent_group", "count", "chat", ("messages",), "The number of messages the user sent in group chat"),
    Metric("qna_threads", "count", "qna", ("threads",), "The number of threads of the user"),
    Metric(
        "combined_live_engaged_users_play_time_ratio",
        "ratio",
        "player",
        ("live_good_ms", "live_high_ms", "room_engaged_ms"),
        "A number which represents the viewing engagement of the attendee",
        ("live_ms", "room_ms"),
    ),
    Metric(
        "add_to_calendar", "count", "calendar", ("calendars",), "The number of times the user clicked add to calendar"
    ),
    Metric("mic_on", "minutes", "room", ("mic_ms",), "Total time mic is on"),
    Metric("cam_on", "minutes", "room", ("cam_ms",), "Total time camera is on"),
    Metric(
        "total_reactions_activity",
        "count",
        "reactions",
        ("reactions",),
        "Amount of times the user clicked on any type of reaction",
    ),
    Metric("raise_hand", "count", "hands", ("hands",), "The number of times the user raised hand in this session"),
)

METRIC: Final = {metric.name: metric for metric in METRICS}

CATALOGUE_VERSION: Final = 1
