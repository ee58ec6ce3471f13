"""Engagement and poll rows: written once their member stands, and again when they or it changed."""

from msgspec.structs import replace

from turnout.plan.late import small
from turnout.plan.members import ready
from turnout.plan.people import waits_for_person
from turnout.plan.view import Late, Plan, View
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Record, Value
from turnout.values.rows import LedgerRow, Stand, stand
from turnout.values.sightings import Target


def plan_row(view: View, plan: Plan, record: Record, *, shape: str, now: float) -> None:
    """Plan for an engagement or poll row that is owed, or whose member became another one."""
    row = view.row(record.key)
    member = view.row(Key(record.key.binding, Kind.MEMBER, record.key.person))
    person = view.row(Key("", Kind.PERSON, record.key.person))
    if not (ready(member) and ready(person)):
        waits_for_person(view, plan, record.key, reason="waits for its member")
        return
    if stand(row) in (Stand.ACCEPTED, Stand.DELIVERED) and set(row.refs) == {person.remote_id, member.remote_id}:
        return
    late = view.policy.late
    if row.accepted and row.accepted_at + late.window_seconds > now and _waits(row, record, late):
        plan.wait(record.key, "a small change waits for its window", row.accepted_at + late.window_seconds)
        return
    target = view.targets[record.key.binding]
    change = Change(
        record.key,
        Op.UPSERT,
        values_to_send(record, row, target),
        row.wanted,
        row.remote_id,
        person.remote_id,
        member.remote_id,
        shape=shape,
    )
    if target.objects[record.key.kind].keyed:
        plan.changes.append(change)
    elif (seen := view.found.get(record.key)) is None:
        plan.look_rows.setdefault(record.key.binding, []).append(change)
    else:
        op = Op.UPDATE if seen.remote_id else Op.CREATE
        plan.changes.append(replace(change, op=op, remote_id=seen.remote_id))


def _waits(row: LedgerRow, record: Record, late: Late) -> bool:
    """Whether all that is owed is a small change of numbers."""
    if row.accepted == row.wanted or not row.shape:
        return False  # what changed is the member it refers to, or the shape that a person rolled out
    after = {name: record.values.get(name) for name in row.values}
    return small(row.values, after, late)


def values_to_send(record: Record, row: LedgerRow, target: Target) -> dict[str, Value]:
    """Return the values to send: those known, and a null for what was accepted once and is not known any more."""
    fields = target.objects[record.key.kind].fields
    return {
        name: value
        for name, value in record.values.items()
        if name in fields and (value is not None or row.values.get(name) is not None)
    } | {name: None for name in row.values if name in fields and name not in record.values}
