"""Polls of an event: those of each session in launch order, and the answers of whoever voted since."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct

from turnout.sources.kaltura.pulling.engagement import EngagementPull
from turnout.sources.kaltura.pulling.told import Work, reading
from turnout.sources.kaltura.reading import polls
from turnout.sources.kaltura.reading.people import ATTENDED, Known
from turnout.values.flights import Flight

CHAT: Final = "chat and polls"


class PollKept(Struct, frozen=True):
    """A poll as it was first seen: its row, which every answer repeats."""

    row: dict[str, Any]


class Voter(Struct, frozen=True):
    """A person whose answers were read: at how many answers by the reports, and at which votes of all sessions."""

    polls: int
    votes: str


class PollPull:
    """Reads the polls of an event."""

    def __init__(self, work: Work, starts: Mapping[str, float]) -> None:
        self._config, self._keeping, self._told = work.config, work.keeping, work.told
        self._starts = starts
        self._votes: dict[str, str] = {}

    def flights(self) -> list[Flight]:
        """Return the flights that read the polls of every session."""
        return [
            reading(self._told, CHAT, partial(polls.launched, self._config, entry), then=partial(self._launched, entry))
            for entry in self._starts
        ]

    def answers(self, engagement: EngagementPull) -> list[Flight]:
        """Return the flights that read the answers of those who may have voted since, as far as calls go."""
        votes = " | ".join(f"{entry} {told}" for entry, told in sorted(self._votes.items()) if told)
        if not votes:
            return []
        known = self._keeping.seen("voter", Voter)
        if known and all(one.votes == votes for one in known.values()) and not self._told.waiting:
            pending = {user: number for user, number in engagement.voters().items() if user not in known}
        else:
            pending = self._pending(engagement, known, votes)
        return [self._asking(user, Voter(number, votes)) for user, number in pending.items() if engagement.take()]

    def _pending(self, engagement: EngagementPull, known: Mapping[str, Voter], votes: str) -> dict[str, int]:
        """Return whom to ask: reports name voters; before they do, and where they are refused, whoever attended."""
        voters = engagement.voters()
        people = [one for one in self._keeping.seen("profile", Known).values() if one.status in ATTENDED]
        everyone = {one.user: voters.get(one.user, 0) for one in people} | voters
        return {user: number for user, number in sorted(everyone.items()) if known.get(user) != Voter(number, votes)}

    def _launched(self, entry: str, found: Sequence[Mapping[str, Any]]) -> list[Flight]:
        known = self._keeping.seen("poll", PollKept, begin=f"{entry}/")
        fresh = {}
        for place, one in enumerate(found):
            name = f"{entry}/{one['pollId']}"
            if name not in known:
                at = self._starts[entry] + place
                fresh[name] = PollKept(polls.poll_row(self._keeping.event_id, entry, one, launched_at=at))
        kept = self._keeping.write({"polls": [one.row for one in fresh.values()]}, {"poll": fresh})
        self._told.new.update(kept.new)
        self._votes[entry] = polls.votes(found)
        return []

    def _asking(self, user: str, voter: Voter) -> Flight:
        return reading(
            self._told, CHAT, partial(polls.answered, self._config, user), then=partial(self._answered, user, voter)
        )

    def _answered(self, user: str, voter: Voter, answers: Sequence[Mapping[str, Any]]) -> list[Flight]:
        known = self._keeping.seen("poll", PollKept)
        rows = [
            polls.answer_row(known[name].row, user, one)
            for one in answers
            if (name := f"{one.get('contextId')}/{one['pollId']}") in known
        ]
        kept = self._keeping.write({"polls": rows}, {"voter": {user: voter}})
        self._told.new.update(kept.new)
        self._told.unreadable += kept.refused
        return []
