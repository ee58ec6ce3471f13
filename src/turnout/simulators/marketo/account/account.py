"""The account: people, programs, custom objects and activities together, and who may do what."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from turnout.clock import iso
from turnout.simulators.marketo.account.activities import (
    ADD_TO_LIST,
    CHANGE_VALUE,
    MERGE_LEADS,
    NEW_LEAD,
    REMOVE_FROM_LIST,
    Activities,
    Activity,
)
from turnout.simulators.marketo.account.assets import Campaign, Shelf, SmartList, StaticList, Tag, Token
from turnout.simulators.marketo.account.objects import ObjectType
from turnout.simulators.marketo.account.people import People, Person
from turnout.simulators.marketo.account.programs import Program, Programs
from turnout.simulators.marketo.account.settings import PERMISSIONS, Settings, permission_key
from turnout.simulators.marketo.answers import Refused, Skipped
from turnout.simulators.marketo.bulk.queue import Queue


class Account(Struct):
    """All that stands in one imitated Marketo account."""

    settings: Settings = field(default_factory=Settings)
    permissions: set[str] = field(default_factory=lambda: {permission_key(name) for name in PERMISSIONS})
    people: People = field(default_factory=People)
    programs: Programs = field(default_factory=Programs)
    objects: dict[str, ObjectType] = field(default_factory=dict)
    activities: Activities = field(default_factory=Activities)
    lists: Shelf[StaticList] = field(default_factory=Shelf[StaticList])
    smart_lists: Shelf[SmartList] = field(default_factory=Shelf[SmartList])
    campaigns: Shelf[Campaign] = field(default_factory=Shelf[Campaign])
    tags: list[Tag] = field(default_factory=list)
    tokens: dict[tuple[str, int], list[Token]] = field(default_factory=dict)
    clones: dict[str, int] = field(default_factory=dict)
    imports: Queue = field(default_factory=lambda: Queue("Importing", "Complete"))
    exports: Queue = field(default_factory=lambda: Queue("Processing", "Completed"))
    next_batch: int = 1001
    calls: int = 0
    _random: Random = field(default_factory=lambda: Random(1))

    def may(self, needed: str) -> bool:
        """Whether the API user has a permission; Read-Write implies Read-Only."""
        return needed in self.permissions or needed.replace("Read-Only", "Read-Write") in self.permissions

    def guid(self) -> str:
        """Return a new marketoGUID."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def request_id(self, now: float) -> str:
        """Return a request id in Marketo's form, e.g. 262e#17d4f046342."""
        self.calls += 1
        return f"{self._random.getrandbits(17):x}#{int(now * 1000):x}"

    def person(self, person_id: object) -> Person:
        """Return a person by id; Skipped (1004) where there is none."""
        found = self.people.by_id.get(person_id) if isinstance(person_id, int) else None
        if found is None:
            raise Skipped("1004")
        return found

    def program(self, program_id: str) -> Program:
        """Return the program that a path names; Refused (1013) where there is none."""
        found = self.programs.by_id.get(int(program_id)) if program_id.isdecimal() else None
        if found is None:
            raise Refused("1013", text="Program not found")
        return found

    def object(self, api_name: str) -> ObjectType:
        """Return an approved custom object type by its API name; Refused (1013) where there is none."""
        found = self.objects.get(api_name)
        if found is None or found.approved is None:
            raise Refused("1013")
        return found

    def forget(self, person_id: int, now: float) -> None:
        """Delete a person and the memberships; rows that link to the person stay, attached to nobody."""
        if self.people.remove(person_id, now) is None:
            raise Skipped("1004")
        self.programs.leave_all(person_id)
        for held in self.lists.by_id.values():
            held.members.pop(person_id, None)

    def create(self, values: Mapping[str, Any], now: float, *, partition: int = 1) -> Person:
        """Return a new person, logged as New Lead."""
        made = self.people.add({**values, "leadPartitionId": partition}, now)
        self.log(made.id, NEW_LEAD, "Web service API", now=now)
        return made

    def edit(self, person: Person, values: Mapping[str, Any], now: float) -> None:
        """Write values into a person; each that differs is logged as Change Data Value."""
        for name, value in values.items():
            old = person.values.get(name)
            if old != value:
                told = {"New Value": value, "Old Value": old, "Source": "Web service API"}
                known = self.people.fields[name]
                self.log(person.id, CHANGE_VALUE, known.display, now=now, primary_id=known.id, attributes=told)
        self.people.change(person, values, now)

    def join(self, held: StaticList, person_id: int, now: float) -> None:
        """Add a person to a static list, where the person is not in it."""
        if person_id not in held.members:
            held.members[person_id] = now
            self.log(person_id, ADD_TO_LIST, held.name, now=now, primary_id=held.id)

    def leave(self, held: StaticList, person_id: int, now: float) -> None:
        """Take a person out of a static list; Skipped (1015) where the person is not in it."""
        if held.members.pop(person_id, None) is None:
            raise Skipped("1015")
        self.log(person_id, REMOVE_FROM_LIST, held.name, now=now, primary_id=held.id)

    def in_smart_list(self, smart: SmartList) -> list[int]:
        """Return the ids of the people whom a smart list finds."""
        if not smart.filter:
            return list(self.people.by_id)
        return [each.id for each in self.people.matching(smart.filter, [smart.value])]

    def log(
        self,
        person_id: int,
        type_id: int,
        primary: str,
        *,
        now: float,
        primary_id: int = 0,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        """Log a standard activity; an attribute without a value is left out."""
        told = tuple({"name": n, "value": v} for n, v in (attributes or {}).items() if v is not None)
        date = iso(now)[:-5] + "Z"
        self.activities.append(Activity(0, self.guid(), person_id, type_id, date, primary, told, now, primary_id))

    def partition(self, name: str) -> int:
        """Return the id of a partition; Refused (1008) where the API user has none of that name."""
        if name not in self.settings.partitions:
            raise Refused("1008")
        return self.settings.partitions.index(name) + 1

    def advance(self, now: float) -> None:
        """Bring the jobs of the bulk API to where they stand now."""
        self.imports.advance(now, self.settings.jobs_at_once)
        self.exports.advance(now, self.settings.jobs_at_once)

    def merge(self, winner: int, losers: Iterable[int], now: float) -> None:
        """Make several people one: memberships, rows and activities go to the winner."""
        self.person(winner)
        for loser in losers:
            self.person(loser)
            self._hand_over(loser, winner, now)
            self.forget(loser, now)
            self.log(winner, MERGE_LEADS, str(loser), now=now, primary_id=loser)

    def _hand_over(self, loser: int, winner: int, now: float) -> None:
        for program in self.programs.by_id.values():
            if loser in program.members and winner not in program.members:
                program.members[winner] = program.members.pop(loser)
                program.members[winner].lead_id = winner
        for kind in self.objects.values():
            if kind.approved:
                for link in (each.name for each in kind.approved.links() if each.link and each.link.field == "id"):
                    for row in list(kind.at_link(link, loser)):
                        kind.write(row, {link: winner}, now)
        for held in self.lists.by_id.values():
            if loser in held.members:
                held.members.setdefault(winner, held.members.pop(loser))
        self.activities.hand_over(loser, winner)
