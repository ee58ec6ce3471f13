"""e-mails -> who has them in the org: Contacts, then Leads; and a Lead for whom it does not have."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from turnout.destinations.kit import Difference, Row, Writer, alike
from turnout.destinations.salesforce.calls.collections import COLLECTION_BYTES, WRITE_SECONDS, Into, matches, size_bytes
from turnout.destinations.salesforce.calls.composite import COMPOSITE_ROWS, written
from turnout.destinations.salesforce.calls.query import Found, id18, query_lists, quoted
from turnout.destinations.salesforce.fields import PERSON, Column
from turnout.destinations.salesforce.rendering import email_valid, plain, rejected, rendered
from turnout.destinations.salesforce.rules import ALONE, RULES
from turnout.destinations.salesforce.settings import NOT_PROVIDED, listed, setting
from turnout.values.bindings import Config
from turnout.values.changes import Change, Op
from turnout.values.records import Kind
from turnout.values.sightings import Candidate, FieldSeen, Match, Seeking, Target
from turnout.values.verdicts import Outcome
from turnout.wire import Reply, Talk, post

LEAD: Final = "00Q"
CONTACT: Final = "003"
SEEK_ROWS: Final = 400

CREATE_HEADERS: Final = {
    # Assignment rules run by default on REST: they would change the owner and send mails.
    "Sforce-Auto-Assign": "FALSE",
    # Duplicate rules are respected; we only ask them to name whom they found.
    "Sforce-Duplicate-Rule-Header": "allowSave=false; includeRecordDetails=true; runAsCurrentUser=false",
}

WIDTHS: Final = {
    "first_name": 40,
    "last_name": 80,
    "company": 255,
    "title": 128,
    "email": 80,
    "phone": 40,
    "country": 80,
    "industry": 255,
    "lead_source": 255,
}
COLUMNS: Final = tuple(
    Column(name, "email" if name == "email" else "text", width, identifier=name == "email")
    for name, width in WIDTHS.items()
)
FIELDS: Final = {**PERSON, "lead_source": "LeadSource"}

_LEAD_FIELDS: Final = "SELECT Id, Email, LastModifiedDate, IsConverted, ConvertedContactId FROM Lead"
_CONTACT_FIELDS: Final = "SELECT Id, Email, LastModifiedDate FROM Contact"


def seek(config: Config, target: Target, wanted: Sequence[Seeking]) -> Talk[list[Match]]:
    """Return who matches each person: by the id known for them, else by e-mail.

    An id that is not there any more (deleted, merged) falls back to the e-mail; a converted Lead is
    answered by its Contact. Where several match, those already in the campaign are marked.
    """
    known = yield from _by_id([one.remote_id for one in wanted if one.remote_id])
    unknown = [one.email for one in wanted if one.email and id18(one.remote_id) not in known]
    by_email = yield from _by_email(unknown)
    found = {
        one.person: known.get(id18(one.remote_id)) or by_email.get(one.email.strip().lower(), ()) for one in wanted
    }
    several = {one.remote_id for candidates in found.values() if len(candidates) > 1 for one in candidates}
    inside = yield from in_campaign(target.program_id, several)
    return [Match(person, tuple(_marked(one, inside) for one in candidates)) for person, candidates in found.items()]


def _marked(one: Candidate, inside: set[str]) -> Candidate:
    return Candidate(one.remote_id, one.email, one.rank, one.modified, one.remote_id in inside, one.note)


def _by_id(ids: Sequence[str]) -> Talk[dict[str, tuple[Candidate, ...]]]:
    """Return {known id: its one candidate} of those that still stand."""
    leads = yield from query_lists(_of(ids, LEAD), f"{_LEAD_FIELDS} WHERE Id")
    heirs = [lead["ConvertedContactId"] for lead in leads if lead["IsConverted"] and lead["ConvertedContactId"]]
    contacts = yield from query_lists([*_of(ids, CONTACT), *heirs], f"{_CONTACT_FIELDS} WHERE Id")
    standing = {contact["Id"]: _contact(contact) for contact in contacts}
    found: dict[str, tuple[Candidate, ...]] = {identity: (candidate,) for identity, candidate in standing.items()}
    for lead in leads:
        if not lead["IsConverted"]:
            found[lead["Id"]] = (_lead(lead),)
        elif heir := standing.get(lead["ConvertedContactId"]):
            found[lead["Id"]] = (_converted(heir, lead["Id"]),)
    return found


def _of(ids: Iterable[str], prefix: str) -> list[str]:
    return [id18(one) for one in ids if one.startswith(prefix)]


def _by_email(emails: Iterable[str]) -> Talk[dict[str, tuple[Candidate, ...]]]:
    """Return {e-mail in lower case: candidates}, Contacts before Leads, each human once."""
    wanted = sorted({email.strip().lower() for email in emails})
    contacts = yield from query_lists(wanted, f"{_CONTACT_FIELDS} WHERE Email")
    leads = yield from query_lists(wanted, f"{_LEAD_FIELDS} WHERE Email")
    seen = {contact["Id"] for contact in contacts}
    heirs = [
        lead["ConvertedContactId"]
        for lead in leads
        if lead["IsConverted"] and lead["ConvertedContactId"] and lead["ConvertedContactId"] not in seen
    ]
    others = yield from query_lists(heirs, f"{_CONTACT_FIELDS} WHERE Id")
    standing = {contact["Id"]: _contact(contact) for contact in others}
    found: dict[str, dict[str, Candidate]] = {}
    for contact in contacts:
        found.setdefault(_email(contact), {})[contact["Id"]] = _contact(contact)
    for lead in leads:
        mine = found.setdefault(_email(lead), {})
        if not lead["IsConverted"]:
            mine[lead["Id"]] = _lead(lead)
        elif (heir := standing.get(lead["ConvertedContactId"])) and heir.remote_id not in mine:
            mine[heir.remote_id] = _converted(heir, lead["Id"])
    return {email: tuple(candidates.values()) for email, candidates in found.items()}


def _email(found: Found) -> str:
    return str(found.get("Email") or "").strip().lower()


def _contact(found: Found) -> Candidate:
    return Candidate(found["Id"], _email(found), 0, _instant(found))


def _lead(found: Found) -> Candidate:
    return Candidate(found["Id"], _email(found), 1, _instant(found))


def _converted(contact: Candidate, lead: str) -> Candidate:
    return Candidate(contact.remote_id, contact.email, 0, contact.modified, note=f"converted lead {lead}")


def _instant(found: Found) -> str:
    """Return LastModifiedDate, which is 2026-11-21T10:00:00.000+0000, as ISO 8601."""
    return str(found.get("LastModifiedDate") or "").replace("+0000", "Z")


def in_campaign(campaign: str, ids: Iterable[str]) -> Talk[set[str]]:
    """Return which of some Leads and Contacts are members of the campaign."""
    asked = sorted(ids) if campaign else []
    members: list[Found] = []
    for name, prefix in (("ContactId", CONTACT), ("LeadId", LEAD)):
        head = f"SELECT Id, ContactId, LeadId FROM CampaignMember WHERE CampaignId = {quoted(campaign)} AND {name}"
        members += yield from query_lists(_of(asked, prefix), head)
    return {str(one[name]) for one in members for name in ("ContactId", "LeadId") if one[name]}


def render(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return a new Lead as a row; on people who are there already only what a setting names is written."""
    if change.settle:
        return Row(change, {}, 0)
    if change.op is not Op.CREATE:
        return _standing(config, target, change)
    email = plain(str(change.values.get("email") or ""))
    if not email_valid(email):
        return rejected(change, f"{email!r} is no e-mail address that Salesforce takes")
    values = {
        **{name: value for name, value in change.values.items() if value},
        "last_name": change.values.get("last_name") or setting(config, "last_name_default") or NOT_PROVIDED,
        "company": change.values.get("company") or setting(config, "company_default") or NOT_PROVIDED,
        "email": email,
    }
    if source := setting(config, "lead_source"):
        values["lead_source"] = source
    done = rendered(config, COLUMNS, values=values, seen=_places(target))
    if isinstance(done, str):
        return rejected(change, done)
    return Row(change, done.payload, size_bytes(done.payload), done.notes)


