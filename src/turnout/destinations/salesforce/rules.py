"""Salesforce's codes -> verdicts: one table, what each code means, and who can fix it."""

import re
from typing import Any, Final

import msgspec

from turnout.values.verdicts import Rule, Rules, Ruling, Verdict
from turnout.wire import Reply, Request

_ADMIN: Final = "a Salesforce administrator"
_FLS: Final = (
    "assign the permission set Turnout to the integration user, or give it the field: "
    "Setup > Object Manager > the object > Fields & Relationships > the field > Set Field-Level Security"
)
_SETUP: Final = "run `turnout check`, then `turnout provision`"
_APP: Final = "External Client App Manager > your app"

RULES: Final = Rules.of(
    "Salesforce",
    # The record itself.
    Rule("REQUIRED_FIELD_MISSING", Verdict.REJECT, "a required field is empty", "give it a default in Salesforce"),
    Rule("STRING_TOO_LONG", Verdict.REJECT, "a text is longer than its field", "widen the field in Object Manager"),
    Rule("NUMBER_OUTSIDE_VALID_RANGE", Verdict.REJECT, "a number has more digits than its field", "widen the field"),
    Rule("INVALID_EMAIL_ADDRESS", Verdict.REJECT, "Salesforce does not take this e-mail address", "correct it"),
    Rule(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        Verdict.REJECT,
        "the value is not among those of a restricted picklist",
        "add the value to the picklist, or map it",
    ),
    Rule(
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        Verdict.REJECT,
        "a validation rule of the account refused the record",
        f"{_ADMIN} can exempt the integration user: Setup > Object Manager > the object > Validation Rules",
    ),
    Rule("FIELD_INTEGRITY_EXCEPTION", Verdict.REJECT, "a field's value does not fit the others of the record"),
    Rule("FIELD_FILTER_VALIDATION_EXCEPTION", Verdict.REJECT, "a lookup filter refused the value"),
    Rule("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Verdict.REJECT, "a trigger or flow of the account failed", _ADMIN),
    Rule("MALFORMED_ID", Verdict.REJECT, "an id has the wrong form"),
    Rule("INVALID_ID_FIELD", Verdict.REJECT, "an id has the wrong form"),
    Rule("DUPLICATE_VALUE", Verdict.REJECT, "a unique field of the account has this value on another record"),
    # What we believed about the account is wrong: look again.
    Rule("DUPLICATE_VALUE:member", Verdict.REMATCH, "someone else has added the person to the campaign"),
    Rule("DUPLICATE_VALUE:external_id", Verdict.REMATCH, "a campaign member has this external id already"),
    Rule("INVALID_FIELD_FOR_INSERT_UPDATE:member", Verdict.REMATCH, "the campaign member exists already"),
    Rule(
        "DUPLICATES_DETECTED",
        Verdict.REMATCH,
        "a duplicate rule found the person under another record",
        f"Turnout takes the record that the rule names; {_ADMIN} can change the rule: Setup > Duplicate Rules",
    ),
    Rule("CANNOT_UPDATE_CONVERTED_LEAD", Verdict.REMATCH, "the lead has been converted to a contact"),
    Rule("ENTITY_IS_DELETED", Verdict.REMATCH, "the record has been deleted or merged into another"),
    Rule("INVALID_CROSS_REFERENCE_KEY", Verdict.REMATCH, "the record, or one that it refers to, is not there any more"),
    Rule("HTTP 300", Verdict.REMATCH, "several records have the key"),
    # It did not act; the same may pass soon.
    Rule("DUPLICATE_VALUE:key", Verdict.RETRY, "the row was being made at the same moment", seconds=2),
    Rule("UNABLE_TO_LOCK_ROW", Verdict.RETRY, "someone else holds the campaign or the person for a moment", seconds=5),
    Rule("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:lock", Verdict.RETRY, "a trigger of the account met a lock", seconds=5),
    Rule("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:limit", Verdict.SPLIT, "a trigger of the account ran out of its limits"),
    Rule("ENTITY_IS_LOCKED", Verdict.RETRY, "an approval process holds the record", "decide the approval", 3600),
    Rule("PROCESSING_HALTED", Verdict.RETRY, "rolled back because of another record"),
    Rule("ALL_OR_NONE_OPERATION_ROLLED_BACK", Verdict.RETRY, "rolled back because of another record"),
    Rule("INVALID_QUERY_LOCATOR", Verdict.RETRY, "the query's result had expired"),
    Rule("HTTP 420", Verdict.RETRY, "Salesforce is setting things up", seconds=60),
    Rule("HTTP 429", Verdict.WAIT, "too many calls", seconds=60),
    Rule("REQUEST_LIMIT_EXCEEDED", Verdict.WAIT, "the account's API calls of 24 hours are spent", seconds=600),
    Rule("REQUEST_LIMIT_EXCEEDED:concurrent", Verdict.WAIT, "too many long calls at once", seconds=20),
    # Bulk jobs.
    Rule("unprocessed", Verdict.RETRY, "the bulk job ended before it came to the record", seconds=5),
    Rule("InvalidBatch", Verdict.HALT, "Salesforce could not read a bulk job", _SETUP),
    Rule("InvalidBatch:field", Verdict.HALT, "a field is not there, or the integration user cannot see it", _FLS),
    Rule("ClientInputError", Verdict.HALT, "Salesforce could not read a bulk job", _SETUP),
    Rule("InternalServerError", Verdict.RETRY, "Salesforce gave a bulk job up after an error of its own", seconds=300),
    Rule("TooManyLockFailure", Verdict.RETRY, "a bulk job met too many locks", seconds=60),
    Rule("INVALIDJOBSTATE", Verdict.UNSURE, "the bulk job is in another state than it was thought to be", seconds=5),
    Rule("EXCEEDEDQUOTA", Verdict.WAIT, "the account's bulk jobs of 24 hours are spent", seconds=3600),
    Rule("ExceededQuota", Verdict.WAIT, "the account's bulk jobs of 24 hours are spent", seconds=3600),
    Rule(
        "FEATURENOTENABLED",
        Verdict.HALT,
        "the org has no Bulk API",
        "set bulk_rows to a number that is never reached, e.g. 1000000000, and rows go by calls",
    ),
    # It may have acted.
    Rule("QUERY_TIMEOUT", Verdict.UNSURE, "Salesforce took too long", seconds=30),
    Rule("SERVER_UNAVAILABLE", Verdict.UNSURE, "Salesforce is not available", seconds=30),
    Rule("UNKNOWN_EXCEPTION", Verdict.UNSURE, "Salesforce met an error of its own", seconds=30),
    Rule("HTTP 5*", Verdict.UNSURE, "Salesforce met an error of its own", seconds=30),
    Rule("not JSON", Verdict.UNSURE, "the answer cannot be read", seconds=10),
    # Too much at once.
    Rule("HTTP 413", Verdict.SPLIT, "the call was too large"),
    Rule("HTTP 414", Verdict.SPLIT, "the query was too long"),
    Rule("HTTP 431", Verdict.SPLIT, "the query was too long"),
    # The sign-in.
    Rule("INVALID_SESSION_ID", Verdict.REAUTH, "the session has expired"),
    Rule("INVALID_AUTH_HEADER", Verdict.REAUTH, "the session is not valid"),
    Rule("INVALID_HEADER_TYPE", Verdict.REAUTH, "the session is not valid"),
    Rule("Bad_OAuth_Token", Verdict.REAUTH, "the session is not valid"),
    Rule("HTTP 401", Verdict.REAUTH, "the session is not valid"),
    Rule(
        "invalid_grant",
        Verdict.HALT,
        "Salesforce does not let the app sign in",
        f"{_APP} > Policies: enable the flow that the setting sign_in names, with a Run As user for client credentials",
    ),
    Rule(
        "invalid_grant:consumer",
        Verdict.HALT,
        "the user has not approved the app",
        f"{_APP} > Policies: Permitted Users = Admin approved users are pre-authorized, and give the user "
        "one of the app's permission sets or profiles",
    ),
    Rule(
        "invalid_grant:audience",
        Verdict.HALT,
        "the assertion is for another login host",
        "set audience to https://login.salesforce.com, or for a sandbox to https://test.salesforce.com",
    ),
    Rule(
        "invalid_grant:assertion",
        Verdict.HALT,
        "the certificate of the app does not belong to private_key",
        f"upload the certificate again: {_APP} > Settings > OAuth Settings > Use digital signatures",
    ),
    Rule(
        "invalid_grant:token",
        Verdict.HALT,
        "the refresh token does not hold any more: revoked, replaced, or one of more than five",
        "run `turnout authorize`, and consent again",
    ),
    Rule(
        "invalid_grant:code",
        Verdict.HALT,
        "the consent's code has been used, or has run out",
        "run `turnout authorize`, and consent again",
    ),
    Rule(
        "invalid_grant:credentials",
        Verdict.HALT,
        "the app has no user to run as",
        f"{_APP} > Policies > Client Credentials Flow: enable it, and name a Run As user",
    ),
    Rule(
        "inactive_user",
        Verdict.HALT,
        "the user that Turnout signs in as is inactive",
        "activate the user: Setup > Users",
    ),
    Rule("invalid_client", Verdict.HALT, "the consumer secret is wrong", f"copy it again: {_APP} > Settings"),
    Rule("invalid_client_id", Verdict.HALT, "the consumer key is wrong", f"copy it again: {_APP} > Settings"),
    Rule(
        "unsupported_grant_type",
        Verdict.HALT,
        "the app does not allow this kind of sign-in",
        f"{_APP} > Settings > OAuth Settings: enable the flow that the setting sign_in names",
    ),
    Rule(
        "redirect_uri_mismatch", Verdict.HALT, "the app has another Callback URL", f"compare redirect_uri with {_APP}"
    ),
    Rule(
        "not Salesforce",
        Verdict.HALT,
        "the address is not that of a Salesforce org",
        "set url to the address under Setup > My Domain > Current My Domain URL",
    ),
    Rule("invalid_request", Verdict.HALT, "the sign-in lacks something", "check client_id and client_secret"),
    # A person must act.
    Rule("INVALID_FIELD", Verdict.HALT, "a field is not there, or the integration user cannot see it", _FLS),
    Rule("INVALID_FIELD_FOR_INSERT_UPDATE", Verdict.HALT, "the integration user may not write a field", _FLS),
    Rule("INVALID_TYPE", Verdict.HALT, "an object is not there, or the integration user cannot see it", _SETUP),
    Rule("NOT_FOUND", Verdict.HALT, "an object or its key field is not there, or cannot be seen", _SETUP),
    Rule(
        "INSUFFICIENT_ACCESS*",
        Verdict.HALT,
        "the integration user lacks a permission on the record",
        f"{_ADMIN} can grant it: Setup > Permission Sets; for campaigns also Marketing User on the user's page",
    ),
    Rule(
        "STORAGE_LIMIT_EXCEEDED", Verdict.HALT, "the account's data storage is full", "free some: Setup > Storage Usage"
    ),
    Rule("API_DISABLED_FOR_ORG", Verdict.HALT, "the account has no API", "use an edition with API access"),
    Rule("API_CURRENTLY_DISABLED", Verdict.HALT, "the account's API is switched off", "ask Salesforce Support"),
    Rule("UNSUPPORTED_API_VERSION", Verdict.HALT, "the API version is retired", "clear the setting api_version"),
    Rule("TXN_SECURITY_METERING_ERROR", Verdict.HALT, "a transaction security policy took too long", _ADMIN),
    Rule("MALFORMED_QUERY", Verdict.HALT, "Salesforce cannot read a query of Turnout", "report it as a bug"),
    Rule("JSON_PARSER_ERROR", Verdict.HALT, "Salesforce cannot read a call of Turnout", "report it as a bug"),
    Rule("METHOD_NOT_ALLOWED", Verdict.HALT, "Salesforce does not know this call", "report it as a bug"),
    Rule("UNSUPPORTED_MEDIA_TYPE", Verdict.HALT, "Salesforce does not know this call", "report it as a bug"),
    Rule("HTTP 403", Verdict.HALT, "the account refuses us", "allow our address: Setup > Network Access"),
    Rule("HTTP 404", Verdict.HALT, "nothing is at this address", "check that url is the org's My Domain address"),
    Rule("HTTP 410", Verdict.HALT, "the API version is retired", "clear the setting api_version"),
)

REFINED: Final = (
    ("DUPLICATE_VALUE", "already a campaign member", "DUPLICATE_VALUE:member"),
    ("DUPLICATE_VALUE", "external_id__c", "DUPLICATE_VALUE:external_id"),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", "campaignid", "INVALID_FIELD_FOR_INSERT_UPDATE:member"),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", "leadid", "INVALID_FIELD_FOR_INSERT_UPDATE:member"),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", "contactid", "INVALID_FIELD_FOR_INSERT_UPDATE:member"),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "unable_to_lock_row", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:lock"),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "too many", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:limit"),
    ("invalid_grant", "approved this consumer", "invalid_grant:consumer"),
    ("invalid_grant", "audience", "invalid_grant:audience"),
    ("invalid_grant", "assertion", "invalid_grant:assertion"),
    ("invalid_grant", "refresh token", "invalid_grant:token"),
    ("invalid_grant", "authorization code", "invalid_grant:code"),
    ("invalid_grant", "credentials user", "invalid_grant:credentials"),
    ("REQUEST_LIMIT_EXCEEDED", "concurrent", "REQUEST_LIMIT_EXCEEDED:concurrent"),
)
"""One code, several meanings: the vendor's words (in lower case) tell them apart."""


