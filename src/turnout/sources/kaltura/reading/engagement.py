"""Reports of one session -> one row for each person: 40009, 60013 and 4021 merged; 60011 as the five levels."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from turnout.sources.kaltura.reading.directory import Directory
from turnout.sources.kaltura.reading.tables import Cells

PLAYERS, PEOPLE, REACTIONS, LEVELS, VIEWERS = "40009", "60013", "4021", "60011", "3037"

READ: Final[Mapping[str, tuple[str, ...]]] = {
    PLAYERS: ("user_id", "count_plays", "sum_view_period", "sum_live_view_period", "total_completion_rate"),
    PEOPLE: (
        "email",
        "vod_view_time",
        "live_view_time",
        "count_reaction_clicked",
        "count_raise_hand_clicked",
        "combined_live_engaged_users_play_time_ratio",
        "count_group_chat_messages_sent",
        "count_poll_answered",
        "count_q_and_a_threads",
    ),
    REACTIONS: (
        "email",
        "add_to_calendar",
        "raise_hand",
        "mic_on",
        "cam_on",
        "clap_clicked_count",
        "heart_clicked_count",
        "think_clicked_count",
        "wow_clicked_count",
        "smile_clicked_count",
        "total_reactions_activity",
    ),
    LEVELS: ("user_engagement", "count_viewers"),
    VIEWERS: ("user_id", "entry_id", "sum_minutes_viewed"),
}
"""The columns of each report that Turnout reads (facts §0, §2.8); one that is gone is a refusal with its name."""

OF_PEOPLE: Final = {
    "vod_view_time": "vod_minutes_viewed",
    "live_view_time": "live_minutes_viewed",
    "count_reaction_clicked": "total_reactions_activity",
    "count_raise_hand_clicked": "raise_hand",
    "combined_live_engaged_users_play_time_ratio": "combined_live_engaged_users_play_time_ratio",
    "count_group_chat_messages_sent": "messages_sent_group",
    "count_poll_answered": "answered_polls",
    "count_q_and_a_threads": "qna_threads",
}
OF_REACTIONS: Final = ("add_to_calendar", "clap_clicked_count", "heart_clicked_count", "think_clicked_count",
                       "wow_clicked_count", "smile_clicked_count")  # fmt: skip
TIMES: Final = ("mic_on", "cam_on")
RATES: Final = ("no", "low", "fair", "good", "high")
SHARES: Final = frozenset({"combined_live_engaged_users_play_time_ratio"})
COUNTS: Final = frozenset({"plays", *OF_PEOPLE.values(), *OF_REACTIONS}) - {
    "vod_minutes_viewed",
    "live_minutes_viewed",
    *SHARES,
}


class Reports(Struct, frozen=True):
    """What was read of one session: the rows of each report, None where it was refused.

    `alone` are rows of 60013 that were asked for one person, by user id.
    """

    players: Sequence[Cells] | None = None
    people: Sequence[Cells] | None = None
    reactions: Sequence[Cells] | None = None
    alone: Mapping[str, Sequence[Cells]] = field(default_factory=dict)


class Merged(Struct, frozen=True):
    """One row of metrics for each user, the users that must be asked for one by one, and rows of nobody known."""

    rows: Mapping[str, Mapping[str, float]]
    asking: Sequence[str]
    nobody: int


def merged(reports: Reports, who: Directory, *, timed: bool, seconds: bool) -> Merged:
    """Return what a session's reports tell of each person.

    `timed`: whether the session's duration is known, without which completion means nothing. `seconds`: whether
    report 4021 gives mic_on and cam_on in seconds.
    """
    rows: dict[str, dict[str, float]] = {}
    nobody = 0
    doubtful: set[str] = set()
    for cells in reports.players or ():
        users = who.users(cells["user_id"])
        if len(users) == 1:
            rows.setdefault(users[0], {}).update(_of_players(cells, timed=timed))
        else:
            nobody += 1
    for cells in reports.people or ():
        users = who.by_email(cells["email"])
        if len(users) == 1:
            rows.setdefault(users[0], {}).update(_of_people(cells))
        else:
            doubtful |= set(users)
            nobody += not users and bool(cells["email"].strip())
    for user, told in reports.alone.items():
        for cells in told[:1]:
            rows.setdefault(user, {}).update(_of_people(cells))
    for cells in reports.reactions or ():
        users = who.by_email(cells["email"])
        if len(users) == 1:
            rows.setdefault(users[0], {}).update(_of_reactions(cells, seconds=seconds))
        else:
            nobody += 1
    asking: list[str] = []
    if reports.people is not None:
        asking = sorted((doubtful | set(who.nameless(rows))) - reports.alone.keys())
    unnamed = frozenset(who.nameless(rows))
    filled = {user: _filled(row, reports, named=user not in unnamed) for user, row in sorted(rows.items())}
    return Merged(filled, asking, nobody)


def levels(rows: Iterable[Cells]) -> dict[str, float]:
    """Return the five rates, 0..100, out of one person's VIEWs in each state of the player; {} where there are none.

    States of a meeting room count for none of the five (facts §2.2, §2.3).
    """
    counted = dict.fromkeys(RATES, 0)
    for cells in rows:
        level = _level(cells["user_engagement"])
        if level:
            counted[level] += int(float(cells["count_viewers"] or 0))
    views = sum(counted.values())
    return {f"{one}_live_engagement_rate": 100 * number / views for one, number in counted.items()} if views else {}


def _level(state: str) -> str:
    if not state.startswith("Sound"):
        return ""
    focused = "TabFocused" in state
    if state.startswith("SoundOff"):
        return "low" if focused else "no"
    if not focused:
        return "fair"
    return "high" if state.endswith("FullScreen") else "good"


def _of_players(cells: Cells, *, timed: bool) -> dict[str, float]:
    """Return a player's numbers; time in rooms is not among them, so report 60013 goes before."""
    told = {
        "plays": _number(cells["count_plays"]),
        "live_minutes_viewed": _number(cells["sum_live_view_period"]),
        "vod_minutes_viewed": max(0.0, _number(cells["sum_view_period"]) - _number(cells["sum_live_view_period"])),
    }
    completion = _number(cells["total_completion_rate"])
    return {**told, "total_vod_completion_rate": completion} if timed or completion else told


