"""Marketo's codes -> verdicts: the table of them all, and the judgement of a reply, three levels deep."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import structs

from turnout.destinations.kit import Row
from turnout.values.verdicts import Outcome, Rule, Rules, Ruling, Verdict
from turnout.wire import Reply, Request

ACCEPT, REJECT, RETRY, WAIT = Verdict.ACCEPT, Verdict.REJECT, Verdict.RETRY, Verdict.WAIT
UNSURE, SPLIT, REMATCH, REAUTH, HALT = Verdict.UNSURE, Verdict.SPLIT, Verdict.REMATCH, Verdict.REAUTH, Verdict.HALT

_SUPPORT: Final = "if it lasts, open a case with Adobe and name the requestId"
_REPORT: Final = "this is a fault of Turnout's: report it with the request"
_STATUS: Final = "add the status to the channel under Admin > Tags > Channels, or map it to one that is there"
_PARTITION: Final = "check the setting `partition` against Admin > Workspaces & Partitions"
_LATER: Final = "nothing to do: Turnout comes back to it"

RULES: Final = Rules.of(
    "Marketo",
    # The wire: codes that Marketo's gateway answers with instead of JSON.
    Rule(
        "sign-in", HALT, "the client id or the client secret is not valid", "copy both from Admin > LaunchPoint again"
    ),
    Rule("HTTP 401", REAUTH, "the access token is not valid"),
    Rule("HTTP 400", HALT, "Marketo could not read the request", _REPORT),
    Rule("HTTP 403", HALT, "Marketo refuses this address", "check Admin > IP Allowlist for API"),
    Rule("HTTP 404", HALT, "there is no Marketo REST API at this endpoint", "check Admin > Web Services"),
    Rule("HTTP 413", SPLIT, "the body is larger than Marketo takes"),
    Rule("HTTP 414", SPLIT, "the address of the request is longer than Marketo takes"),
    Rule("HTTP 429", WAIT, "too many calls", _LATER, 20),
    Rule("HTTP 3*", HALT, "the endpoint sends callers elsewhere", "check Admin > Web Services"),
    Rule("HTTP 4*", HALT, "Marketo could not read the request", _REPORT),
    Rule("HTTP 5*", UNSURE, "Marketo's gateway gave no answer of its own", _SUPPORT),
    Rule("no JSON", UNSURE, "the answer is not one of Marketo's", _SUPPORT),
    Rule("rows short", UNSURE, "Marketo did not answer for this record", _SUPPORT),
    # The service: answered for a call as a whole.
    Rule("500", UNSURE, "Marketo had an internal error", _SUPPORT),
    Rule("502", UNSURE, "Marketo's gateway had an error", _SUPPORT),
    Rule("600", REAUTH, "the access token is empty"),
    Rule("601", REAUTH, "the access token is not valid"),
    Rule("602", REAUTH, "the access token has expired"),
    Rule("603", HALT, "the API role may not do this, or this address is not on the allow-list"),
    Rule("604", UNSURE, "Marketo ran out of time", _SUPPORT),
    Rule("605", HALT, "Marketo does not know this method here", _REPORT),
    Rule("606", WAIT, "more than 100 calls in 20 seconds, by all services together", _LATER, 20),
    Rule("607", WAIT, "the account's calls of this day are spent", "resets at midnight, US Central time", 3600),
    Rule("608", RETRY, "Marketo is not available at the moment", _LATER, 10),
    Rule("609", HALT, "Marketo could not read the JSON", _REPORT),
    Rule("610", HALT, "there is nothing at this address", "check the endpoint under Admin > Web Services"),
    Rule("611", UNSURE, "Marketo had a system error", _SUPPORT),
    Rule("612", HALT, "Marketo does not take this content type", _REPORT),
    Rule("613", HALT, "Marketo could not read the form", _REPORT),
    Rule("614", WAIT, "the subscription cannot be reached", "check that the subscription is active", 600),
    Rule("615", RETRY, "more than 10 calls at once, by all services together", _LATER, 1),
    Rule("616", HALT, "the subscription does not include the custom object schema API", "make the objects by hand"),
    # Assets.
    Rule("701", HALT, "a field that Marketo requires is blank", _REPORT),
    Rule("702", HALT, "Marketo found no data, or misses a required tag", "check the program and Admin > Tags"),
    Rule("703", HALT, "the feature is not enabled for this subscription", "ask Adobe to enable it"),
    Rule("704", HALT, "Marketo could not read a date", _REPORT),
    Rule("709", HALT, "a rule of Marketo's forbids this change"),
    Rule("710", HALT, "the folder does not exist", "name a folder that is there in the event's options"),
    Rule("711", HALT, "the folder does not take programs", "name another folder in the event's options"),
    Rule("713", RETRY, "Marketo is busy for a moment", _LATER, 10),
    Rule("719", RETRY, "Marketo waits for another change to end", _LATER, 30),
    # The lead database: mostly answered for one record.
    Rule("1001", REJECT, "a value has a type the field does not take", "correct the value at its source"),
    Rule("1002", REJECT, "a value that Marketo requires is missing", "add the value at its source"),
    Rule("1003", REJECT, "a value is not valid for its field, or the request asks for too much"),
    Rule("1004", REMATCH, "the person is not there any more: merged or deleted"),
    Rule("1005", REMATCH, "the person is there already"),
    Rule("1006", HALT, "a field that Turnout sends is not in the account", "run `check`, then resume"),
    Rule("1007", REMATCH, "several people share the address"),
    Rule("1008", HALT, "the person partition does not exist", _PARTITION),
    Rule("1009", HALT, "the person partition is missing", _PARTITION),
    Rule("1010", HALT, "the person partition cannot be used with this person", _PARTITION),
    Rule("1011", HALT, "people cannot be looked up by this field", _REPORT),
    Rule("1013", REMATCH, "what the record refers to is not there"),
    Rule("1014", RETRY, "Marketo failed to make the record", _SUPPORT, 30),
    Rule("1015", ACCEPT, "the person is not in the list"),
    Rule("1016", WAIT, "ten imports are queued already", _LATER, 300),
    Rule("1017", REMATCH, "the object is there already"),
    Rule("1018", HALT, "the CRM owns these records", "make the change in the CRM"),
    Rule("1019", WAIT, "an import of the same kind is running", _LATER, 60),
    Rule("1020", WAIT, "the copies of this day are spent", "resets at midnight, US Central time", 3600),
    Rule("1021", REJECT, "the company belongs to the account's CRM and cannot be changed", "leave the company out"),
    Rule("1022", WAIT, "the object is in use", _LATER, 300),
    Rule("1025", HALT, "the program's channel does not have this status", _STATUS),
    Rule("1026", HALT, "custom objects are not enabled for this subscription", "ask Adobe to enable them"),
    Rule("1027", HALT, "the account has all the custom activities it may have", "remove one that is not used"),
    Rule("1028", HALT, "the custom activity has all the attributes it may have", "remove one that is not used"),
    Rule("1029", WAIT, "Marketo's queue of jobs is full", _LATER, 300),
    Rule("1035", HALT, "Marketo does not support this filter", _REPORT),
    Rule("1036", RETRY, "the same key stands twice in one call", _LATER),
    Rule("1037", ACCEPT, "the member is already in this status or past it"),
    Rule("import failed", RETRY, "Marketo did not do the import", _SUPPORT, 60),
    Rule("import failure", REJECT, "the import refused the row", "correct the value at its source"),
    Rule("1049", REJECT, "the attributes are longer than Marketo takes", "shorten the texts at their source"),
    Rule("1077", REJECT, "a value is longer than its field takes", "set text_bytes lower, or widen the field"),
)
"""Every code of Adobe's page that a call of Turnout's can meet; facts/marketo.md section 4 says why."""

PERMISSIONS: Final = (
    ("/rest/v1/activities/external/type", "Read-Write Activity Metadata"),
    ("/rest/v1/activities", "Read-Write Activity"),
    ("/bulk/v1/customobjects", "Read-Write Custom Object"),
    ("/bulk/v1/program", "Read-Write Person"),
    ("/rest/v1/customobjects/schema", "Read-Write Custom Object Type"),
    ("/rest/v1/customobjects", "Read-Write Custom Object"),
    ("/rest/v1/programs", "Read-Write Person"),
    ("/rest/v1/lead", "Read-Write Person"),
    ("/rest/asset", "Read-Write Assets"),
)
"""What the API role needs for a path, in the words of Admin > Users & Roles; the first match decides."""

_DENIED: Final = "603"
_UNTIL_MIDNIGHT: Final = frozenset({"607", "1020"})


class Probe(Request, frozen=True):
    """A request whose talk wants to read some refusals itself: `bears` names their codes."""

    bears: frozenset[str] = frozenset()


def probe(request: Request, *codes: str) -> Probe:
    """Return `request` as one whose talk is handed refusals with these codes."""
    return Probe(**structs.asdict(request), bears=frozenset(codes))


def permission(path: str) -> str:
    """Return the permission of the API role that a path needs, "" where it needs none."""
    return next((name for stem, name in PERMISSIONS if path.startswith(stem)), "")


def judged(request: Request, reply: Reply) -> Ruling | None:
    """Rule on a reply that is no answer to the rows: first the HTTP status, then `success`.

    Returns None for what a talk should read: a success, and a refusal that the talk bears. What Marketo
    answers for each record is left to `outcomes`.
    """
    body = reply.data()
    if request.path.endswith("/identity/oauth/token"):
        ruling = _identity_ruling(reply, body)
        return None if ruling and isinstance(request, Probe) and ruling.code in request.bears else ruling
    if isinstance(body, dict) and body.get("success") is True and reply.status < 300:
        return None
    if reply.status == 200 and _file(reply):
        return None
    code, words = refusal(reply)
    if isinstance(request, Probe) and code in request.bears:
        return None
    return _fitted(request, reply, RULES.for_reply(code, words))


def _file(reply: Reply) -> bool:
    """Return whether a reply is a file of rows, not an envelope."""
    return reply.headers.get("content-type", "").lower().startswith("text/csv")


def refusal(reply: Reply) -> tuple[str, str]:
    """Return the code and the words of a refused reply, two empty texts for a success."""
    body = reply.data()
    if not isinstance(body, dict) or not isinstance(body.get("success"), bool):
        return (f"HTTP {reply.status}", "") if reply.status >= 300 else ("no JSON", "")
    errors = body.get("errors") or []
    if errors:
        return _told(errors)
    if body["success"]:
        return ("", "") if reply.status < 300 else (f"HTTP {reply.status}", "")
    return "no JSON", "success is false, and no error is named"


def _identity_ruling(reply: Reply, body: Any) -> Ruling | None:
    if reply.status >= 500 or (reply.status < 300 and not isinstance(body, dict)):
        return structs.replace(RULES.for_reply(f"HTTP {max(reply.status, 500)}"), verdict=RETRY, seconds=10)
    words = str(body.get("error_description", "")) if isinstance(body, dict) else ""
    if reply.status in {400, 401} or (isinstance(body, dict) and not body.get("access_token")):
        return RULES.for_reply("sign-in", words)
    return RULES.for_reply(f"HTTP {reply.status}", words) if reply.status >= 300 else None


def _fitted(request: Request, reply: Reply, ruling: Ruling) -> Ruling:
    if ruling.verdict is UNSURE and not request.writing:
        return structs.replace(ruling, verdict=RETRY, seconds=5)
    if ruling.code in _UNTIL_MIDNIGHT:
        return structs.replace(ruling, seconds=seconds_to_midnight(reply, ruling.seconds))
    if ruling.code == _DENIED and (name := permission(request.path)):
        role = f"give the API role (Admin > Users & Roles > Roles) Access API > {name}"
        return structs.replace(ruling, fix=f"{role}, and check Admin > IP Allowlist for API")
    return ruling


def seconds_to_midnight(reply: Reply, default: float) -> float:
    """Return the seconds until midnight, US Central, from when `reply` was made; `default` if it does not say."""
    try:
        made = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return default
    there = made.astimezone(ZoneInfo("America/Chicago"))
    next_day = (there + timedelta(days=1)).date()
    midnight = datetime(next_day.year, next_day.month, next_day.day, tzinfo=there.tzinfo)
    return midnight.timestamp() - there.timestamp()


def results(reply: Reply) -> list[dict[str, Any]]:
    """Return the items of a reply's `result`: none where the key is missing, as it is in an empty asset answer."""
    found = reply.json().get("result")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def outcomes(rows: Sequence[Row], items: Sequence[Mapping[str, Any]], id_name: str) -> list[Outcome]:
    """Judge the third level: each record's own status, in the order in which the records were sent.

    A skipped record carries neither id nor e-mail, so place is all there is to tell records by: `seq`
    where Marketo gives it, else the position, and then only if there are as many answers as records.
    """
    numbered = all("seq" in item for item in items)
    if not numbered and len(items) != len(rows):
        return [Outcome(row.change.key, RULES.for_record("rows short")) for row in rows]
    answers = {item["seq"]: item for item in items} if numbered else dict(enumerate(items))
    return [outcome(row, answers.get(place, {}), id_name) for place, row in enumerate(rows)]


def outcome(row: Row, item: Mapping[str, Any], id_name: str) -> Outcome:
    """Return what one record's answer means; `id_name` is the key under which Marketo gives its id."""
    remote_id = str(item.get(id_name) or row.change.remote_id)
    if (status := item.get("status")) in {"created", "updated", "added"}:
        return Outcome(row.change.key, remote_id=remote_id, made=status != "updated")
    reasons = item.get("reasons") or item.get("errors") or []
    if not reasons:
        return Outcome(row.change.key, RULES.for_record("rows short"))
    ruling = RULES.for_record(*_told(reasons))
    if ruling.verdict is not ACCEPT:
        return Outcome(row.change.key, ruling)
    return Outcome(row.change.key, ruling, remote_id=remote_id, notes=(ruling.sentence(),))


def _told(reasons: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    return str(reasons[0].get("code", "")), str(reasons[0].get("message", ""))