def refined(code: str, words: str, key_field: str = "") -> str:
    """Return the table's own name for a code and the words that came with it."""
    told = words.lower()
    for general, fragment, special in REFINED:
        if code == general and fragment in told:
            return special
    if code == "DUPLICATE_VALUE" and key_field and key_field.lower() in told:
        return "DUPLICATE_VALUE:key"
    return code


def record_ruling(code: str, words: str, key_field: str = "") -> Ruling:
    """Rule on a record's error; the ruling carries the vendor's own code."""
    return msgspec.structs.replace(RULES.for_record(refined(code, words, key_field), words), code=code)


SIGNING: Final = ("/services/data", "/services/oauth2/token")
"""The calls of a sign-in: what answers them with a page is no org."""

COMPOSITE: Final = "/composite"
"""Where several calls go as one."""

JOBS: Final = "/jobs/ingest/"
"""Where a bulk job is: one that is not there any more is an answer, too."""


def job_ruling(told: str) -> Ruling:
    """Rule on what a bulk job that failed tells, e.g. InvalidBatch : Field name not found : plays__c."""
    code, _, words = (part.strip() for part in told.partition(":"))
    name = "InvalidBatch:field" if code == "InvalidBatch" and "field name not found" in words.lower() else code
    return msgspec.structs.replace(RULES.for_reply(name, words), code=code)


