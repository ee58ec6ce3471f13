"""people -> their place in the campaign: found by Lead or Contact, made by our external id, moved by record id."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from turnout.destinations.kit import Difference, Row, Writer, alike
from turnout.destinations.salesforce.calls.bulk import bulk
from turnout.destinations.salesforce.calls.collections import COLLECTION_BYTES, Into, size_bytes
from turnout.destinations.salesforce.calls.composite import COMPOSITE_ROWS, written
from turnout.destinations.salesforce.calls.query import Found, id18, query_lists, quoted
from turnout.destinations.salesforce.people import CONTACT, LEAD
from turnout.destinations.salesforce.rendering import rejected
from turnout.values.bindings import Config
from turnout.values.changes import Change, Op
from turnout.values.records import Kind
from turnout.values.sightings import FieldSeen, Membership, Seeking, Target
from turnout.values.verdicts import Outcome
from turnout.wire import Talk

MEMBER_ROWS: Final = 400
STATUS_WIDTH: Final = 40
"""Characters of CampaignMember.Status; a longer label cannot be told from a missing one."""


def members(config: Config, target: Target, wanted: Sequence[Seeking]) -> Talk[list[Membership]]:
    """Return each matched person's membership of the campaign; `remote_id` is "" for who is no member."""
    fields = ", ".join(["Id", "ContactId", "LeadId", "Status", *_external_name(target)])
    found: dict[str, Found] = {}
    for name, prefix in (("LeadId", LEAD), ("ContactId", CONTACT)):
        ids = [id18(one.remote_id) for one in wanted if one.remote_id.startswith(prefix)]
        campaign = quoted(target.program_id)
        head = f"SELECT {fields} FROM CampaignMember WHERE CampaignId = {campaign} AND {name}"
        records = yield from query_lists(ids, head)
        # After a conversion the member has both ids, and either finds it.
        found |= {str(record[name]): record for record in records}
    return [_membership(one.person, found.get(id18(one.remote_id)), target) for one in wanted]


def _external_name(target: Target) -> list[str]:
    place = _external_id(target)
    return [place.api_name] if place else []


def _external_id(target: Target) -> FieldSeen | None:
    seen = target.objects.get(Kind.MEMBER)
    return seen.fields.get("external_id") if seen else None


def _membership(person: str, found: Found | None, target: Target) -> Membership:
    if found is None:
        return Membership(person)
    external = "".join(str(found.get(name) or "") for name in _external_name(target))
    return Membership(person, found["Id"], str(found.get("Status") or ""), external)


def external_id(campaign: str, person: str) -> str:
    """Return the document's key of a member, e.g. 70103000000cnFXAAY_00Q0300000AczgfEAB.

    Ids go in with 18 characters: those of 15 differ by case alone, and the field ignores case.
    """
    return f"{id18(campaign)}_{id18(person)}"


def render(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return a member to make, or what to move on one that is there.

    An external id is written where there is none, and never rewritten: `values` may carry what was seen of it;
    a change that leaves the status is there to fill it; else `write` looks. A status the campaign does not have
    is refused here: Salesforce would silently put the campaign's default in its place.
    """
    if change.status and change.status not in target.labels():
        return rejected(change, f"the campaign has no status {change.status!r}", "run `turnout provision`, or add it")
    place = _external_id(target)
    payload: dict[str, Any] = {"Status": change.status} if change.status else {}
    ours = external_id(target.program_id, change.person_id)
    if change.op is Op.UPDATE:
        payload = {"id": id18(change.remote_id), **payload}
        if place and place.writable and change.values.get("external_id", ours if change.status else "") == "":
            payload[place.api_name] = ours
    else:
        person = id18(change.person_id)
        payload |= {"CampaignId": target.program_id, "ContactId" if person.startswith(CONTACT) else "LeadId": person}
        if place and place.writable:
            payload[place.api_name] = ours
    if place and 0 < place.width < len(ours) and place.api_name in payload:
        return rejected(change, f"external_id has {len(ours)} characters, and the account's field takes {place.width}")
    return Row(change, payload, size_bytes(payload))


def write(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Make members by the external id, or move them by record id."""
    place = _external_id(target)
    whole = (yield from _filled(target, place, rows)) if place and place.writable else rows
    return (yield from written(whole, where(target, rows)))


def where(target: Target, rows: Sequence[Row]) -> Into:
    """Return where members go: by the external id where the field is one."""
    seen = target.objects.get(Kind.MEMBER)
    place = _external_id(target)
    key = place.api_name if place and seen and seen.keyed else ""
    return Into("CampaignMember", key, natural=("CampaignId", "LeadId", "ContactId"))


def _filled(target: Target, place: FieldSeen, rows: Sequence[Row]) -> Talk[list[Row]]:
    """Return the rows, with our external id added to those whose member turns out to have none.

    Where the field is required, Salesforce refuses any edit of such a member until it is filled.
    """
    name = place.api_name
    unknown = [
        row for row in rows if "id" in row.payload and not {name, "external_id"} & {*row.payload, *row.change.values}
    ]
    head = f"SELECT Id, {name} FROM CampaignMember WHERE Id"
    found = yield from query_lists([str(row.payload["id"]) for row in unknown], head)
    empty = {str(one["Id"]) for one in found if not one.get(name)}
    ours = {row.payload["id"]: external_id(target.program_id, row.change.person_id) for row in unknown}
    return [
        replace(row, payload={**row.payload, name: ours[row.payload["id"]]}) if row.payload.get("id") in empty else row
        for row in rows
    ]


def read_back(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Difference]]:
    """Compare members' statuses with the org, by record id, else by the external id that was sent."""
    names = _external_name(target)
    fields = ", ".join(["Id", "Status", *names])
    by_id = [id18(row.change.remote_id) for row in rows if row.change.remote_id]
    found = yield from query_lists(by_id, f"SELECT {fields} FROM CampaignMember WHERE Id")
    for name in names:
        keys = [str(row.payload[name]) for row in rows if not row.change.remote_id and name in row.payload]
        found += yield from query_lists(keys, f"SELECT {fields} FROM CampaignMember WHERE {name}")
    standing = {str(one[name]): one for one in found for name in ("Id", *names) if one.get(name)}
    return [difference for row in rows for difference in _compared(row, standing, names)]


def _compared(row: Row, standing: dict[str, Found], names: list[str]) -> list[Difference]:
    change = row.change
    identity = id18(change.remote_id) or "".join(str(row.payload.get(name) or "") for name in names)
    found = standing.get(identity)
    if found is None:
        return [Difference(change.key, "", identity, None)]
    if change.status and not alike(change.status, found["Status"]):
        return [Difference(change.key, "Status", change.status, found["Status"])]
    return []


WRITER: Final = Writer(
    rows=COMPOSITE_ROWS,
    bytes=COLLECTION_BYTES,
    render=render,
    # Members of one campaign go together, each kind of call by itself: a lost answer then leaves one kind unsure.
    group=lambda change: (change.key.binding, change.op is Op.UPDATE),
    talk=write,
    read_back=read_back,
    bulk=bulk(where),
)
