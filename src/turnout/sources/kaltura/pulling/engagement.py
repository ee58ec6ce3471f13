"""Engagement of an event: reports by session, page by page; then what only a call for one person tells."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any, Final

import msgspec
from msgspec import Struct, field

from turnout.clock import iso
from turnout.sources.kaltura.connection.calls import PAGE
from turnout.sources.kaltura.connection.settings import whole
from turnout.sources.kaltura.pulling.told import Work, reading
from turnout.sources.kaltura.reading import engagement as read
from turnout.sources.kaltura.reading import tables
from turnout.sources.kaltura.reading.directory import Directory
from turnout.sources.kaltura.reading.tables import Cells, Span, Table
from turnout.state.events import Event, EventSession
from turnout.values.flights import Flight
from turnout.values.verdicts import Ruling
from turnout.wire import Talk

TITLES: Final = {
    read.PLAYERS: "report 40009 (plays, completion)",
    read.PEOPLE: "report 60013 (minutes, reactions, chat, questions, polls)",
    read.REACTIONS: "report 4021 (kinds of reactions, calendar, microphone, camera)",
    read.LEVELS: "report 60011 (the five levels of one person)",
    read.VIEWERS: "report 3037 (who watched what)",
}
FRESH_SECONDS: Final = 900.0
"""Pages of an interrupted pull are used again for so long; after that the report may tell something else."""


class Gate(Struct, frozen=True):
    """What the whole event's sums were when all of it was read: where they stand, nothing needs to be read again."""

    sums: str = ""
    sessions: Mapping[str, str] = field(default_factory=dict)
    final: bool = False


class RowKept(Struct, frozen=True):
    """A person's row of one session as it was last kept, and at how many live minutes the levels were read."""

    digest: str
    live: float = 0.0
    levels_at: float = -1.0
    polls: int = 0


class Page(Struct, frozen=True):
    """A page of a report that was read; kept until all pages of its session are there."""

    rows: list[dict[str, str]]
    total: int
    at: float


