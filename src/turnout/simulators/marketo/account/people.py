"""People: what fields they have, who they are, and who is found by what."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct, field

from turnout.simulators.marketo.account.fields import LENGTHS, Field

_TABLE: Final = """
2 company string Company Name|company
4 site string Site|company
5 billingStreet text Billing Address|company
6 billingCity string Billing City|company
9 billingCountry string Billing Country|company
11 website url Website|company
12 mainPhone phone Main Phone|company
13 annualRevenue currency Annual Revenue|company
14 numberOfEmployees integer Num Employees|company
15 industry string Industry|company
24 id integer Id|system,find
25 salutation string Salutation|
29 firstName string First Name|
30 middleName string Middle Name|
31 lastName string Last Name|
32 email email Email Address|find
33 phone phone Phone Number|
34 mobilePhone phone Mobile Phone Number|
36 title string Job Title|
38 dateOfBirth date Date of Birth|
39 address text Address|
40 city string City|
41 state string State|
42 country string Country|
43 postalCode string Postal Code|
50 leadSource string Lead Source|
51 leadStatus string Lead Status|
52 leadScore score Lead Score|
53 rating string Lead Rating|
54 department string Department|
60 unsubscribed boolean Unsubscribed|
61 unsubscribedReason text Unsubscribed Reason|
62 doNotCall boolean Do Not Call|
63 doNotCallReason text Do Not Call Reason|
64 emailInvalid boolean Email Invalid|
65 emailInvalidCause string Email Invalid Cause|
66 marketingSuspended boolean Marketing Suspended|
70 leadPartitionId integer Lead Partition Id|system,find
71 acquisitionProgramId integer Acquisition Program Id|
72 sfdcLeadId string SFDC Lead Id|system,find
73 sfdcContactId string SFDC Contact Id|system,find
74 sfdcAccountId string SFDC Account Id|system,find
80 createdAt datetime Created At|system
81 updatedAt datetime Updated At|system
""".strip()
"""id, REST name, type, display name, and what is special: Adobe's list of standard fields, shortened."""


def _field(line: str) -> Field:
    told, _, marks = line.partition("|")
    number, name, kind, display = told.split(" ", 3)
    return Field(
        name,
        display,
        kind,
        LENGTHS.get(kind, 0),
        updateable="system" not in marks,
        searchable="find" in marks,
        company="company" in marks,
        id=int(number),
    )


FIELDS: Final[Mapping[str, Field]] = {each.name: each for each in map(_field, _TABLE.splitlines())}
DEFAULT_FIELDS: Final = ("id", "firstName", "lastName", "email", "updatedAt", "createdAt")


class Person(Struct):
    """One person. `seen_from` is when other calls begin to see it: the window of the duplicate race."""

    id: int
    values: dict[str, Any]
    created_at: float
    updated_at: float
    seen_from: float = 0.0
    call: int = 0
    cookies: list[str] = field(default_factory=list)


class People(Struct):
    """All people of an account, found by id or by any field; texts compare without case."""

    fields: dict[str, Field] = field(default_factory=lambda: dict(FIELDS))
    by_id: dict[int, Person] = field(default_factory=dict)
    next_id: int = 1001
    deleted: list[tuple[int, float]] = field(default_factory=list)
    _places: dict[str, dict[str, dict[int, None]]] = field(default_factory=lambda: {"email": {}})

    def add(self, values: Mapping[str, Any], now: float) -> Person:
        """Return a new person, whoever else has the same values."""
        person = Person(self.next_id, {"leadPartitionId": 1}, now, now)
        self.next_id += 1
        self.by_id[person.id] = person
        self.change(person, values, now)
        return person

    def change(self, person: Person, values: Mapping[str, Any], now: float) -> None:
        """Write values; None empties a field."""
        moved = [name for name in self._places if name in values]
        self._unlist(person, moved)
        person.values.update(values)
        person.updated_at = now
        self._list(person, moved)

    def remove(self, person_id: int, now: float) -> Person | None:
        """Delete a person, and return who it was."""
        person = self.by_id.pop(person_id, None)
        if person:
            self._unlist(person, self._places)
            self.deleted.append((person_id, now))
        return person

    def matching(self, name: str, values: Iterable[Any]) -> Iterator[Person]:
        """Yield the people whose field `name` has one of `values`, by id."""
        if name == "id":
            ids = {int(value) for value in values if str(value).isdecimal()}
        else:
            places = self._searched(name)
            ids = {each for value in values for each in places.get(str(value).strip().lower(), ())}
        yield from (self.by_id[each] for each in sorted(ids) if each in self.by_id)

    def searchable(self, name: str) -> bool:
        """Whether a field may be a lookup field or a filter: some standard ones, and custom ones of some types."""
        known = self.fields[name]
        return known.searchable or (name not in FIELDS and known.type in {"string", "email", "integer"})

    def _searched(self, name: str) -> Mapping[str, Mapping[int, None]]:
        if name not in self._places:  # from its first search on, a field's values are kept in order
            self._places[name] = {}
            for person in self.by_id.values():
                self._list(person, [name])
        return self._places[name]

    def _list(self, person: Person, names: Iterable[str]) -> None:
        for name in names:
            if (value := person.values.get(name)) is not None:
                self._places[name].setdefault(str(value).lower(), {})[person.id] = None

    def _unlist(self, person: Person, names: Iterable[str]) -> None:
        for name in names:
            self._places[name].get(str(person.values.get(name)).lower(), {}).pop(person.id, None)
