"""Calls on activities: logging custom ones, and reading what was logged since a time."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.clock import instant
from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.activities import DELETE_LEAD, Activity, Form
from turnout.simulators.marketo.account.fields import Field, stored
from turnout.simulators.marketo.answers import Found, Refused, Skipped
from turnout.simulators.marketo.calls.operation import (
    MOST_ROWS,
    Operation,
    body_of,
    day_and_time,
    listed,
    read_token,
    records_of,
    required,
    token,
    whole,
)

MOST_ATTRIBUTE_BYTES: Final = 65_536
MOST_TYPES_ASKED: Final = 10
MOST_LEADS_ASKED: Final = 30
PRIMARY: Final = Field("primaryAttributeValue", "Primary Attribute", "string", 255)


def add(account: Account, call: Call) -> Found:
    """Add Custom Activities: each is logged once more, however often it was sent; failures are in `errors`."""
    return Found([_added(account, each, call.now) for each in records_of(call, body_of(call, "input"))])


def _added(account: Account, record: Mapping[str, Any], now: float) -> dict[str, Any]:
    try:
        made = account.activities.append(_activity(account, record, now))
    except Skipped as no:
        return {"status": "skipped", "errors": no.reasons()}
    return {"id": made.id, "marketoGUID": made.guid, "status": "added"}


def _activity(account: Account, record: Mapping[str, Any], now: float) -> Activity:
    for name in ("leadId", "activityDate", "activityTypeId", "primaryAttributeValue"):
        if record.get(name) in (None, ""):
            raise Skipped("1002", name)
    if "attributes" not in record:
        raise Skipped("1002", "attributes")
    person = account.person(record["leadId"])
    kind = account.activities.typed(record["activityTypeId"])
    if kind is None or kind.approved is None or kind.deleted:
        raise Skipped("1013", text="Activity type not found")
    primary = stored(PRIMARY, record["primaryAttributeValue"], account.settings)
    attributes = tuple(_value(account, kind.approved, each) for each in record["attributes"])
    if sum(len(str(each).encode()) for each in record["attributes"]) > MOST_ATTRIBUTE_BYTES:
        raise Skipped("1049", text="Attributes array too long")
    date = _date(str(record["activityDate"]))
    return Activity(0, account.guid(), person.id, kind.id, date, primary, attributes, now)


def _value(account: Account, form: Form, each: Mapping[str, Any]) -> Mapping[str, Any]:
    name = each.get("apiName") or each.get("name")
    known = next((a for a in form.attributes if name in {a.name, a.display}), None)
    if known is None:
        raise Skipped("1006", name)
    field = Field(known.name, known.display, known.type, 255 if known.type == "string" else 0)
    return {"name": known.display, "apiName": known.name, "value": stored(field, each.get("value"), account.settings)}


def _date(text: str) -> str:
    try:
        return day_and_time(instant(text))
    except ValueError:
        raise Skipped("1003", "activityDate", text) from None


def paging_token(_account: Account, call: Call) -> Found:
    """Get Paging Token for what was logged since a time."""
    text = required(call.query, "sinceDatetime")
    try:
        since = instant(text.replace(" ", "+"))
    except ValueError:
        raise Refused("1003", text="Invalid date format") from None
    return Found(None, {"nextPageToken": token(int(since), "T")})


def find(account: Account, call: Call) -> Found:
    """Get Lead Activities: of some types, perhaps of some people, since a token; moreResult is always there."""
    kinds = _numbers(call, "activityTypeIds", most=MOST_TYPES_ASKED)
    leads = _numbers(call, "leadIds", most=MOST_LEADS_ASKED)
    if not kinds:
        raise Refused("1002", "activityTypeIds")
    start = _start([each.logged_at for each in account.activities.log], required(call.query, "nextPageToken"))
    size = whole(call.query, "batchSize", default=MOST_ROWS, most=MOST_ROWS) or MOST_ROWS
    part = account.activities.log[start : start + size]
    rows = [_shown(each) for each in part if each.type_id in kinds and (not leads or each.lead_id in leads)]
    more = start + size < len(account.activities.log)
    beside = {"nextPageToken": token(start + len(part)), "moreResult": more}
    return Found(rows or None, beside)


def _numbers(call: Call, name: str, *, most: int) -> set[int]:
    texts = listed(call, name)
    if len(texts) > most:
        raise Refused("1003", text=f"{name} may have {most} values")
    if stray := [text for text in texts if not text.isdecimal()]:
        raise Refused("1001", stray[0], "integer")
    return {int(text) for text in texts}


def _start(times: Sequence[float], text: str) -> int:
    try:
        return read_token(text)
    except Refused:
        return bisect_left(times, read_token(text, "T"))


def _shown(each: Activity) -> dict[str, Any]:
    return {
        "id": each.id,
        "marketoGUID": each.guid,
        "leadId": each.lead_id,
        "activityDate": each.date,
        "activityTypeId": each.type_id,
        "primaryAttributeValue": each.primary,
        "attributes": each.attributes,
    }


def deleted_leads(account: Account, call: Call) -> Found:
    """Get Deleted Leads since a token."""
    gone = account.people.deleted
    start = _start([when for _, when in gone], required(call.query, "nextPageToken"))
    rows = [
        {
            "id": start + place,
            "leadId": person,
            "activityDate": day_and_time(when),
            "activityTypeId": DELETE_LEAD,
            "primaryAttributeValueId": person,
            "attributes": [],
        }
        for place, (person, when) in enumerate(gone[start : start + MOST_ROWS], 1)
    ]
    end = start + len(rows)
    return Found(rows or None, {"nextPageToken": token(end), "moreResult": end < len(gone)})


_READ, _WRITE = "Read-Only Activity", "Read-Write Activity"
_PATH: Final = "/rest/v1/activities"
CALLS: Final = (
    Operation("GET", f"{_PATH}/pagingtoken.json", paging_token, _READ, ("sinceDatetime",)),
    Operation("GET", f"{_PATH}/deletedleads.json", deleted_leads, _READ, ("nextPageToken", "batchSize")),
    Operation("GET", f"{_PATH}.json", find, _READ, ("nextPageToken", "activityTypeIds", "leadIds", "batchSize")),
    Operation("POST", f"{_PATH}/external.json", add, _WRITE, writing=True),
)