class EngagementPull:
    """Reads the reports of an event."""

    def __init__(self, work: Work, event: Event, *, since: float) -> None:
        self._config, self._keeping, self._told = work.config, work.keeping, work.told
        self._event = event
        self._now = self._keeping.now()
        self._span = Span(event.id, since or event.starts_at, self._now)
        lag = whole(self._config, "report_lag_minutes", 30) * 60
        self.final = 0 < event.ends_at <= self._now - lag
        self.left = whole(self._config, "calls_per_pull", 2000)
        self._gate = self._keeping.seen("gate", Gate).get("reports", Gate())
        self._sums: str | None = None
        self._viewers: dict[str, str] | None = None
        self._who = Directory({})

    # What changed.

    def gate(self) -> list[Flight]:
        """Return the flights that tell whether anything changed: sums of all, and who watched what."""
        sums = reading(
            self._told, TITLES[read.PEOPLE], partial(tables.total, read.PEOPLE, self._span), then=self._summed
        )
        viewers = partial(_columned, partial(tables.custom, read.VIEWERS, self._span), read.VIEWERS)
        return [sums, reading(self._told, TITLES[read.VIEWERS], viewers, then=self._watched)]

    def _summed(self, sums: Cells) -> list[Flight]:
        self._sums = ",".join(f"{name}={sums[name]}" for name in sorted(sums))
        return []

    def _watched(self, rows: Sequence[Cells]) -> list[Flight]:
        lines: dict[str, list[str]] = {}
        for one in rows:
            told = f"{one['user_id']} {one.get('date', '')} {one['sum_minutes_viewed']}"
            lines.setdefault(one["entry_id"], []).append(told)
        self._viewers = {entry: digest(sorted(some)) for entry, some in lines.items()}
        return []

    def changed(self) -> list[EventSession]:
        """Return the sessions whose reports must be read."""
        gate, sums, viewers = self._gate, self._sums, self._viewers
        if sums is None or gate.final != self.final or viewers is None:
            return list(self._event.sessions)
        if sums == gate.sums:
            return []
        minutes = [one for one in self._event.sessions if viewers.get(one.entry_id) != gate.sessions.get(one.entry_id)]
        return minutes if minutes and _only_minutes(sums, gate.sums) else list(self._event.sessions)

    def passed(self, sessions: Sequence[EventSession]) -> None:
        """Note that these sessions were read at the sums that were seen, where nothing is missing."""
        whole_pull = not self._told.later and self._sums is not None
        if sessions and whole_pull:
            gate = Gate(self._sums or "", self._viewers or {}, self.final)
            self._keeping.write({}, {"gate": {"reports": gate}})
            self._keeping.forget("page")

    # Pages.

    def pages(self, sessions: Sequence[EventSession], emails: Mapping[str, str]) -> list[Flight]:
        """Return the flights that read the reports of some sessions, each with its first page."""
        self._who = Directory(emails)
        flights = []
        for one in sessions:
            flights += self._page(one.entry_id, read.PLAYERS, 1)
            flights += self._page(one.entry_id, read.PEOPLE, 1)
            flights += self._csv(one.entry_id)
        return flights

    def _page(self, entry: str, report: str, number: int) -> list[Flight]:
        name = f"{entry}/{report}/{number}"
        if (page := self._kept(name)) is not None:
            return self._after(entry, report, number, total=page.total)
        talk = partial(tables.table, report, self._of(entry), page=number)
        then = partial(self._paged, name, lambda total: self._after(entry, report, number, total=total))
        return [reading(self._told, TITLES[report], partial(_columned, talk, report), then=then)]

    def _csv(self, entry: str) -> list[Flight]:
        name = f"{entry}/{read.REACTIONS}/1"
        if self._kept(name) is not None:
            return []
        talk = partial(_columned, partial(tables.custom, read.REACTIONS, self._of(entry)), read.REACTIONS)
        then = partial(self._paged, name, lambda _: [])
        return [reading(self._told, TITLES[read.REACTIONS], talk, then=then)]

    def _paged(self, name: str, onward: Callable[[int], list[Flight]], found: Table | Sequence[Cells]) -> list[Flight]:
        table = found if isinstance(found, Table) else Table(found, len(found))
        page = Page([dict(row) for row in table.rows], table.total, self._now)
        self._keeping.write({}, {"page": {name: page}})
        return onward(table.total)

    def _after(self, entry: str, report: str, number: int, *, total: int) -> list[Flight]:
        """Return the flight of the next page; beyond what a table shows, people are asked for by their ids."""
        if number * PAGE >= total:
            return []
        if (number + 1) * PAGE > tables.TABLE_ROWS:
            return self._by_ids(entry, report)
        return self._page(entry, report, number + 1)

    def _by_ids(self, entry: str, report: str) -> list[Flight]:
        """Return flights that ask for the people whom the pages so far did not name, a page of ids at a time."""
        seen = {row["user_id"] for name, page in self._all(entry, read.PLAYERS).items() for row in page.rows}
        rest = sorted(user for user in self._who.everyone() if user not in seen or report != read.PLAYERS)
        flights = []
        for start in range(0, len(rest), PAGE):
            name = f"{entry}/{report}/ids {start}"
            if self._kept(name) is None:
                talk = partial(tables.table, report, self._of(entry), users=rest[start : start + PAGE])
                then = partial(self._paged, name, lambda _: [])
                flights.append(reading(self._told, TITLES[report], partial(_columned, talk, report), then=then))
        return flights

    # One person at a time.

    def alone(self, sessions: Sequence[EventSession]) -> list[Flight]:
        """Return the flights for persons whom the pages of 60013 cannot tell apart, or do not name."""
        flights = []
        for one in sessions:
            merged = self._merged(one)
            for user in merged.asking:
                name = f"{one.entry_id}/alone/{user}"
                if self._kept(name) is not None:
                    continue
                if not self._take():
                    break
                talk = partial(tables.table, read.PEOPLE, self._of(one.entry_id), users=[user])
                then = partial(self._paged, name, lambda _: [])
                flights.append(
                    reading(self._told, TITLES[read.PEOPLE], partial(_columned, talk, read.PEOPLE), then=then)
                )
        return flights

    def keep(self, sessions: Sequence[EventSession]) -> None:
        """Keep the rows of some sessions that differ from what was kept."""
        for one in sessions:
            merged = self._merged(one)
            self._told.unnamed += merged.nobody
            known = self._keeping.seen("row", RowKept, begin=f"{one.entry_id}/")
            rows, seen = [], {}
            for user, values in merged.rows.items():
                name = f"{one.entry_id}/{user}"
                before = known.get(name, RowKept(""))
                made = digest([msgspec.json.encode([values, self.final]).decode()])
                if made != before.digest:
                    rows.append(self._row(one.entry_id, user, values))
                    live, polls = values.get("live_minutes_viewed", 0.0), int(values.get("answered_polls", 0))
                    seen[name] = RowKept(made, live, before.levels_at, polls)
            if rows:
                self._told.new.update(self._keeping.write({"engagement": rows}, {"row": seen}).new)

    def levels(self) -> list[Flight]:
        """Return the flights that read the five levels of those whose live time changed, as far as calls go."""
        flights = []
        for name, kept in sorted(self._keeping.seen("row", RowKept).items()):
            if kept.live > 0 and kept.levels_at != kept.live and self._take():
                entry, _, user = name.partition("/")
                talk = partial(_levels, self._of(entry), user)
                then = partial(self._leveled, name, kept)
                flights.append(reading(self._told, TITLES[read.LEVELS], talk, then=then))
        return flights

    def _leveled(self, name: str, kept: RowKept, rows: Sequence[Cells]) -> list[Flight]:
        entry, _, user = name.partition("/")
        rates = read.levels(rows)
        told = [self._row(entry, user, {one: round(rate, 4) for one, rate in rates.items()})] if rates else []
        seen = RowKept(kept.digest, kept.live, kept.live, kept.polls)
        self._told.new.update(self._keeping.write({"engagement": told}, {"row": {name: seen}}).new)
        return []

    def voters(self) -> dict[str, int]:
        """Return how many polls each user has answered, as far as reports tell."""
        found: dict[str, int] = {}
        for name, kept in self._keeping.seen("row", RowKept).items():
            user = name.partition("/")[2]
            found[user] = found.get(user, 0) + kept.polls
        return {user: polls for user, polls in found.items() if polls}

    def take(self) -> bool:
        """Take one of the calls that are granted for single persons; where none is left, one more waits."""
        return self._take()

    # Pieces.

    def _take(self) -> bool:
        self.left -= 1
        self._told.waiting += self.left < 0
        return self.left >= 0

    def _of(self, entry: str) -> Span:
        return Span(self._span.event_id, self._span.since, self._span.until, entry)

    def _kept(self, name: str) -> Page | None:
        page = self._keeping.seen("page", Page, names=[name]).get(name)
        return page if page is not None and page.at > self._now - FRESH_SECONDS else None

    def _all(self, entry: str, report: str) -> dict[str, Page]:
        return self._keeping.seen("page", Page, begin=f"{entry}/{report}/")

    def _rows(self, entry: str, report: str) -> list[dict[str, str]] | None:
        """Return the rows of a report that was read, or None where it was refused."""
        pages = self._all(entry, report)
        return [row for page in pages.values() for row in page.rows] if pages else None

    def _merged(self, session: EventSession) -> read.Merged:
        entry = session.entry_id
        alone = {name.rpartition("/alone/")[2]: page.rows for name, page in self._all(entry, "alone").items()}
        reports = read.Reports(
            self._rows(entry, read.PLAYERS), self._rows(entry, read.PEOPLE), self._rows(entry, read.REACTIONS), alone
        )
        seconds = self._config.get("report_mic_cam_unit") == "seconds"
        return read.merged(reports, self._who, timed=session.duration_ms > 0, seconds=seconds)

    def _row(self, entry: str, user: str, values: Mapping[str, float]) -> dict[str, Any]:
        head = {"event_id": self._event.id, "user_id": user, "entry_id": entry}
        return {**head, "final": "yes" if self.final else "no", "as_of": iso(self._now), **values}


