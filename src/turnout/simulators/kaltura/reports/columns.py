"""The reports as data: their columns in order, and how each is made from a person's sums."""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from turnout.simulators.kaltura.account.people import Profile, User
from turnout.simulators.kaltura.reports.measures import Sums

MINUTE: Final = 60.0
REACTIONS: Final = ("Clap", "Heart", "Think", "Wow", "Smile")


class Row(Struct):
    """One row of a report by users: who, the profile where there is one, and the sums."""

    user: User
    profile: Profile | None
    sums: Sums


def ratio(part: float, whole: float) -> float:
    """Return part of whole; 0 where the whole is none."""
    return part / whole if whole else 0.0


def live_engaged(sums: Sums) -> float:
    """Return the live time in the levels high and good, of all live time."""
    return ratio(sums.levels.get("high", 0.0) + sums.levels.get("good", 0.0), sums.live)


def combined_engaged(sums: Sums) -> float:
    """Return the engaged time, live and in rooms, of all time live and in rooms."""
    engaged = sums.levels.get("high", 0.0) + sums.levels.get("good", 0.0) + sums.room_engaged
    return ratio(engaged, sums.live + sums.room)


def _answer(name: str) -> Callable[[Row], str]:
    return lambda row: str(row.profile.data.get(name, "")) if row.profile else ""


def _done(kind: str) -> Callable[[Sums], float]:
    return lambda sums: float(sums.done[kind])


def _level(level: str) -> Callable[[Sums], float]:
    return lambda sums: ratio(sums.levels.get(level, 0.0), sums.live)


PEOPLE: Final[Mapping[str, Callable[[Row], str]]] = {
    "user_id": lambda row: row.user.id,
    "user_name": lambda row: row.user.full_name or row.user.id,
    "first_name": lambda row: row.user.first_name,
    "last_name": lambda row: row.user.last_name,
    "title": lambda row: row.user.title,
    "company": lambda row: row.user.company,
    "email": lambda row: row.user.email,
    "country": lambda row: row.user.country,
    "role": _answer("userRole"),
    "industry": _answer("industry"),
}
"""Columns that tell who it is."""

LEVEL_COLUMNS: Final = tuple(
    f"live_{level}_eng_view_period_play_time_rate" for level in ("no", "low", "fair", "good", "high")
)

NUMBERS: Final[Mapping[str, Callable[[Sums], float]]] = {
    "registered": lambda sums: float(sums.registered),
    "count_loads": lambda sums: float(sums.plays),
    "count_plays": lambda sums: float(sums.plays),
    "sum_view_period": lambda sums: (sums.live + sums.vod) / MINUTE,
    "sum_live_view_period": lambda sums: sums.live / MINUTE,
    "avg_live_buffer_time": lambda _sums: 0.0,
    "total_completion_rate": lambda sums: float(sums.slices.bit_count()),
    "live_engaged_users_play_time_ratio": live_engaged,
    "vod_view_time": lambda sums: sums.vod / MINUTE,
    "live_view_time": lambda sums: (sums.live + sums.room) / MINUTE,
    "total_view_time": lambda sums: (sums.live + sums.room + sums.vod) / MINUTE,
    "avg_completion_rate": lambda sums: min(100.0, ratio(sums.visit_slices, sums.plays)),
    "count_reaction_clicked": _done("reaction"),
    "count_raise_hand_clicked": _done("raise_hand"),
    "combined_live_engaged_users_play_time_ratio": combined_engaged,
    "count_group_chat_messages_sent": _done("chat_message"),
    "count_poll_answered": _done("poll"),
    "count_q_and_a_threads": _done("qna_thread"),
    "count_download_attachment_clicked": _done("download_attachment"),
    **{name: _level(level) for name, level in zip(LEVEL_COLUMNS, ("no", "low", "fair", "good", "high"), strict=True)},
}
"""Columns that count and measure: minutes, ratios from 0 to 1, completion from 0 to 100."""

REACTED: Final[Mapping[str, Callable[[Sums], float]]] = {
    "combined_live_engaged_users_play_time_ratio": combined_engaged,
    "download_attachment": _done("download_attachment"),
    "add_to_calendar": _done("add_to_calendar"),
    "raise_hand": _done("raise_hand"),
    "mic_on": lambda sums: sums.mic / MINUTE,
    "cam_on": lambda sums: sums.cam / MINUTE,
    **{f"{name.lower()}_clicked_count": _done(f"reaction {name}") for name in REACTIONS},
    "total_reactions_activity": _done("reaction"),
    "answered_polls": _done("poll"),
    "messages_sent_group": _done("chat_message"),
    "qna_threads": _done("qna_thread"),
}
"""The columns of custom report 4021 after the e-mail, in their order."""


class Report(Struct, frozen=True):
    """One report: `by` users, views, or nothing; its columns in order, and those of its totals.

    `player` reports know of the player's events alone: not of rooms, chat and polls.
    """

    id: str
    by: str
    columns: tuple[str, ...]
    totals: tuple[str, ...] = ()
    order: str = ""
    player: bool = False


ENGAGEMENT: Final = (
    "count_reaction_clicked",
    "count_raise_hand_clicked",
    "combined_live_engaged_users_play_time_ratio",
    "count_group_chat_messages_sent",
    "count_poll_answered",
    "count_q_and_a_threads",
    "count_download_attachment_clicked",
)
WHO: Final = ("country", "role", "industry")
TIMES: Final = ("vod_view_time", "live_view_time", "total_view_time", "avg_completion_rate")
TOP_USERS: Final = (
    "registered",
    "count_loads",
    "count_plays",
    "sum_view_period",
    "sum_live_view_period",
    "avg_live_buffer_time",
)
RATES: Final = ("total_completion_rate", "live_engaged_users_play_time_ratio")

REPORTS: Final[Mapping[str, Report]] = {
    report.id: report
    for report in (
        Report("40009", "users", ("user_id", "user_name", *TOP_USERS, *RATES), TOP_USERS, "-count_plays", True),
        Report("40010", "nothing", LEVEL_COLUMNS, LEVEL_COLUMNS),
        Report(
            "60010",
            "users",
            ("user_id", "user_name", "email", "title", "company", *WHO, "live_view_time", *ENGAGEMENT),
            ("live_view_time", *ENGAGEMENT),
            "-live_view_time",
        ),
        Report("60011", "views", ("position", "user_engagement", "count_viewers")),
        Report(
            "60013",
            "users",
            ("first_name", "last_name", "title", "company", "email", *WHO, *TIMES, *ENGAGEMENT),
            (*TIMES, *ENGAGEMENT),
            "-vod_view_time",
        ),
    )
}
