"""One event's pull: what it is, who registered, who did what; each wave is over before the next begins."""

from collections.abc import Generator
from functools import partial

from sqlalchemy import Engine

from turnout.clock import Clock
from turnout.sources.kaltura.connection import session
from turnout.sources.kaltura.connection.calls import ask
from turnout.sources.kaltura.connection.settings import EVENT
from turnout.sources.kaltura.pulling.engagement import EngagementPull
from turnout.sources.kaltura.pulling.keeping import Keeping
from turnout.sources.kaltura.pulling.people import PeoplePull
from turnout.sources.kaltura.pulling.polls import PollPull
from turnout.sources.kaltura.pulling.told import Pulled, Work, reading
from turnout.sources.kaltura.reading.events import Described, described
from turnout.values.bindings import Config
from turnout.values.flights import Flight

EVENT_WAVE = "the event, its sessions and channels"


class EventPull:
    """Reads one event; `told` is what there is to tell so far."""

    def __init__(self, engine: Engine, config: Config, clock: Clock) -> None:
        self._config = config
        self._keeping = Keeping(
            engine, clock, account=config.name, event_id=config.get(EVENT), source=config.get("source", "kaltura")
        )
        self.told = Pulled(config.get(EVENT))
        self._work = Work(config, self._keeping, self.told)
        self._found: list[Described] = []

    def cycle(self) -> Generator[list[Flight], None, None]:
        """Yield waves of flights until all of the event was read, or must wait."""
        event_id = self._config.get(EVENT)
        talk = partial(described, self._config, event_id, self._keeping.known_event())
        yield [reading(self.told, EVENT_WAVE, talk, then=self._described)]
        if self._found:
            yield from self._read(self._found[0])
        yield [Flight(talk=lambda: ask(session.end()), end=lambda _: [])]

    def _described(self, found: Described) -> list[Flight]:
        self._keeping.write_event(found)
        self._found.append(found)
        self.told.name, self.told.sessions = found.event.name, len(found.event.sessions)
        for number, note in enumerate(found.notes, 1):
            self.told.refused[f"{EVENT_WAVE} ({number})"] = note
        return []

    def _read(self, found: Described) -> Generator[list[Flight], None, None]:
        people = PeoplePull(self._work, found.app)
        if found.app:
            yield people.flights()
            yield people.count()
        else:
            self.told.refused["user profiles"] = f"no application is registered for event {found.event.id}"
        polls = PollPull(self._work, found.starts)
        yield polls.flights()
        reports = EngagementPull(self._work, found.event, since=found.created_at)
        yield reports.gate()
        sessions = reports.changed()
        yield reports.pages(sessions, people.emails())
        yield reports.alone(sessions)
        if not self.told.later:
            reports.keep(sessions)
            yield reports.levels()
            reports.passed(sessions)
        yield polls.answers(reports)
