"""Claimed records -> the changes that carry them, made anew: what a bulk job held when a process ended."""

from collections.abc import Iterable

from turnout.plan.members import words
from turnout.plan.rows import values_to_send
from turnout.plan.view import View
from turnout.records.statuses import wanted
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Record
from turnout.values.rows import LedgerRow


def claimed_changes(view: View, keys: Iterable[Key]) -> list[Change]:
    """Return the changes of records that a job claimed; a record nobody wants any more keeps its last values."""
    return [_change(view, key, view.row(key)) for key in keys]


def _change(view: View, key: Key, row: LedgerRow) -> Change:
    record = view.records.get(key) or Record(key, row.values)
    person = view.row(Key("", Kind.PERSON, key.person)).remote_id
    if key.kind is Kind.MEMBER:
        return _member(view, record, row, person=person)
    member = view.row(Key(key.binding, Kind.MEMBER, key.person)).remote_id
    values = values_to_send(record, row, view.targets[key.binding])
    return Change(key, Op.UPSERT, values, row.claimed, row.remote_id, person, member, shape=row.shape)


def _member(view: View, record: Record, row: LedgerRow, *, person: str) -> Change:
    target = view.targets[record.key.binding]
    spoken = words(view.bindings[record.key.binding], target)
    want = wanted(record.values, spoken, target.labels())
    return Change(
        record.key,
        Op.UPDATE if row.remote_id else Op.CREATE,
        {**record.values, "written": want.label},
        row.claimed,
        row.remote_id,
        person,
        status=want.label,
        step=want.step,
    )
