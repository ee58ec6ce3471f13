"""Which fields a record is compared in: the shape last accepted, or the current one where none was."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from turnout.metrics.catalogue import CATALOGUE_VERSION
from turnout.values.records import Key, Kind, Record, digest
from turnout.values.rows import LedgerRow
from turnout.values.sightings import Target

MEMBER_FIELDS: Final = ("status", "code", "label", "before", "before_label")


class Shape(Struct, frozen=True):
    """A set of fields with the versions it was made under."""

    id: str
    fields: tuple[str, ...]
    mapping_version: int = 1
    catalogue: int = CATALOGUE_VERSION


def shape(
    target: Target | None, kind: Kind, mapping_version: int, *, person_fields: frozenset[str] = frozenset()
) -> Shape:
    """Return the current shape of a kind of record: the fields the account shows and lets us write.

    Of a person's own record nothing is compared but what may be written on people who are there already.
    """
    fields: tuple[str, ...] = tuple(sorted(person_fields)) if kind is Kind.PERSON else ()
    if kind is Kind.MEMBER:
        fields = MEMBER_FIELDS
    elif kind in (Kind.ENGAGEMENT, Kind.POLLS, Kind.ACTIVITY) and target and kind in target.objects:
        fields = tuple(sorted(seen.name for seen in target.objects[kind].fields.values() if seen.writable))
    name = digest({"fields": ",".join(fields), "mapping": mapping_version, "catalogue": CATALOGUE_VERSION})
    return Shape(name, fields, mapping_version)


def digests(
    records: Mapping[Key, Record],
    rows: Mapping[Key, LedgerRow],
    current: Mapping[tuple[str, Kind], Shape],
    *,
    known: Mapping[str, Shape],
) -> dict[Key, str]:
    """Return what is wanted of every record, as a digest.

    Records are compared in the shape last accepted. One that differs there is going to be sent in the
    current shape, so that shape's digest is what is wanted: once accepted, it compares equal in it.
    """
    wishes = {}
    for key, record in records.items():
        row, now = rows.get(key), current[key.binding, key.kind]
        if row and _written_once(row):
            wishes[key] = row.accepted or row.claimed or row.wanted
            continue
        compared = record_digest(record, shape_for(row, now, known))
        wishes[key] = compared if row and compared == row.accepted else record_digest(record, now)
    return wishes


def _written_once(row: LedgerRow) -> bool:
    """Whether nothing may change what is wanted: an activity that was accepted, or claimed with its values frozen."""
    begun = row.accepted or row.claimed or (row.attempts and not row.parking)
    return row.key.kind is Kind.ACTIVITY and bool(begun)


def shape_for(row: LedgerRow | None, current: Shape, known: Mapping[str, Shape]) -> Shape:
    """Return the shape a record is compared in."""
    return known.get(row.shape, current) if row and row.accepted else current


def record_digest(record: Record, within: Shape) -> str:
    """Return the digest of a record's values within a shape."""
    return digest({name: record.values.get(name) for name in within.fields})