ALONE: Final = "/sobjects/Lead"
"""Where one Lead is created by itself, to be told more; its talk reads every answer."""


def judged(request: Request, reply: Reply) -> Ruling | None:
    """Rule on a whole reply, or return None where the talk should read it.

    A talk reads what went well, and what it asked in order to know: a describe of an object that is not
    there, limits that the user may not see, and whom a duplicate rule found.
    """
    if request.writing and request.path == ALONE and reply.status != 401:
        return None
    if request.path in SIGNING and _page(reply):
        return RULES.for_reply("not Salesforce", f"{request.url} answered with HTTP {reply.status}")
    if reply.status in range(200, 300):
        return None if readable(request, reply) else _ruling("not JSON", "", request=request, reply=reply)
    code, words = told(reply)
    if not request.writing and asked_to_know(request.path, reply.status, code):
        return None
    return _ruling(code, words, request=request, reply=reply)


def _page(reply: Reply) -> bool:
    """Return whether an answer is a web site's: a page, or the way to one."""
    if reply.status == 200:
        return reply.headers.get("content-type", "").startswith("text/html")
    elsewhere = reply.status in range(300, 400) or reply.status in (403, 404, 405, 410)
    return elsewhere and not isinstance(reply.data(), dict | list)


def readable(request: Request, reply: Reply) -> bool:
    """Return whether a good answer has the form that its call promises."""
    if reply.status == 204 or (request.path.startswith(JOBS) and request.path.count("/") > JOBS.count("/")):
        return True  # what a job is filled with is answered by nothing, and its results are CSV
    data = reply.data()
    if "/composite/sobjects" in request.path:
        return isinstance(data, list)
    if request.path == COMPOSITE:
        return isinstance(data, dict) and isinstance(data.get("compositeResponse"), list)
    if request.path == "/query" or "/query/" in request.path:
        return isinstance(data, dict) and isinstance(data.get("records"), list)
    return isinstance(data, dict | list)


