"""Kaltura's codes: what each means, whom to ask; and which replies a talk never gets to see."""

from typing import Any, Final

from turnout.values.verdicts import Rule, Rules, Ruling, Verdict
from turnout.wire import Reply, Request

HALT, REAUTH, RETRY, WAIT = Verdict.HALT, Verdict.REAUTH, Verdict.RETRY, Verdict.WAIT
_ADMIN: Final = "ask the account's KMC administrator, and where KMC does not show it, your Kaltura representative"
_REPORT: Final = "say so to Turnout's makers, with these words"

RULES: Final = Rules.of(
    "Kaltura",
    Rule("INVALID_WIDGET_ID", HALT, "there is no such partner", "copy partner_id from KMC > Settings > Integration"),
    Rule("INVALID_KS", REAUTH, "the session is not valid any more"),
    Rule("EXPIRED_KS", REAUTH, "the session has expired"),
    Rule("MISSING_KS", REAUTH, "Kaltura saw no session"),
    Rule("NEW_LOGIN_REQUIRED", REAUTH, "the session is not valid any more"),
    Rule("START_SESSION_ERROR", HALT, "the partner id and the admin secret do not belong together",
         "copy both from KMC > Settings > Integration Settings"),
    Rule("INVALID_PARTNER_ID", HALT, "there is no such partner", "copy it from KMC > Settings > Integration Settings"),
    Rule("UNKNOWN_PARTNER_ID", HALT, "there is no such partner", "copy it from KMC > Settings > Integration Settings"),
    Rule("APP_TOKEN_ID_NOT_FOUND", HALT, "there is no such application token", "copy its id from where it was made"),
    Rule("INVALID_APP_TOKEN_HASH", HALT, "the application token, or its hash type, is not the right one",
         "copy app_token anew, and set app_token_hash to the type it was made with"),
    Rule("APP_TOKEN_NOT_ACTIVE", HALT, "the application token is disabled or has expired", _ADMIN),
    Rule("APP_TOKEN_EXPIRED", HALT, "the application token has expired", _ADMIN),
    Rule("SERVICE_FORBIDDEN", HALT, "the session may not use this service, or it is not licensed", _ADMIN),
    Rule("SERVICE_DOES_NOT_EXISTS", HALT, "the account has no such service", _ADMIN),
    Rule("ACTION_DOES_NOT_EXISTS", HALT, "the account's service has no such action", _ADMIN),
    Rule("REPORT_NOT_FOUND", HALT, "the report is not enabled for this account",
         "ask your Kaltura representative to enable it; until then its numbers are missing, not zero"),
    Rule("Forbidden", HALT, "the session's user may not see this event", "make user_id a team member: Events > Team"),
    Rule("ResourceDoesNotExist", HALT, "there is no such event", "look up its id: the number in KMC > Events"),
    Rule("OperationNotAllowed", HALT, "the account does not allow this", _ADMIN),
    Rule("InvalidArgument", HALT, "Kaltura does not understand the call", _REPORT),
    Rule("MISSING_OTP", HALT, "the user must sign in with a second factor", "name a user_id that need not"),
    Rule("AuthLoginMissingOrg", HALT, "the user belongs to no organization", _ADMIN),
    Rule("USER_PROFILE_NOT_FOUND", HALT, "there is no such registration"),
    Rule("OBJECT_NOT_FOUND", HALT, "there is no such object"),
    Rule("INVALID_OBJECT_ID", HALT, "there is no such object"),
    Rule("MISSING_MANDATORY_PARAMETER", HALT, "Kaltura misses a parameter", _REPORT),
    Rule("PROPERTY_VALIDATION_*", HALT, "Kaltura does not accept a parameter", _REPORT),
    Rule("RateLimitReached", WAIT, "more calls than Kaltura takes at the moment", seconds=30),
    Rule("QUERY_EXCEEDED_MAX_MATCHES_ALLOWED", HALT, "Kaltura will not page that far", _REPORT),
    Rule("INTERNAL_SERVERL_ERROR", RETRY, "Kaltura had trouble of its own", seconds=10),
    Rule("INTERNAL_SERVER_ERROR", RETRY, "Kaltura had trouble of its own", seconds=10),
    Rule("INTERNAL_DATABASE_ERROR", RETRY, "Kaltura had trouble of its own", seconds=10),
    Rule("not Kaltura", HALT, "what answered is not Kaltura", "check service_url, region and the services' addresses"),
)  # fmt: skip
"""The codes that a call of Turnout's can meet (facts/kaltura.md §4, §6); one not listed halts what asked."""

_SETTLED: Final = frozenset({WAIT, RETRY, REAUTH})
CSV_ACTION: Final = "getCsvFromStringParams"


def refusal(data: Any) -> Ruling | None:
    """Return what a reply refuses, though it is answered 200: an exception, or a status other than ok."""
    if not isinstance(data, dict):
        return None
    if data.get("objectType") == "KalturaAPIException":
        return RULES.for_reply(str(data.get("code") or ""), str(data.get("message") or ""))
    status = data.get("status")
    if isinstance(status, str) and status != "ok" and "id" not in data:
        return RULES.for_reply(status, str(data.get("message") or ""))
    return None


def judged(request: Request, reply: Reply) -> Ruling | None:
    """Rule on what proves that a call did nothing and may be made again; refusals are for the talk to read."""
    if reply.status == 429:
        seconds = reply.headers.get("retry-after", "")
        return Ruling(WAIT, "429", "", "more calls than Kaltura takes at the moment", "",
                      float(seconds) if seconds.isdigit() else 30.0)  # fmt: skip
    if reply.status >= 500:
        return Ruling(RETRY, str(reply.status), "", "Kaltura had trouble of its own", "", 10.0)
    data = reply.data()
    told = refusal(data)
    if told:
        return told if told.verdict in _SETTLED else None
    if reply.status == 401:
        return Ruling(REAUTH, "401", "", "the session is not valid any more")
    if reply.status in (403, 404):
        code = "SERVICE_FORBIDDEN" if reply.status == 403 else "not Kaltura"
        return RULES.for_reply(code, f"HTTP {reply.status} of {request.path}")
    if reply.status >= 300 or (data is None and reply.body.strip() != b"null" and CSV_ACTION not in request.path):
        return RULES.for_reply("not Kaltura", f"HTTP {reply.status} of {request.path}")
    return None
