"""An account as planning sees it: one binding, one person, what stands in the ledger and what was seen."""

from typing import Any

from msgspec.structs import replace

from turnout.plan.plan import plan
from turnout.plan.shapes import Shape
from turnout.plan.view import Plan, Policy, View
from turnout.records.statuses import STATUS
from turnout.values.bindings import Binding
from turnout.values.records import Key, Kind, Parking, Record, Value
from turnout.values.rows import LedgerRow
from turnout.values.sightings import (
    Candidate,
    FieldSeen,
    Match,
    Membership,
    ObjectSeen,
    RowSeen,
    StatusSeen,
    Target,
)

NOW = 1_000.0
PERSON = Key("", Kind.PERSON, "ada")
MEMBER = Key("b1", Kind.MEMBER, "ada")
ROW = Key("b1", Kind.ENGAGEMENT, "ada", "1_live0001", 7)
LABELS = ("Sent", "Invited by team member", "Registered", "Pre-event visit", "During-event visit")
CODES = ("Invited", "Registered", "Attended", "Blocked", "Un-registered")


class Desk:
    """What a test puts before planning, piece by piece; `plan` then tells what is to be done."""

    def __init__(self) -> None:
        self.policy = Policy()
        self.binding = Binding("b1", "9001", "Winter Summit 2026", "crm")
        self.target = target(LABELS)
        self.records: dict[Key, Record] = {}
        self.rows: dict[Key, LedgerRow] = {}
        self.stopped: dict[tuple[str, Kind], str] = {}
        self.matches: dict[str, Match] = {}
        self.members: dict[tuple[str, str], Membership] = {}
        self.found: dict[Key, RowSeen] = {}

    def person(self, who: str = "ada", email: str = "", /, **row: Any) -> None:
        """Want a person, with what the ledger holds of them."""
        key = Key("", Kind.PERSON, who)
        self.records[key] = Record(key, {"email": email or f"{who}@example.com", "first_name": "Ada", "phone": None})
        self.rows[key] = LedgerRow(key, wanted="d1", **row)

    def known(self, who: str = "ada", remote_id: str = "003A") -> None:
        """Want a person whom the account has accepted."""
        self.person(who, accepted="d1", remote_id=remote_id)

    def member(self, word: str = "registered", who: str = "ada", /, before: str = "", **row: Any) -> None:
        """Want a membership with one of Kaltura's words as its status."""
        key = Key("b1", Kind.MEMBER, who)
        values: dict[str, Value] = {"status": word, "label": STATUS[word].label, "email": f"{who}@example.com"}
        if before:
            values |= {"before": before, "before_label": STATUS[before].label}
        self.records[key] = Record(key, values, (Key("", Kind.PERSON, who),))
        self.rows[key] = LedgerRow(key, **{"wanted": "m1", **row})

    def joined(self) -> None:
        """Want a person and a membership that the account has accepted and shown."""
        self.known()
        times = {"accepted_at": 1.0, "confirmed_at": 2.0}
        self.member(accepted="m1", remote_id="00vA", refs=("003A",), values={"written": "Registered"}, **times)

    def row(self, values: dict[str, Value] | None = None, /, **row: Any) -> None:
        """Want an engagement row."""
        given = {"entry_id": "1_live0001", "channel_id": 7, "plays": 2, "raise_hand": None}
        self.records[ROW] = Record(ROW, given if values is None else values, (MEMBER,))
        self.rows[ROW] = LedgerRow(ROW, **{"wanted": "r1", **row})

    def match(self, *candidates: Candidate, who: str = "ada") -> None:
        self.matches[who] = Match(who, candidates)

    def seen(self, status: str, *, who: str = "ada", remote_id: str = "00vA", external_id: str = "key") -> None:
        """See a membership in the account."""
        self.members["b1", who] = Membership(who, remote_id, status, external_id)

    def view(self) -> View:
        return View(
            self.policy,
            {"b1": self.binding},
            {"b1": self.target},
            self.records,
            self.rows,
            stopped=self.stopped,
            matches=self.matches,
            members=self.members,
            found=self.found,
        )

    def plan(self) -> Plan:
        current = {("b1", kind): Shape("s1", ()) for kind in Kind} | {("", Kind.PERSON): Shape("s0", ())}
        return plan(self.view(), current, NOW)

    def parked(self, key: Key) -> tuple[Parking, str]:
        """Plan, and return how and why a record was parked."""
        park = self.plan().parks[key]
        return park.parking, park.reason


def target(labels: tuple[str, ...], *, default: str = "Sent", keyed: bool = True) -> Target:
    fields = {name: FieldSeen(name, f"{name}__c") for name in ("entry_id", "channel_id", "plays", "raise_hand")}
    return Target(
        "701A",
        "Winter Summit 2026",
        tuple(StatusSeen(label, default=label == default) for label in labels),
        {Kind.ENGAGEMENT: ObjectSeen("Engagement__c", fields, keyed=keyed)},
    )


def with_member_keys(seen: Target) -> Target:
    """Return a target whose members carry a key of ours."""
    return replace(seen, objects={**seen.objects, Kind.MEMBER: ObjectSeen("CampaignMember", {})})
