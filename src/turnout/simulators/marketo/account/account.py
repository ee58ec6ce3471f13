"""The account: people, programs, custom objects and activities together, and who may do what."""

from collections.abc import Iterable
from random import Random
from uuid import UUID

from msgspec import Struct, field

from turnout.simulators.marketo.account.activities import Activities
from turnout.simulators.marketo.account.objects import ObjectType
from turnout.simulators.marketo.account.people import People, Person
from turnout.simulators.marketo.account.programs import Program, Programs
from turnout.simulators.marketo.account.settings import PERMISSIONS, Settings, permission_key
from turnout.simulators.marketo.answers import Refused, Skipped


class Account(Struct):
    """All that stands in one imitated Marketo account."""

    settings: Settings = field(default_factory=Settings)
    permissions: set[str] = field(default_factory=lambda: {permission_key(name) for name in PERMISSIONS})
    people: People = field(default_factory=People)
    programs: Programs = field(default_factory=Programs)
    objects: dict[str, ObjectType] = field(default_factory=dict)
    activities: Activities = field(default_factory=Activities)
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

    def merge(self, winner: int, losers: Iterable[int], now: float) -> None:
        """Make several people one: memberships, rows and activities go to the winner."""
        self.person(winner)
        for loser in losers:
            self.person(loser)
            self._hand_over(loser, winner, now)
            self.forget(loser, now)

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
        self.activities.hand_over(loser, winner)
