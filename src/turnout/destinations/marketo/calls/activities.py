"""Custom activities: what one attendee did in one session -> an activity that is written once, and found again."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from turnout.clock import instant, iso
from turnout.destinations.kit import Difference, Row, Writer, alike
from turnout.destinations.marketo.account.activity_type import TYPE_ID
from turnout.destinations.marketo.account.names import folded
from turnout.destinations.marketo.fields import ACTIVITY, ACTIVITY_KEY, STRING_CHARACTERS, fit, scaled, size_bytes
from turnout.destinations.marketo.rules import outcomes, results
from turnout.destinations.marketo.settings import whole
from turnout.values.bindings import Config
from turnout.values.changes import Change
from turnout.values.records import Key, Kind
from turnout.values.sightings import FieldSeen, ObjectSeen, RowSeen, Target
from turnout.values.verdicts import Outcome, Rule, Rules, Verdict
from turnout.wire import Request, Talk, get, post

PATH: Final = "/rest/v1/activities/external.json"
BATCH_ROWS: Final = 300
BATCH_BYTES: Final = 950_000  # Marketo takes 1 MB; the rest is for what stands around the rows
ATTRIBUTES_BYTES: Final = 65_000  # of one activity: Marketo answers 1049 above 65,536
WRITE_SECONDS: Final = 100.0  # Marketo gives up after 90
TOKEN_SECONDS: Final = 310.0  # Marketo gives up after 300
LEADS_A_READ: Final = 30
SLACK_SECONDS: Final = 60.0
_OWN: Final = Rules.of(
    "Turnout",
    Rule("value", Verdict.REJECT, "a value cannot be sent as it is", "correct the value at its source"),
)


def activity_key(key: Key) -> str:
    """Return our own key of an activity, which its twentieth attribute carries: binding, person, session, issue."""
    return f"{key.binding}_{key.person}_{key.session}_{key.channel}"


def render(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return an activity as Marketo takes it: only attributes that the type has, and only what is known."""
    seen = target.objects[Kind.ACTIVITY]
    values = {**change.values, ACTIVITY_KEY: activity_key(change.key)}
    values.setdefault("entry_id", change.key.session)
    attributes = []
    notes = []
    for field in ACTIVITY.fields:
        shown = seen.fields.get(field.name)
        if field.name == "entry_id" or shown is None or values.get(field.name) is None:
            continue
        value = scaled(config, field.name, values[field.name])
        fitted = fit(field, shown, value, text_bytes=whole(config, "text_bytes"))
        if fitted.refused:
            return _refused(change, fitted.refused)
        attributes.append({"name": shown.api_name, "value": fitted.value})
        notes += [fitted.note] if fitted.note else []
    entry = str(values["entry_id"])
    if len(entry) > STRING_CHARACTERS:
        return _refused(change, f"entry_id is longer than {STRING_CHARACTERS} characters, and is never cut")
    payload = {
        "leadId": int(change.person_id),
        "activityDate": str(change.values["at"]).replace(".000Z", "Z"),
        "activityTypeId": int(target.more[TYPE_ID]),
        "primaryAttributeValue": entry,
        "attributes": attributes,
    }
    if size_bytes({"attributes": attributes}) > ATTRIBUTES_BYTES:
        return _refused(change, f"the attributes take more than {ATTRIBUTES_BYTES} bytes together")
    return Row(change, payload, size_bytes(payload), tuple(notes))


def _refused(change: Change, words: str) -> Outcome:
    return Outcome(change.key, _OWN.for_record("value", words))


def group(change: Change) -> tuple[Any, ...]:
    """All activities may share calls."""
    return ()