CONTACT_FIELDS: Final = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "title": "Title",
    "phone": "Phone",
    "country": "MailingCountry",
}
"""What of a person a Contact has itself; company and industry are its Account's."""


def _standing(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return what to write on a person who is there: named by overwrite_fields or fill_fields, and known."""
    named = listed(config, "overwrite_fields") | listed(config, "fill_fields")
    values = {name: value for name, value in change.values.items() if name in named and value not in (None, "")}
    places = _places(target)
    if change.remote_id.startswith(CONTACT):
        places = {name: FieldSeen(name, api, "string", WIDTHS[name]) for name, api in CONTACT_FIELDS.items()}
    done = rendered(config, COLUMNS, values=values, seen=places)
    if isinstance(done, str):
        return rejected(change, done)
    payload = {"id": id18(change.remote_id), **done.payload} if done.payload else {}
    return Row(change, payload, size_bytes(payload), done.notes)


def _places(target: Target) -> Mapping[str, FieldSeen]:
    seen = target.objects.get(Kind.PERSON)
    return seen.fields if seen else {}


def write(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Create Leads; a duplicate rule's answer is a REMATCH that names whom it found.

    An answer for many does not always say whom a duplicate rule found; an answer for one does.
    """
    contacts = bool(rows) and rows[0].change.remote_id.startswith(CONTACT)
    whole = yield from _unfilled(config, rows)
    into = Into("Contact" if contacts else "Lead", headers=CREATE_HEADERS, fields=_places(target))
    outcomes = yield from written(whole, into)
    by_key = {row.change.key: row for row in rows}
    told: list[Outcome] = []
    for one in outcomes:
        new = by_key[one.key].change.op is Op.CREATE
        nameless = new and one.ruling.code == "DUPLICATES_DETECTED" and not one.matches
        told.append((yield from _alone(by_key[one.key], one)) if nameless else one)
    return told


def _unfilled(config: Config, rows: Sequence[Row]) -> Talk[list[Row]]:
    """Return the rows without what a setting only fills and somebody has filled already."""
    fills = listed(config, "fill_fields") - listed(config, "overwrite_fields")
    names = {api for name in fills for api in (FIELDS[name], CONTACT_FIELDS.get(name, FIELDS[name]))}
    asked = sorted({name for row in rows if "id" in row.payload for name in row.payload if name in names})
    if not asked:
        return list(rows)
    ids = [str(row.payload["id"]) for row in rows if "id" in row.payload]
    object_name = "Contact" if ids[0].startswith(CONTACT) else "Lead"
    found = yield from query_lists(ids, f"SELECT {', '.join(['Id', *asked])} FROM {object_name} WHERE Id")
    filled = {str(one["Id"]): {name for name in asked if one.get(name) not in (None, "")} for one in found}
    return [replace(row, payload=_left(row, filled.get(str(row.payload.get("id")), set()))) for row in rows]


def _left(row: Row, filled: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.payload.items() if name not in filled}


def _alone(row: Row, before: Outcome) -> Talk[Outcome]:
    """Create one Lead by itself, to be told whom a duplicate rule found; else what was told before stands."""
    reply: Reply = yield post(ALONE, row.payload, headers=CREATE_HEADERS, timeout_seconds=WRITE_SECONDS)
    data = reply.data()
    if reply.status == 201 and isinstance(data, dict):
        return Outcome(row.change.key, remote_id=id18(str(data.get("id") or "")), made=True, notes=row.notes)
    errors = data if isinstance(data, list) else [data]
    named = matches(*(one for one in errors if isinstance(one, dict)))
    acted = reply.status < 300 or reply.status >= 500
    ruling = RULES.for_reply("not JSON", f"HTTP {reply.status}") if acted else before.ruling
    return replace(before, ruling=ruling, matches=named)


def read_back(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Difference]]:
    """Compare people with the org: those we made by their fields, the others by standing there at all."""
    ids = [id18(row.change.remote_id) for row in rows]
    names = ", ".join(["Id", *sorted({name for row in rows for name in row.payload})])
    leads = yield from query_lists(_of(ids, LEAD), f"SELECT {names} FROM Lead WHERE Id")
    contacts = yield from query_lists(_of(ids, CONTACT), "SELECT Id FROM Contact WHERE Id")
    standing: dict[str, Found] = {one["Id"]: one for one in (*leads, *contacts)}
    pairs = zip(rows, ids, strict=True)
    return [difference for row, one in pairs for difference in compared(row, standing.get(one), one)]


def compared(row: Row, found: Found | None, identity: str) -> list[Difference]:
    """Return where a record differs from the payload that was accepted; gone is one difference without a field."""
    key = row.change.key
    if found is None:
        return [Difference(key, "", identity, None)]
    pairs: list[tuple[str, Any, Any]] = [
        (name, value, found[name]) for name, value in row.payload.items() if name in found
    ]
    return [Difference(key, name, value, other) for name, value, other in pairs if not alike(value, other)]


WRITER: Final = Writer(
    rows=COMPOSITE_ROWS,
    bytes=COLLECTION_BYTES,
    render=render,
    group=lambda change: (change.op.value, change.remote_id[:3]),  # a call writes one object
    talk=write,
    read_back=read_back,
)
