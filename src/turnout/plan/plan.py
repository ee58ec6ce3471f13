"""records + ledger + sightings -> the plan: one pass over what is not settled."""

from collections.abc import Iterable, Mapping

from turnout.plan.activities import plan_activity
from turnout.plan.members import plan_member
from turnout.plan.people import left_out, plan_person
from turnout.plan.rows import plan_row
from turnout.plan.shapes import Shape
from turnout.plan.view import Plan, View
from turnout.values.records import Key, Kind, Record
from turnout.values.rows import LedgerRow, Stand, stand

_RESTING = frozenset({Stand.KEPT, Stand.HELD, Stand.REJECTED, Stand.NOTHING, Stand.WITHDRAWN})


def plan(view: View, current: Mapping[tuple[str, Kind], Shape], now: float) -> Plan:
    """Return what is to be done next for an account, given all that has been seen so far."""
    made = Plan()
    owners = _owners(view.rows.values())
    home = _home_bindings(view.records)
    for key, record in view.records.items():
        row = view.row(key)
        if stand(row) in _RESTING or left_out(view, record) or _asleep(made, row, now):
            continue
        binding = key.binding or home.get(key.person, "")
        if reason := view.stopped.get((key.binding, key.kind)) or view.stopped.get((binding, key.kind)):
            made.wait(key, reason)
            continue
        _plan_one(view, made, record, binding=binding, owners=owners, current=current, now=now)
    return made


def _plan_one(
    view: View,
    made: Plan,
    record: Record,
    *,
    binding: str,
    owners: dict[str, str],
    current: Mapping[tuple[str, Kind], Shape],
    now: float,
) -> None:
    standing = stand(view.row(record.key))
    shape = current[record.key.binding, record.key.kind].id
    match record.key.kind:
        case Kind.PERSON:
            if standing in (Stand.OWED, Stand.UNSURE, Stand.EXCLUDED):
                plan_person(view, made, record, binding=binding, owners=owners)
        case Kind.MEMBER:
            if standing is not Stand.DELIVERED or _referents_changed(view, record):
                plan_member(view, made, record)
        case Kind.ACTIVITY:
            plan_activity(view, made, record, shape=shape, now=now)
        case _:
            plan_row(view, made, record, shape=shape, now=now)


def _asleep(made: Plan, row: LedgerRow, now: float) -> bool:
    if row.due > now:
        made.wait(row.key, row.reason or "waits for its time", row.due)
    return row.due > now


def _referents_changed(view: View, record: Record) -> bool:
    person = view.row(Key("", Kind.PERSON, record.key.person))
    return bool(person.remote_id) and person.remote_id not in view.row(record.key).refs


def _owners(rows: Iterable[LedgerRow]) -> dict[str, str]:
    """Return who holds which remote id: persons that are wanted and accepted."""
    return {
        row.remote_id: row.key.person
        for row in rows
        if row.key.kind is Kind.PERSON and row.remote_id and row.accepted and row.wanted
    }


def _home_bindings(records: Mapping[Key, Record]) -> dict[str, str]:
    """Return for each person the first binding that has them as a member."""
    found: dict[str, str] = {}
    for key in records:
        if key.kind is Kind.MEMBER:
            found.setdefault(key.person, key.binding)
    return found