def asked_to_know(path: str, status: int, code: str) -> bool:
    """Return whether a refusal is itself the answer to a reading call."""
    if path.startswith(JOBS):
        return status == 404
    if path.endswith("/describe"):
        return status == 404 and code in ("NOT_FOUND", "INVALID_TYPE")
    return path.endswith("/limits") and status == 403 and code.startswith("INSUFFICIENT_ACCESS")


def told(reply: Reply) -> tuple[str, str]:
    """Return the code and the words of a refusal: an array, a bare object, an OAuth error, or only a status."""
    data: Any = reply.data()
    first = data[0] if isinstance(data, list) and data else data
    if isinstance(first, dict):
        code = first.get("errorCode") or first.get("statusCode") or first.get("error")
        words = first.get("message") or first.get("error_description") or ""
        if code:
            return str(code), str(words)
    return f"HTTP {reply.status}", reply.body[:200].decode(errors="replace")


def _ruling(code: str, words: str, *, request: Request, reply: Reply) -> Ruling:
    name = next((one for one in (refined(code, words), f"HTTP {reply.status}") if _listed(one)), code)
    if name.startswith("HTTP ") and not _listed(name):
        name = "not JSON"
    rule = RULES.for_reply(name, words)
    if reply.status >= 500 and rule.verdict not in _DID_NOT_ACT:
        rule = RULES.for_reply("HTTP 5*", words)
    verdict = Verdict.RETRY if rule.verdict is Verdict.UNSURE and not request.writing else rule.verdict
    return msgspec.structs.replace(rule, code=code, verdict=verdict, seconds=_asked_wait(reply) or rule.seconds)


_DID_NOT_ACT: Final = (Verdict.RETRY, Verdict.WAIT)


def _listed(code: str) -> bool:
    return any(code == name or (name.endswith("*") and code.startswith(name[:-1])) for name in RULES.table)


def _asked_wait(reply: Reply) -> float:
    asked = reply.headers.get("retry-after", "")
    return float(asked) if asked.isdigit() else 0.0


_USAGE: Final = re.compile(r"api-usage=(\d+)/(\d+)")


def usage(reply: Reply) -> tuple[int, int] | None:
    """Return (calls used, calls allowed) of the rolling 24 hours, as Sforce-Limit-Info tells; None where it does not.

    Other parts of the header (`per-app-api-usage`, `api-bursts`) are left aside.
    """
    for part in reply.headers.get("sforce-limit-info", "").split(";"):
        if found := _USAGE.fullmatch(part.strip()):
            return int(found[1]), int(found[2])
    return None
