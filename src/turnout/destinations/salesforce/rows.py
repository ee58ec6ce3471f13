"""engagement and polls -> rows of the two custom objects: by our key field, or found by what they are about."""

from collections.abc import Sequence
from typing import Any, Final

from turnout.destinations.kit import Difference, Row, Writer
from turnout.destinations.salesforce.calls.bulk import bulk
from turnout.destinations.salesforce.calls.collections import COLLECTION_BYTES, Into, size_bytes
from turnout.destinations.salesforce.calls.composite import COMPOSITE_ROWS, written
from turnout.destinations.salesforce.calls.query import Found, id18, query_lists, quoted
from turnout.destinations.salesforce.fields import COLUMNS
from turnout.destinations.salesforce.people import LEAD, compared
from turnout.destinations.salesforce.rendering import rejected, rendered
from turnout.values.bindings import Config
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.sightings import ObjectSeen, RowSeen, Target
from turnout.values.verdicts import Outcome
from turnout.wire import Talk


def row_key(campaign: str, key: Key) -> str:
    """Return the value of our key field: campaign, person, session and, for engagement, channel."""
    parts = [id18(campaign), key.person, key.session]
    if key.kind is Kind.ENGAGEMENT:
        parts.append(str(key.channel))
    return "_".join(parts)


def render(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return an engagement or poll row as the account can take it.

    A row of a Contact, or of a Lead since converted, refers to no Lead.
    """
    seen = target.objects[change.key.kind]
    assert change.member_id, "a row refers to a member"
    lead = id18(change.person_id) if change.person_id.startswith(LEAD) else None
    values = {**change.values, "campaign_member": id18(change.member_id), "lead": lead}
    done = rendered(config, COLUMNS[change.key.kind], values=values, seen=seen.fields)
    if isinstance(done, str):
        return rejected(change, done)
    payload = done.payload
    if _by_id(change, seen):
        payload["id"] = id18(change.remote_id)
    if seen.keyed:
        key, place = row_key(target.program_id, change.key), seen.fields["turnout_key"]
        if len(key) > place.width > 0:
            return rejected(change, f"{place.api_name} takes {place.width} characters, and the key has {len(key)}")
        payload[place.api_name] = key
    return Row(change, payload, size_bytes(payload), done.notes)


def _by_id(change: Change, seen: ObjectSeen) -> bool:
    """Return whether a row is written by its record id: told so, or without a key field and known."""
    return bool(change.remote_id) and (change.op is Op.UPDATE or not seen.keyed)


def write(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Write rows of one object."""
    return (yield from written(rows, where(target, rows))) if rows else []


def where(target: Target, rows: Sequence[Row]) -> Into:
    """Return where rows of one object go."""
    seen = target.objects[rows[0].change.key.kind]
    key = seen.fields["turnout_key"].api_name if seen.keyed else ""
    natural = () if key else tuple(seen.fields[name].api_name for name in seen.key_fields)
    return Into(seen.api_name, key, fields=seen.fields, natural=natural)


def rows(config: Config, target: Target, changes: Sequence[Change]) -> Talk[list[RowSeen]]:
    """Return, for objects without our key field, the row that stands for each change; "" where none does."""
    found: list[RowSeen] = []
    for kind in (Kind.ENGAGEMENT, Kind.POLLS):
        seen = target.objects.get(kind)
        mine = [change for change in changes if change.key.kind is kind]
        if mine and seen and not seen.keyed:
            found += yield from _looked_up(seen, mine)
    return found


def _looked_up(seen: ObjectSeen, changes: Sequence[Change]) -> Talk[list[RowSeen]]:
    names = [seen.fields[name].api_name for name in seen.key_fields]
    member, entry = names[0], names[1]
    entries = sorted({change.key.session for change in changes})
    records: list[Found] = []
    for one in entries:
        owners = [id18(change.member_id) for change in changes if change.key.session == one and change.member_id]
        head = f"SELECT {', '.join(['Id', *names])} FROM {seen.api_name} WHERE {entry} = {quoted(one)} AND {member}"
        records += yield from query_lists(owners, head)
    # Should several stand, the earliest is the one to keep true: ids grow with time.
    standing = {_natural(one, names): str(one["Id"]) for one in sorted(records, key=_id, reverse=True)}
    return [RowSeen(change.key, standing.get(_wanted(change, len(names)), "")) for change in changes]


def _id(found: Found) -> str:
    return str(found["Id"])


def _natural(found: Found, names: Sequence[str]) -> tuple[str, ...]:
    texts = tuple(str(found[name] or "") for name in names[:2])
    return texts + tuple(str(int(float(found[name] or 0))) for name in names[2:])


def _wanted(change: Change, length: int) -> tuple[str, ...]:
    return (id18(change.member_id), change.key.session, str(change.key.channel))[:length]


def read_back(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Difference]]:
    """Compare rows of one object with the org, field by field, by record id, else by our key."""
    if not rows:
        return []
    seen = target.objects[rows[0].change.key.kind]
    names = sorted({name for row in rows for name in row.payload if name != "id"})
    select = f"SELECT {', '.join(['Id', *names])} FROM {seen.api_name}"
    ids = [id18(row.change.remote_id) for row in rows if row.change.remote_id]
    found = yield from query_lists(ids, f"{select} WHERE Id")
    key = seen.fields["turnout_key"].api_name if seen.keyed else ""
    if key:
        keys = [str(row.payload[key]) for row in rows if not row.change.remote_id]
        found += yield from query_lists(keys, f"{select} WHERE {key}")
    standing = {str(one[name]): one for one in found for name in ("Id", key) if name and one.get(name)}
    return [difference for row in rows for difference in _compared(row, standing, key)]


def _compared(row: Row, standing: dict[str, Found], key: str) -> list[Difference]:
    identity = id18(row.change.remote_id) or str(row.payload.get(key) or "")
    return compared(row, standing.get(identity), identity)


def _group(change: Change) -> tuple[Any, ...]:
    # Rows by id, by key and new ones are different calls: one answer lost must not blur the others.
    return (change.key.binding, change.key.kind.value, change.op.value)


WRITER: Final = Writer(
    rows=COMPOSITE_ROWS,
    bytes=COLLECTION_BYTES,
    render=render,
    group=_group,
    talk=write,
    read_back=read_back,
    bulk=bulk(where),
)