def _of_people(cells: Cells) -> dict[str, float]:
    told = {metric: _number(cells[column]) for column, metric in OF_PEOPLE.items()}
    if not told["live_minutes_viewed"]:
        del told["combined_live_engaged_users_play_time_ratio"]
    return told


def _of_reactions(cells: Cells, *, seconds: bool) -> dict[str, float]:
    told = {name: _number(cells[name]) for name in OF_REACTIONS}
    times = {name: _number(cells[name]) / (60 if seconds else 1) for name in TIMES}
    return {**told, **times}


def _filled(row: Mapping[str, float], reports: Reports, *, named: bool) -> dict[str, float]:
    """Return a row with 0 for what a report that was read would have told, and whole counts as whole numbers.

    `named`: whether reports by e-mail can name this person; else what they do not tell is missing, not zero.
    """
    zero: dict[str, float] = {}
    if reports.players is not None:
        zero |= {"plays": 0, "vod_minutes_viewed": 0, "live_minutes_viewed": 0}
    if named and reports.people is not None:
        zero |= {metric: 0 for metric in OF_PEOPLE.values() if metric not in SHARES}
    if named and reports.reactions is not None:
        zero |= dict.fromkeys((*OF_REACTIONS, *TIMES), 0)
    told: dict[str, Any] = {**zero, **row}
    return {name: int(value) if name in COUNTS else round(value, 6) for name, value in told.items()}


def _number(text: str) -> float:
    return float(text or 0)
