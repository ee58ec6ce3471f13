"""Reckoning: what an answer does to ledger, view and tally, verdict by verdict; decided here, once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from turnout.clock import Clock
from turnout.destinations.kit import Row
from turnout.ledger.ledger import Ledger
from turnout.plan.view import View
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Parking
from turnout.values.sightings import Candidate, Match
from turnout.values.verdicts import Outcome, Ruling, Verdict

ATTEMPTS: Final = 8  # tries of one wish that came to nothing, before a person is asked
REMATCHES: Final = 3  # looks at one record's place that contradicted each other, before a person is asked
BACKOFF_SECONDS: Final = 5.0
BACKOFF_CAP_SECONDS: Final = 900.0
LOST: Final = Ruling(Verdict.UNSURE, "no row", "", "the answer did not speak of this record")


class Reckoning:
    """One account's ledger, view and tally, and the streams that stopped."""

    def __init__(self, ledger: Ledger, view: View, *, clock: Clock, unsure_seconds: float) -> None:
        self.ledger = ledger
        self.view = view
        self.tally: Counter[str] = Counter()
        self.halted: dict[tuple[str, Kind], Ruling] = {}
        self._splits: Counter[Key] = Counter()  # claims that ended in a smaller batch, and so were no tries
        self._clock = clock
        self._unsure_seconds = unsure_seconds

    def claim(self, number: str, changes: Sequence[Change]) -> None:
        """Claim what is about to leave; a claim that is never answered is looked into once the call cannot act."""
        self.ledger.claim(number, changes, due=self._clock.now() + self._unsure_seconds)

    def claim_for_job(self, number: str, changes: Sequence[Change]) -> None:
        """Claim what a bulk job will carry; the job, not the clock, says when to look into it."""
        self.ledger.claim(number, changes, due=float("inf"))

    def ruled(self, batch: Sequence[Row], ruling: Ruling, number: str) -> bool:
        """Reckon with an answer to the batch as a whole; returns whether it is to be split instead."""
        verdict = ruling.verdict
        if len(batch) > 1 and verdict in (Verdict.SPLIT, Verdict.REJECT, Verdict.REMATCH):
            keys = [row.change.key for row in batch]
            self.ledger.release(keys, due=0.0, reason=ruling.sentence())
            self._splits.update(keys)
            return True
        if verdict in (Verdict.SPLIT, Verdict.REAUTH):
            verdict = Verdict.REJECT if verdict is Verdict.SPLIT else Verdict.HALT
            ruling = Ruling(verdict, ruling.code, ruling.words, ruling.meaning, ruling.fix)
        self.told(batch, [Outcome(row.change.key, ruling) for row in batch], number)
        return False

    def told(self, batch: Sequence[Row], outcomes: Sequence[Outcome], number: str) -> None:
        """Reckon with an answer row by row; a row that it does not speak of is unsure."""
        rows = {row.change.key: row for row in batch}
        by_key = {outcome.key: outcome for outcome in outcomes if outcome.key in rows}
        verdicts: dict[Verdict, list[tuple[Row, Outcome]]] = defaultdict(list)
        for key, row in rows.items():
            outcome = by_key.get(key) or Outcome(key, LOST)
            verdicts[outcome.ruling.verdict].append((row, outcome))
        self._accepted(verdicts.pop(Verdict.ACCEPT, []), number)
        for verdict, told in verdicts.items():
            for row, outcome in told:
                self._not_accepted(row.change, outcome, verdict)

    def refuse(self, key: Key, ruling: Ruling) -> None:
        """Park a record that our own checks refuse."""
        self.ledger.park(key, Parking.REJECTED, ruling.sentence(), code=ruling.code)
        self.tally["rejected"] += 1

    def _accepted(self, told: Iterable[tuple[Row, Outcome]], number: str) -> None:
        accepted = []
        for row, outcome in told:
            made = outcome.made or row.change.op is Op.CREATE
            notes = (*row.notes, *outcome.notes)
            detail = "; ".join(("created" if made else "updated", *notes))
            accepted.append((row.change, outcome.remote_id or row.change.remote_id, detail))
            self._splits.pop(row.change.key, None)
            self.tally["created" if made else "updated"] += 1
            self.tally["cut"] += len(row.notes)
        self.ledger.accept_all(accepted, batch=number)

    def _not_accepted(self, change: Change, outcome: Outcome, verdict: Verdict) -> None:
        ruling, key = outcome.ruling, change.key
        now = self._clock.now()
        tries = self._tries(key)
        match verdict:
            case Verdict.REJECT | Verdict.SPLIT:
                self.refuse(key, ruling)
            case Verdict.UNSURE:
                self.ledger.doubt([key], due=now + self._unsure_seconds, reason=ruling.sentence())
            case Verdict.REMATCH:
                self._rematch(change, outcome)
            case Verdict.HALT | Verdict.REAUTH:
                self.ledger.release([key], due=0.0, reason=ruling.sentence(), code=ruling.code)
                self.halted.setdefault((key.binding, key.kind), ruling)
            case _ if tries >= ATTEMPTS:
                reason = f"tried {tries} times: {ruling.sentence()}"
                self.ledger.park(key, Parking.HELD, reason, code=ruling.code)
                self.tally["held"] += 1
            case _:
                wait = ruling.seconds or min(BACKOFF_SECONDS * 2 ** max(0, tries - 1), BACKOFF_CAP_SECONDS)
                self.ledger.release([key], due=now + wait, reason=ruling.sentence(), code=ruling.code)

    def _tries(self, key: Key) -> int:
        return self.ledger.row(key).attempts - self._splits[key]

    def _rematch(self, change: Change, outcome: Outcome) -> None:
        """Look again at what the answer contradicts: the record itself and, for rows, what they refer to."""
        key, reason = change.key, outcome.ruling.sentence()
        if self._tries(key) > REMATCHES:
            self.ledger.park(key, Parking.HELD, reason, code=outcome.ruling.code)
            self.tally["held"] += 1
            return
        person = Key("", Kind.PERSON, key.person)
        member = Key(key.binding, Kind.MEMBER, key.person)
        self.view.matches.pop(key.person, None)
        self.view.members.pop((key.binding, key.person), None)
        self.view.found.pop(key, None)
        if key.kind is Kind.PERSON and outcome.matches:
            candidates = tuple(Candidate(remote_id) for remote_id in outcome.matches)
            self.view.matches[key.person] = Match(key.person, candidates, self._clock.now())
        self.ledger.release([key], due=0.0, reason=reason, code=outcome.ruling.code)
        referents = [referent for referent in (person, member) if referent != key and referent.kind != key.kind]
        known = [referent for referent in referents if self.ledger.row(referent).remote_id]
        self.ledger.forget(known if key.kind is not Kind.PERSON else [], due=0.0, reason=reason)
