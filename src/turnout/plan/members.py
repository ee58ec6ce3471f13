"""A membership and its status: what to write, what to leave to people, what to believe once it is read back."""

from msgspec.structs import replace

from turnout.plan.people import waits_for_person
from turnout.plan.view import Park, Plan, Settled, View
from turnout.records.statuses import Wanted, Words, vocabulary_seen, wanted
from turnout.values.bindings import Binding
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind, Parking, Record
from turnout.values.rows import LedgerRow, Stand, stand
from turnout.values.sightings import Membership, Seeking, Target


def words(binding: Binding, target: Target) -> Words:
    """Return the vocabulary of a binding: its own choice, else what the campaign or channel has."""
    chosen = binding.vocabulary if binding.vocabulary != "auto" else vocabulary_seen(target.labels())
    return Words(chosen, binding.labels)


def plan_member(view: View, plan: Plan, record: Record) -> None:
    """Plan for a membership that is owed, or accepted and not read back yet."""
    row = view.row(record.key)
    person = view.row(Key("", Kind.PERSON, record.key.person))
    if not ready(person):
        waits_for_person(view, plan, record.key, reason="waits for its person")
        return
    place = (record.key.binding, record.key.person)
    seen = view.members.get(place)
    if seen is None:
        seeking = Seeking(record.key.person, str(record.values.get("email") or ""), person.remote_id)
        plan.look_members.setdefault(record.key.binding, []).append(seeking)
        return
    target = view.targets[record.key.binding]
    spoken = words(view.bindings[record.key.binding], target)
    want = wanted(record.values, spoken, target.labels())
    if want.finding:
        plan.parks[record.key] = Park(Parking.HELD, want.finding, seen.remote_id)
        return
    if stand(row) is Stand.ACCEPTED and person.remote_id in row.refs:
        _confirm(plan, row, seen, want=want, spoken=spoken, target=target)
        return
    _owed(view, plan, record, want=want, seen=seen, spoken=spoken)


def ready(row: LedgerRow) -> bool:
    """Return whether what refers to this record may go: its id in the account is known and holds."""
    kept = row.parking is Parking.KEPT and row.refused == row.wanted
    return bool(row.remote_id) and not row.claimed and (bool(row.accepted) or kept)


def _owed(view: View, plan: Plan, record: Record, *, want: Wanted, seen: Membership, spoken: Words) -> None:
    row = view.row(record.key)
    person = view.row(Key("", Kind.PERSON, record.key.person))
    target = view.targets[record.key.binding]
    keyed = bool(seen.remote_id) and Kind.MEMBER in target.objects
    keyless = keyed and not seen.external_id
    values = {**record.values, "written": want.label}
    change = Change(
        record.key,
        Op.UPDATE if seen.remote_id else Op.CREATE,
        {**values, "external_id": seen.external_id} if keyed else values,
        row.wanted,
        seen.remote_id,
        person.remote_id,
        status=want.label,
        step=want.step,
    )
    if not seen.remote_id:
        plan.changes.append(change)
        return
    ours = seen.status in {row.values.get("written"), row.values.get("claimed")}
    keep = kept(seen, want, spoken, ours=ours, leaves_outside=view.policy.leaves_outside)
    if keep and keyless:
        plan.changes.append(_adopting(change, written=""))
    elif keep:
        plan.parks[record.key] = Park(Parking.KEPT, keep, seen.remote_id)
    elif seen.status == want.label and keyless:
        plan.changes.append(_adopting(change, written=want.label))
    elif seen.status == want.label:
        plan.settled.append(Settled(change, seen.remote_id, f"already {want.label}"))
    else:
        plan.changes.append(change)


def _adopting(change: Change, written: str) -> Change:
    """Return a change that gives a member made by others our key, and leaves its status."""
    return replace(change, status="", values={**change.values, "written": written})


def kept(seen: Membership, want: Wanted, spoken: Words, *, ours: bool, leaves_outside: bool) -> str:
    """Return why a member's status is left as it is, "" where ours is to be written.

    The ladder is never descended; what is not `ours` and stands above, or outside the vocabulary, is people's.
    """
    if seen.status == want.label:
        return ""
    rank = spoken.rank(seen.status)
    if rank is None:
        return "" if ours else f"a person set {seen.status!r}, which is outside the statuses used here"
    if spoken.outside(want.label):
        return "" if ours or not spoken.outside(seen.status) else f"a person set {seen.status!r}"
    if spoken.outside(seen.status):
        if not ours:
            return f"a person set {seen.status!r}"
        return "" if leaves_outside else f"the account cannot lead a member back from {seen.status!r}"
    if rank > want.rank:
        return f"a person set {seen.status!r}" if not ours else f"{seen.status!r} is never lowered"
    return ""


def _confirm(plan: Plan, row: LedgerRow, seen: Membership, *, want: Wanted, spoken: Words, target: Target) -> None:
    """Believe a status only when the account shows it: one that it does not know it replaces by its default."""
    written = str(row.values.get("written") or "")
    replaced = bool(written) and seen.status in {status.label for status in target.statuses if status.default}
    if seen.remote_id and seen.status == written:
        plan.confirmed.append(row.key)
    elif not seen.remote_id:
        plan.parks[row.key] = Park(Parking.REJECTED, "the account accepted the member, and does not have it")
    elif not replaced and (keep := kept(seen, want, spoken, ours=False, leaves_outside=True)):
        plan.parks[row.key] = Park(Parking.KEPT, keep, seen.remote_id)
    else:
        reason = f"the account stored the status {seen.status!r} instead of {written!r}"
        plan.parks[row.key] = Park(Parking.REJECTED, reason, seen.remote_id)
