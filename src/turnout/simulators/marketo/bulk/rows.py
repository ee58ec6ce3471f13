"""rows of a file -> people, members or custom objects: inserted or updated one by one, or why not."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.fields import Field, stored
from turnout.simulators.marketo.account.objects import ObjectType
from turnout.simulators.marketo.account.people import Person
from turnout.simulators.marketo.account.programs import Program, Step
from turnout.simulators.marketo.answers import Skipped
from turnout.simulators.marketo.bulk.sheets import Sheet
from turnout.simulators.marketo.calls.leads import company_checked
from turnout.simulators.marketo.calls.members import log_status
from turnout.simulators.marketo.calls.objects import keep, linked

NO_KEY: Final = "missing.dedupe.fields"
Apply = Callable[[Mapping[str, str], float], str]
"""Take one row in at a time, and return the warning it deserves, or ""; Skipped where it failed."""


class Import(Struct):
    """A file on its way in: how far it got, and the rows with a failure or a warning."""

    kind: str
    name: str
    sheet: Sheet
    apply: Apply
    seconds: float
    done: int = 0
    failed: list[tuple[str, ...]] = field(default_factory=list)
    warned: list[tuple[str, ...]] = field(default_factory=list)

    def begin(self, _now: float) -> float:
        """Return how many seconds it will take."""
        return self.seconds

    def proceed(self, share: float, now: float) -> None:
        """Take the rows in whose turn has come; once all are in, the file itself is let go."""
        for row in self.sheet.rows[self.done : int(len(self.sheet.rows) * share)]:
            self.done += 1
            try:
                if warning := self.apply(dict(zip(self.sheet.header, row, strict=True)), now):
                    self.warned.append((*row, warning))
            except Skipped as no:
                self.failed.append((*row, no.text))
        if share >= 1.0:
            self.sheet = replace(self.sheet, rows=())


def lead_rows(account: Account, *, lookup: str, list_id: int, partition: int) -> Apply:
    """Return what takes a row in as a person, found by `lookup`, perhaps into a list and a partition."""

    def apply(row: Mapping[str, str], now: float) -> str:
        fields = account.people.fields
        values, warning = _read(account, row, fields)
        if row.get(lookup, "") == "":
            raise Skipped("1002", text=NO_KEY)
        person = _person(account, lookup, values.get(lookup) or row[lookup])
        if person is None and lookup == "id":
            raise Skipped("1004")
        person = _upserted(account, person, values, partition=partition, now=now)
        if list_id:
            account.join(account.lists.by_id[list_id], person.id, now)
        return warning

    return apply


def member_rows(account: Account, program: Program, status: Step) -> Apply:
    """Return what takes a row in as a person, found by e-mail, and as a member with `status`."""

    def apply(row: Mapping[str, str], now: float) -> str:
        values, warning = _read(account, row, account.people.fields)
        own, _ = _read(account, row, account.programs.member_fields)
        if row.get("email", "") == "":
            raise Skipped("1002", text=NO_KEY)
        person = _person(account, "email", values["email"])
        person = _upserted(account, person, values, partition=0, now=now)
        before = program.members.get(person.id)
        old = before.status.name if before else "Not in Program"
        try:
            program.place(person.id, status, now=now)
            log_status(account, program, person.id, old=old, new=status, now=now)
        except Skipped as no:
            if account.settings.import_past_status == "failure":
                raise
            warning = no.text
        program.members[person.id].values.update(own)
        return warning

    return apply


def object_rows(account: Account, kind: ObjectType) -> Apply:
    """Return what takes a row in as a record of a custom object, found by its dedupe fields."""

    def apply(row: Mapping[str, str], now: float) -> str:
        if any(row.get(name, "") == "" for name in kind.searchable()[0]):
            raise Skipped("1002", text=NO_KEY)
        values, warning = _read(account, row, kind.fields)
        linked(account, kind, values)
        keep(account, kind, values, now=now)
        return warning

    return apply


def _read(account: Account, row: Mapping[str, str], fields: Mapping[str, Field]) -> tuple[dict[str, Any], str]:
    """Return a row's values by field, without columns that are no fields, and the warning it deserves."""
    values, warning = {}, ""
    for name, text in row.items():
        known = fields.get(name)
        if known is None or not known.updateable or (text == "" and account.settings.import_blank == "keep"):
            continue
        try:
            values[name] = stored(known, text, account.settings)
        except Skipped as no:
            if no.code != "1003":
                raise
            if known.type != "email":
                raise Skipped("1003", text=f"Invalid data type in field {known.display}") from None
            values[name], warning = text, "Invalid email address"
    return values, warning


def _person(account: Account, lookup: str, value: object) -> Person | None:
    found = list(account.people.matching(lookup, [value]))
    if len(found) > 1:
        raise Skipped("1007")
    return found[0] if found else None


def _upserted(
    account: Account, person: Person | None, values: Mapping[str, Any], *, partition: int, now: float
) -> Person:
    company_checked(account, values, person)
    if person is None:
        return account.create(values, now, partition=partition or 1)
    account.edit(person, values, now)
    return person
