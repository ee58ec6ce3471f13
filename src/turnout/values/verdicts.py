"""Verdicts: what an answer means for a record or a call, ruled on once, from one table a vendor."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from turnout.values.records import Key, Value


class Verdict(StrEnum):
    """What an answer means."""

    ACCEPT = "accept"  # the account has it
    REJECT = "reject"  # the account will not have it as it is
    RETRY = "retry"  # it did not act; the same may pass soon
    WAIT = "wait"  # it did not act; not before a while
    UNSURE = "unsure"  # it may have acted
    SPLIT = "split"  # too much at once
    REMATCH = "rematch"  # what we believed about the account is wrong: look again
    REAUTH = "reauth"  # sign in again
    HALT = "halt"  # a person must act


class Rule(Struct, frozen=True):
    """What one of a vendor's codes means.

    `meaning` and `fix` are sentences for people; `seconds` how long to wait, where that is known.
    `code` may end in `*`; the longest match decides.
    """

    code: str
    verdict: Verdict
    meaning: str
    fix: str = ""
    seconds: float = 0.0


class Ruling(Struct, frozen=True):
    """A rule applied: the verdict, the vendor's code and words, and ours."""

    verdict: Verdict
    code: str = ""
    words: str = ""
    meaning: str = ""
    fix: str = ""
    seconds: float = 0.0

    def sentence(self) -> str:
        """Return one sentence for people: what it means, the vendor's words, the way out."""
        told = f"{self.meaning or 'the account refused it'}"
        vendor = f" ({self.code}: {self.words})" if self.code or self.words else ""
        return f"{told}{vendor}" + (f"; {self.fix}" if self.fix else "")


class Rules(Struct, frozen=True):
    """All of a vendor's codes, and what a code that is not listed means."""

    table: Mapping[str, Rule]
    vendor: str

    @classmethod
    def of(cls, vendor: str, *rules: Rule) -> "Rules":
        """Return the table of `rules`; a code listed twice is a bug."""
        table = {rule.code: rule for rule in rules}
        assert len(table) == len(rules), "a code is listed twice"
        return cls(table, vendor)

    def for_record(self, code: str, words: str = "") -> Ruling:
        """Rule on a code at the level of a record; one that is not listed is REJECT."""
        unlisted = Rule(code, Verdict.REJECT, f"{self.vendor} refused the record with a code Turnout does not know")
        return _ruling(self._rule(code) or unlisted, code, words)

    def for_reply(self, code: str, words: str = "") -> Ruling:
        """Rule on a code at the level of a whole reply; one that is not listed is HALT."""
        unlisted = Rule(
            code,
            Verdict.HALT,
            f"{self.vendor} refused the call with a code Turnout does not know",
            "look the code up, then resume",
        )
        return _ruling(self._rule(code) or unlisted, code, words)

    def _rule(self, code: str) -> Rule | None:
        if code in self.table:
            return self.table[code]
        stems = [stem for stem in self.table if stem.endswith("*") and code.startswith(stem[:-1])]
        return self.table[max(stems, key=len)] if stems else None


def _ruling(rule: Rule, code: str, words: str) -> Ruling:
    return Ruling(rule.verdict, code, words, rule.meaning, rule.fix, rule.seconds)


ACCEPTED = Ruling(Verdict.ACCEPT)


class Outcome(Struct, frozen=True):
    """What became of one record in one call.

    `made` tells a creation from an update. `matches` are remote ids that a REMATCH names.
    `sent` are the values as they were sent where they differ from the record's (cuts, drops).
    """

    key: Key
    ruling: Ruling = ACCEPTED
    remote_id: str = ""
    made: bool = False
    matches: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)
    sent: Mapping[str, Value] | None = None
