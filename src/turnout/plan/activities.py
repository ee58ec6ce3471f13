"""Activities: written once and never again; a lost answer is looked for before anything is sent a second time."""

from typing import Final

from turnout.plan.members import ready
from turnout.plan.people import waits_for_person
from turnout.plan.view import Plan, Settled, View
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Record
from turnout.values.rows import LedgerRow, Stand, stand

LOOK_AGAIN_SECONDS: Final = 600.0
NOT_SEEN: Final = "looked for in the account and not found; it is looked for once more"


def plan_activity(view: View, plan: Plan, record: Record, *, shape: str, now: float) -> None:
    """Plan for an activity that is owed, or of which nobody knows whether it was written."""
    row = view.row(record.key)
    standing = stand(row)
    if standing in (Stand.ACCEPTED, Stand.DELIVERED):
        return
    if standing is Stand.OWED and record.not_before > now:
        plan.wait(record.key, "waits until the session has settled", record.not_before)
        return
    member = view.row(Key(record.key.binding, Kind.MEMBER, record.key.person))
    person = view.row(Key("", Kind.PERSON, record.key.person))
    if not (ready(member) and ready(person)):
        waits_for_person(view, plan, record.key, reason="waits for its member")
        return
    frozen = row.values if row.claimed or row.attempts else record.values  # what was first claimed is what is sent
    values = {name: value for name, value in (frozen or record.values).items() if value is not None}
    refs = (person.remote_id, member.remote_id)
    change = Change(record.key, Op.CREATE, values, row.wanted, "", *refs, shape=shape, since=row.claimed_at)
    if standing is Stand.UNSURE:
        _look(view, plan, change, row=row, now=now)
    else:
        plan.changes.append(change)


def _look(view: View, plan: Plan, change: Change, *, row: LedgerRow, now: float) -> None:
    """Two complete empty reads, ten minutes apart, allow sending again."""
    seen = view.found.get(change.key)
    if seen is None:
        plan.look_rows.setdefault(change.key.binding, []).append(change)
    elif seen.remote_id:
        plan.settled.append(Settled(change, seen.remote_id, "found in the account after its answer was lost"))
    elif row.reason == NOT_SEEN:
        plan.released.append(change.key)
    else:
        plan.doubted[change.key] = (now + LOOK_AGAIN_SECONDS, NOT_SEEN)
