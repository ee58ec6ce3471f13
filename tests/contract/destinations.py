"""Each destination with an account of the example event to talk to, in process; and what people do there."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from turnout.clock import VirtualClock
from turnout.destinations.kit import Difference, Row, Session, Vendor
from turnout.destinations.marketo.vendor import MARKETO
from turnout.destinations.salesforce.vendor import SALESFORCE
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo import app as marketo
from turnout.simulators.salesforce import app as salesforce
from turnout.values.bindings import Binding, Config
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.sightings import Target
from turnout.values.verdicts import Outcome, Ruling
from turnout.wire import Reply, Request, Talk

EXAMPLES = Path(__file__).parents[2] / "examples" / "winter-summit"
PROGRAM = "Winter Summit 2026"
SESSION = "1_live0001"
CHANNEL = 330022
Body = Mapping[str, Any]


class Hands(Struct, frozen=True):
    """What only people in the account do, each as the control door wants it; `id` is what the write answered."""

    alter: Callable[[Target, str], Body]  # a row's plays become 99
    remove: Callable[[Target, str], Body]  # a row is deleted
    lower: Callable[[Target, str, str], Body]  # a member's status, by member id and person id
    plays: str  # the account's name of the field


def _alter_sf(target: Target, remote_id: str) -> Body:
    return {"do": "edit", "sobject": "UserSessionEngagement__c", "id": remote_id, "fields": {"plays__c": 99}}


def _lower_sf(target: Target, member: str, person: str) -> Body:
    return {"do": "edit", "sobject": "CampaignMember", "id": member, "fields": {"Status": "Sent"}}


def _lower_mk(target: Target, member: str, person: str) -> Body:
    return {"do": "set_status", "program": PROGRAM, "lead": int(person), "status": "Invited"}


def _alter_mk(target: Target, remote_id: str) -> Body:
    api_name = target.objects[Kind.ENGAGEMENT].api_name
    return {"do": "edit_row", "object": api_name, "marketoGUID": remote_id, "fields": {"plays": 99}}


def _remove_sf(target: Target, remote_id: str) -> Body:
    return {"do": "delete", "sobject": "UserSessionEngagement__c", "id": remote_id}


def _remove_mk(target: Target, remote_id: str) -> Body:
    return {"do": "delete_row", "object": target.objects[Kind.ENGAGEMENT].api_name, "marketoGUID": remote_id}


HANDS = {
    "salesforce": Hands(_alter_sf, _remove_sf, _lower_sf, "plays__c"),
    "marketo": Hands(_alter_mk, _remove_mk, _lower_mk, "plays"),
}
STATUS = {"salesforce": "Registered", "marketo": "Registered"}
VENDORS = {vendor.kind: vendor for vendor in (SALESFORCE, MARKETO)}


def simulated(kind: str, clock: VirtualClock) -> tuple[Simulator, Config]:
    """Return an account as it stood before the event, and how to connect to it."""
    seed = json.loads((EXAMPLES / f"{kind}-seed.json").read_text())
    if kind == "salesforce":
        settings = {"url": "https://example.my.salesforce.com", "client_id": salesforce.CLIENT_ID,
                    "client_secret": salesforce.CLIENT_SECRET}  # fmt: skip
        return salesforce.salesforce(clock=clock, seed=seed), Config(kind, kind, settings)
    settings = {"endpoint": "https://123-abc-456.mktorest.com", "client_id": marketo.CLIENT_ID,
                "client_secret": marketo.CLIENT_SECRET}  # fmt: skip
    return marketo.marketo(clock=clock, seed=seed), Config(kind, kind, settings)


class Meeting:
    """A destination face to face with its account."""

    def __init__(self, kind: str) -> None:
        self.clock = VirtualClock()
        self.vendor: Vendor = VENDORS[kind]
        self.simulator, self.config = simulated(kind, self.clock)
        self.hands = HANDS[kind]
        self.binding = Binding(f"9001@{kind}", "9001", PROGRAM, kind, program=PROGRAM)
        self.session: Session | None = None

    def hold(self, talk: Talk[Any]) -> Any:
        """Hold a talk; returns what it came to, or the ruling that ended it. A second passes with each call."""
        if self.session is None:
            self.session = self._carried(self.vendor.sign_in(self.config))
        return self._carried(talk, self.session)

    def _carried(self, talk: Talk[Any], session: Session | None = None) -> Any:
        try:
            request = next(talk)
            while True:
                answer = self._answer(self.vendor.signed(request, session) if session else request)
                if ruling := self.vendor.judged(request, answer):
                    return ruling
                request = talk.send(answer)
        except StopIteration as end:
            return end.value

    def _answer(self, request: Request) -> Reply:
        self.clock.sleep(1.0)
        answer = self.simulator(request)
        assert isinstance(answer, Reply)
        return answer

    def sign_in(self, **settings: str) -> Any:
        """Sign in with other settings; returns a session or a ruling."""
        config = Config(self.config.kind, self.config.name, {**self.config.settings, **settings})
        return self._carried(self.vendor.sign_in(config))

    def provisioned(self) -> Target:
        """Provision the account, and return the target it then is."""
        self.hold(self.vendor.provision(self.config, self.binding, False))
        target = self.hold(self.vendor.target(self.config, self.binding))
        assert isinstance(target, Target), target
        return target

    def act(self, what: Body) -> None:
        """Let a person in the account do something."""
        self.simulator.vendor.act(what)

    def guard(self) -> None:
        """Let the account refuse people twice, where it does not by itself."""
        if self.vendor.kind == "salesforce":
            self.act({"do": "set", "settings": {"duplicate_rules": [{"object": "Lead", "matches": ["Lead"]}]}})

    @property
    def writes(self) -> int:
        """Return how many writing calls the account got."""
        return sum(entry.writing for entry in self.simulator.book.entries)

    @property
    def unknown(self) -> list[str]:
        """Return what the account was asked that it does not know."""
        return [entry.unknown for entry in self.simulator.book.entries if entry.unknown]

    def render(self, target: Target, change: Change) -> Row | Outcome:
        """Render a change."""
        return self.vendor.writers[change.key.kind].render(self.config, target, change)

    def rendered(self, target: Target, change: Change) -> Row:
        """Render a change that can be sent."""
        row = self.render(target, change)
        assert isinstance(row, Row), row
        return row

    def write(self, target: Target, *changes: Change) -> list[Outcome]:
        """Write changes of one kind in one call; answers in the order of the changes."""
        rows = [self.rendered(target, change) for change in changes]
        told = self.hold(self.vendor.writers[changes[0].key.kind].talk(self.config, target, rows))
        assert not isinstance(told, Ruling), told
        by_key = {outcome.key: outcome for outcome in told}
        assert set(by_key) == {change.key for change in changes}
        return [by_key[change.key] for change in changes]

    def read_back(self, target: Target, change: Change, remote_id: str) -> Sequence[Difference]:
        """Compare what was accepted with the account, as `verify` does."""
        expected = replace(change, op=Op.UPDATE, remote_id=remote_id)
        writer = self.vendor.writers[change.key.kind]
        row = Row(expected, {}, 0) if change.key.kind is Kind.PERSON else self.rendered(target, expected)
        found = self.hold(writer.read_back(self.config, target, [row]))
        assert not isinstance(found, Ruling), found
        return found  # type: ignore[no-any-return]


class Place(Struct, frozen=True):
    """One person who stands in the account with a membership: their ids there."""

    meeting: Meeting
    target: Target
    person: str
    member: str

    def row(self, kind: Kind = Kind.ENGAGEMENT, **values: Any) -> Change:
        """Return a row of this person's, with the values given."""
        names = {"entry_id": SESSION, "entry_name": "Keynote", "email": "nora@example.com", "user": "nora"}
        more = {"channel_id": CHANNEL, "channel_name": "Main stage"} if kind is Kind.ENGAGEMENT else {}
        key = Key(self.meeting.binding.id, kind, PERSON, SESSION, CHANNEL if kind is Kind.ENGAGEMENT else 0)
        return Change(key, Op.UPSERT, {**names, **more, **values}, "1:d", "", self.person, self.member)


PERSON = "abcdefghijklmnopqrstuvwxyz"


def a_person(email: str = "nora@example.com", **values: Any) -> Change:
    """Return somebody whom the account does not have."""
    names = {"email": email, "first_name": "Nora", "last_name": "Nøhr", "company": "Nøhr & Søn"}
    return Change(Key("", Kind.PERSON, PERSON), Op.CREATE, {**names, **values}, "1:d")


def a_member(meeting: Meeting, person_id: str, **more: Any) -> Change:
    """Return a membership with the status that both accounts have."""
    label = STATUS[meeting.vendor.kind]
    values = {"status": "registered", "code": "Registered", "label": label, "written": label}
    key = Key(meeting.binding.id, Kind.MEMBER, PERSON)
    return Change(key, Op.CREATE, values, "1:d", "", person_id, status=label, step=30, **more)


def settled(meeting: Meeting) -> Place:
    """Provision the account and bring one new person into the program."""
    target = meeting.provisioned()
    (person,) = meeting.write(target, a_person())
    (member,) = meeting.write(target, a_member(meeting, person.remote_id))
    return Place(meeting, target, person.remote_id, member.remote_id)