def digest(lines: Sequence[str]) -> str:
    """Return what tells some lines from others."""
    return blake2b("\n".join(lines).encode(), digest_size=12).hexdigest()


def _only_minutes(now: str, before: str) -> bool:
    """Whether two sums differ in minutes and what is made of them alone: no reaction, message or answer came."""
    kept = [{one for one in sums.split(",") if one.startswith("count_")} for sums in (now, before)]
    return kept[0] == kept[1]


def _columned(talk: Callable[[], Talk[Any]], report: str) -> Talk[Any]:
    """Return what a report tells, or the Ruling that a column of it which Turnout reads is gone."""
    found = yield from talk()
    if isinstance(found, Ruling):
        return found
    rows = found.rows if isinstance(found, Table) else found
    return tables.missing(rows, read.READ[report], report) or found


def _levels(span: Span, user: str) -> Talk[Any]:
    """Return all rows of report 60011 for one person in one session, or the Ruling that refuses it."""
    rows: list[Cells] = []
    page = 1
    while True:
        some = partial(tables.table, read.LEVELS, span, users=[user], page=page)
        found = yield from _columned(some, read.LEVELS)
        if isinstance(found, Ruling):
            return found
        rows += found.rows
        if len(found.rows) < PAGE or len(rows) >= found.total:
            return rows
        page += 1
