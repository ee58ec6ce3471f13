"""What of Kaltura is imitated, where it is documented, and what is left out."""

from collections.abc import Sequence
from typing import Final

from turnout.simulators.kit.fidelity import Behaviour, table

API: Final = "API v3 reference"
SERVER: Final = "Kaltura's public server code"
SESSIONS: Final = "Session guide"
TOKENS: Final = "Application tokens guide"
REPORTS: Final = "Analytics reports guide; public server code"
PROFILES: Final = "User profile guide"
REGISTRY: Final = "App registry guide"
EVENTS: Final = "OpenAPI of the public events API"
UI: Final = "Kaltura's public analytics front end"
NOWHERE: Final = "not documented"

BEHAVIOURS: Final[Sequence[Behaviour]] = (
    Behaviour(
        "One address for all services",
        "ours",
        "yes",
        "A service is found by the first word of its host (user, app-registry, chat, events-api, reports), by the same "
        "word as the first part of the path, or by the path alone, since no two services share one; under a host or "
        "prefix the paths of another service are unknown.",
    ),
    Behaviour("session.start with secret, type, length, privileges", SESSIONS, "yes", "START_SESSION_ERROR otherwise."),
    Behaviour("session.startWidgetSession, session.get, session.end", SESSIONS, "yes", "Impersonation is not there."),
    Behaviour(
        "KS version 1 and 2, signed or encrypted with the admin secret",
        SESSIONS,
        "yes",
        "Any KS made with the secret counts, whoever made it; version 2 is given (setting).",
    ),
    Behaviour(
        "A KS that is missing, wrong, over, ended, used up",
        SERVER,
        "yes",
        "MISSING_KS, and INVALID_KS with -1, -5, -6, -8; the code of an expired one is a setting. The privileges "
        "sessionid, actionslimit, setrole and virtualeventid count; iprestrict and urirestrict do not.",
    ),
    Behaviour(
        "appToken.startSession",
        TOKENS,
        "yes",
        "MD5, SHA1, SHA256, SHA512 over widget KS and token; type, user, length and privileges of the token win. "
        "Tokens come from the seed: add, update and delete are not there.",
    ),
    Behaviour(
        "Forms, JSON bodies and queries; `a[b]` and `1:a` nested, `a__null`",
        "Client libraries",
        "yes",
        "Services and actions in any capitals, also within the path; kalsig is not checked.",
    ),
    Behaviour("JSON (format 1) and XML (any other)", API, "yes", "Null members are left out of XML only."),
    Behaviour("Errors are HTTP 200 with a KalturaAPIException", API, "yes", "Codes and words of the public list."),
    Behaviour(
        "Unknown service, action, parameter",
        API,
        "yes",
        "Stricter than Kaltura: it ignores parameters that it does not know, here they are UNKNOWN_PARAMETER, and the "
        "book of calls tells them.",
    ),
    Behaviour("multirequest", API, "yes", "Results of earlier calls by {1:result:id}; each refusal is its own result."),
    Behaviour(
        "report.getTable, getTotal for 60013, 60011, 60010, 40009, 40010",
        REPORTS,
        "yes",
        "Columns in the server's order, summed from the same facts as all else. The unit of 60011's position and the "
        "place of `registered` (it belongs to no entry) are not documented.",
    ),
    Behaviour("report.getBaseTotal, getGraphs, execute, exportToCsv, getCsv", REPORTS, "no", "ACTION_DOES_NOT_EXISTS."),
    Behaviour(
        "Delimiters",
        REPORTS,
        "yes",
        "A comma unless another is asked for; it splits the values of filters too; delimiter and ; within values "
        "become blanks; each row is followed by ;. Without rows header and data are null.",
    ),
    Behaviour("Caps", REPORTS, "yes", "500 rows a page, 12,000 a table, 60,000 a CSV, 100,000 a custom report."),
    Behaviour(
        "Filters of reports",
        REPORTS,
        "partly",
        "Time (dates, or days with an offset), entries, users, events, channels, contexts, playback types; other "
        "filters and objectIds are unknown parameters.",
    ),
    Behaviour(
        "Reports lag behind",
        "Analytics reports guide: 10 to 30 minutes",
        "yes",
        "15 minutes, in steps of one (settings); profiles and polls do not lag.",
    ),
    Behaviour(
        "report.getUrlForReportAsCsv and its file",
        REPORTS,
        "partly",
        "Title, text, an empty line, the headers that were given, the rows; the real file's head is not documented.",
    ),
    Behaviour(
        "report.getCsvFromStringParams 4021 and 3037",
        "Analytics reports guide",
        "partly",
        "UTF-8 with its mark, no quotes, commas in values lost, excludedFields. 4021 wants the privilege "
        "virtualeventid. Formulas, the parameters of 3037 and the form of its dates are not public.",
    ),
    Behaviour(
        "A report that is not enabled, a column that is renamed or gone",
        NOWHERE,
        "yes",
        "Settings (reports_off, renamed), also by the door while a pull runs.",
    ),
    Behaviour(
        "baseEntry, category, user, virtualEvent: list and get",
        API,
        "yes",
        "Filters by the ends of their names (Equal, In, NotIn, GreaterThanOrEqual, ...), orderBy, pages of 30 up to "
        "500. Writing actions are not there; a length that nobody knows is 0.",
    ),
    Behaviour(
        "SERVICE_FORBIDDEN",
        SERVER,
        "yes",
        "For a user's KS, for a role without the permission, and for what a setting forbids by service or action.",
    ),
    Behaviour(
        "user-profile list, get, getByFilter",
        PROFILES,
        "yes",
        "Filters with both ends in, orderBy, offset and limit (50 up to 500), totalCount -1; deleted profiles are "
        "never listed. Writing is for the door alone.",
    ),
    Behaviour(
        "What the service sets by itself in eventData", PROFILES, "yes", "Previous status, its time, first visit."
    ),
    Behaviour("reports/eventDataStats", PROFILES, "yes", "Dimensions flat, as the guide shows them."),
    Behaviour("app-registry list and get", REGISTRY, "yes", "One application (epmEvent) for each virtual event."),
    Behaviour(
        "Polls: userAnalytics and analytics",
        UI,
        "yes",
        "In the order of launch; a changed answer replaces the one before. The form of votedAt is not documented.",
    ),
    Behaviour(
        "Events API: events, sessions, speakers, event users, team members: list",
        EVENTS,
        "yes",
        "Refusals are a status in the reply; the KS must be of a team member. Writing calls are not there.",
    ),
    Behaviour(
        "Reports microservice: generate and serve",
        "Analytics reports guide",
        "partly",
        "Only `registration`; pending, in_progress, completed, kept for ten minutes. Its columns are ours: the real "
        "ones are not documented.",
    ),
    Behaviour(
        "Rate limits",
        "RateLimitReached in the OpenAPI",
        "partly",
        "Off unless a setting gives calls and seconds for a service, since no numbers are published; or as a fault. "
        "HTTP 429 but for the events API.",
    ),
    Behaviour(
        "A KS that is refused beside api_v3",
        NOWHERE,
        "partly",
        "HTTP 401 with a KalturaAPIException (setting); the events API says NEW_LOGIN_REQUIRED.",
    ),
    Behaviour(
        "An event that goes on",
        "ours",
        "yes",
        "People register, are invited, confirm, visit, watch, react and answer when their time has come; `attendees` "
        "makes so many more, always the same ones; `starts_at` moves the event, the door lets time jump.",
    ),
    Behaviour("Event notifications out of Kaltura, beacons", SERVER, "no", "Neither is sent nor taken."),
)


def fidelity() -> str:
    """Return the page of the fidelity table."""
    return table("How faithful the Kaltura simulator is", BEHAVIOURS)