def write(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Write up to 300 activities in one call; Marketo makes each as often as it is told to.

    It names the refusals of activities in `errors`, everything else's in `reasons`.
    """
    reply = yield post(PATH, {"input": [row.payload for row in rows]}, timeout_seconds=WRITE_SECONDS)
    return outcomes(rows, results(reply), "marketoGUID")


def find(config: Config, target: Target, changes: Sequence[Change]) -> Talk[list[RowSeen]]:
    """Return for each activity whose answer was lost the one that stands, "" where a complete reading shows none.

    All activities of the type are read, whosesoever they are: people are merged. They are read since the
    earliest claim, and since the earliest of their own dates, for nobody documents by which of the two
    Marketo reckons.
    """
    times = [at for change in changes for at in (change.since, instant(str(change.values["at"]))) if at]
    seen = target.objects[Kind.ACTIVITY]
    standing = yield from _read(target, since=min(times) - SLACK_SECONDS)
    left = {_identity(item): item for item in standing}
    found = []
    for change in changes:
        identity = next((name for name, item in left.items() if _same(change, item, seen)), "")
        left.pop(identity, None)
        found.append(RowSeen(change.key, identity))
    return found


def _identity(item: Mapping[str, Any]) -> str:
    """Return an activity's id: Marketo's own number may be missing, and need not be unique."""
    return str(item.get("marketoGUID") or item.get("id") or "")


def _same(change: Change, item: Mapping[str, Any], seen: ObjectSeen) -> bool:
    """Return whether an activity is the one that a change carried: by our key, else by session, time and person."""
    if ACTIVITY_KEY in seen.fields:
        return str(_value(item, seen.fields[ACTIVITY_KEY])) == activity_key(change.key)
    if str(item.get("primaryAttributeValue")) != str(change.values.get("entry_id") or change.key.session):
        return False
    if int(instant(str(item["activityDate"]))) != int(instant(str(change.values["at"]))):
        return False
    if "email" in seen.fields:
        return str(_value(item, seen.fields["email"]) or "").lower() == str(change.values.get("email") or "").lower()
    return str(item.get("leadId")) == change.person_id


def _value(item: Mapping[str, Any], field: FieldSeen) -> Any:
    """Return an attribute of an activity; readings name attributes by their display names, or by their API names."""
    names = {folded(field.api_name), folded(field.name)}
    for attribute in item.get("attributes") or []:
        if names & {folded(str(attribute.get("name", ""))), folded(str(attribute.get("apiName", "")))}:
            return attribute.get("value")
    return None


def _read(target: Target, *, since: float, lead_ids: Iterable[str] = ()) -> Talk[list[dict[str, Any]]]:
    """Return all activities of the type since a time, to the last page."""
    asked = get("/rest/v1/activities/pagingtoken.json", {"sinceDatetime": iso(since)}, timeout_seconds=TOKEN_SECONDS)
    reply = yield asked
    found: list[dict[str, Any]] = []
    more = True
    while more:
        reply = yield _page(str(reply.json()["nextPageToken"]), target.more[TYPE_ID], lead_ids)
        found += results(reply)
        more = bool(reply.json().get("moreResult"))
    return found


def _page(token: str, type_id: str, lead_ids: Iterable[str]) -> Request:
    people = ",".join(lead_ids)
    params = {"nextPageToken": token, "activityTypeIds": type_id, "batchSize": "300"}
    return get("/rest/v1/activities.json", params | ({"leadIds": people} if people else {}))


def read_back(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Difference]]:
    """Compare activities with the account, by the ids that Marketo gave them."""
    since = min(instant(row.payload["activityDate"]) for row in rows) - SLACK_SECONDS
    people = sorted({str(row.payload["leadId"]) for row in rows})
    standing: dict[str, dict[str, Any]] = {}
    for start in range(0, len(people), LEADS_A_READ):
        some = yield from _read(target, since=since, lead_ids=people[start : start + LEADS_A_READ])
        standing |= {_identity(item): item for item in some}
    return [found for row in rows for found in _compared(row, standing.get(row.change.remote_id), target)]


def _compared(row: Row, item: Mapping[str, Any] | None, target: Target) -> list[Difference]:
    key = row.change.key
    if item is None:
        return [Difference(key, "", row.change.remote_id, None)]
    shown = {field.api_name: field for field in target.objects[Kind.ACTIVITY].fields.values()}
    pairs = [(one["name"], one["value"], _value(item, shown[one["name"]])) for one in row.payload["attributes"]]
    pairs.append(("primaryAttributeValue", row.payload["primaryAttributeValue"], item.get("primaryAttributeValue")))
    return [Difference(key, name, sent, found) for name, sent, found in pairs if not alike(sent, found)]


WRITER: Final = Writer(BATCH_ROWS, BATCH_BYTES, render, group, write, read_back)
