"""What of Salesforce is imitated, where it is documented, and what is not."""

from typing import Final

from turnout.simulators.kit.fidelity import Behaviour, table


def fidelity() -> str:
    """Return the page docs/reference/fidelity-salesforce.md."""
    return table("How faithful the Salesforce simulator is", BEHAVIOURS)


BEHAVIOURS: Final = (
    Behaviour(
        "Client credentials flow",
        "Help: OAuth 2.0 Client Credentials Flow",
        "yes",
        "id and secret in the body or as Basic; error bodies; no `expires_in`",
    ),
    Behaviour(
        "Sessions expire",
        "Help: session settings",
        "yes",
        "after two idle hours (setting), or by the door; 401 INVALID_SESSION_ID",
    ),
    Behaviour(
        "JWT bearer flow",
        "Help: OAuth 2.0 JWT Bearer Flow",
        "yes",
        "a real RS256 signature against the app's certificate (setting); `exp` also as text or in milliseconds, `aud`"
        " also with a slash or as the org's own address, as clients send them; some words are inferred",
    ),
    Behaviour(
        "Web server flow with PKCE, refresh tokens",
        "Help: OAuth 2.0 Web Server Flow, Refresh Token Flow",
        "partly",
        "a person who consented (setting) is sent back at once, without a page; codes work once and for 15 minutes;"
        " rotation (setting); five grants, the sixth ends the oldest; no id_token",
    ),
    Behaviour(
        "Introspection, revocation, userinfo, /id, discovery",
        "Help: OpenID Connect",
        "partly",
        "of one running user; no /id/keys, no dynamic registration",
    ),
    Behaviour(
        "User-agent, device and password flows, SOAP login",
        "Help: OAuth authorization flows",
        "no",
        "unsupported_grant_type or unsupported_response_type, or 404; Salesforce is withdrawing them",
    ),
    Behaviour(
        "Versions",
        "REST guide: Versions; API end-of-life",
        "yes",
        "v31.0 to v68.0; older 410 UNSUPPORTED_API_VERSION; others 404",
    ),
    Behaviour(
        "Daily limit and Sforce-Limit-Info",
        "REST guide: headers_api_usage; limits cheat sheet",
        "yes",
        "rolling 24 h; 403 REQUEST_LIMIT_EXCEEDED; other integrations' use by the door",
    ),
    Behaviour(
        "Concurrent limit",
        "Limits cheat sheet",
        "partly",
        "as a fault (throttle); long calls are not counted",
    ),
    Behaviour(
        "Longest URI",
        "REST guide: status 414",
        "yes",
        "16,384 bytes of path and query; the page's text is ours",
    ),
    Behaviour(
        "Record ids",
        "Help: 15- and 18-character ids",
        "yes",
        "prefixes, check characters, both forms read, 18 written",
    ),
    Behaviour(
        "Rows, upsert by external id",
        "REST guide: resources_sobject_upsert_patch",
        "yes",
        "created and updated answers by version, updateOnly, 300 for several",
    ),
    Behaviour(
        "Collections",
        "REST guide: resources_composite_sobjects_collections",
        "partly",
        "200 rows, 10 chunks, allOrNone; whether a column that does not exist refuses the request or its row is"
        " not documented: a setting",
    ),
    Behaviour(
        "Composite",
        "REST guide: resources_composite_composite",
        "yes",
        "25 parts, 5 of them queries or collections; references, allOrNone; parts run in order, so collateSubrequests"
        " changes nothing; the code of a request beyond a limit is inferred",
    ),
    Behaviour(
        "Batch, tree, graph",
        "REST guide: Composite resources",
        "yes",
        "25 parts and haltOnError; 200 records, 5 levels, 5 types; 75 graphs, 500 nodes, depth 15, 15 kinds, 14"
        " failures",
    ),
    Behaviour(
        "Bulk API 2.0 ingest",
        "Bulk API 2.0 guide: ingest; public code for the messages of failed jobs",
        "partly",
        "all states, in batches of 10,000 as time passes (settings); one upload; every delimiter and line ending;"
        " results in an order of their own; unprocessed rows; abort, delete, seven days; a job can be made to fail"
        " halfway (door); the words for a wrong number of columns, a column twice, and results asked for too early are"
        " inferred; no retries",
    ),
    Behaviour(
        "Bulk API 2.0 query",
        "Bulk API 2.0 guide: query",
        "partly",
        "the answer is that of the moment when it is first asked for; parts by maxRecords and locator; no resultPages",
    ),
    Behaviour(
        "Row locks between jobs",
        "public reports of UNABLE_TO_LOCK_ROW in bulk loads of members",
        "partly",
        "as a setting: of two jobs whose batches touch one campaign at the same time the later one's rows fail, and so"
        " do members written by other calls; a real lock is waited for up to ten seconds",
    ),
    Behaviour("Bulk API 1.0", "Bulk API guide", "no", "404, recorded as unknown; superseded by 2.0"),
    Behaviour(
        "Tooling API",
        "Tooling API guide: CustomField",
        "partly",
        "CustomField: create, read, delete; no queries, no Apex",
    ),
    Behaviour("SOAP, UI, GraphQL, SOSL", "their guides", "no", "404, recorded as unknown"),
    Behaviour(
        "SOQL",
        "SOQL reference",
        "partly",
        "fields over lookups, FIELDS(), WHERE with AND, OR, NOT, IN, LIKE, null, dates, TODAY and N_DAYS; GROUP BY with"
        " aggregates and HAVING; ORDER BY, LIMIT, OFFSET; aliases, subqueries over child relationships, semi-joins; no"
        " TYPEOF, date functions, WITH, FOR",
    ),
    Behaviour(
        "Paging",
        "REST guide: resources_query; Query Options header",
        "yes",
        "2,000 rows, batchSize 200 to 2,000, locators; the last 50 are kept",
    ),
    Behaviour(
        "Describe with field-level security",
        "REST guide: sObject Describe; Help: field-level security",
        "partly",
        "invisible fields and objects are not there; ETag and If-None-Match; no layouts, no Last-Modified",
    ),
    Behaviour(
        "Standard fields",
        "describes of real orgs (BSD-3, MIT; see the licences beside standard.json)",
        "partly",
        "the fields that integrations of campaigns use; compound addresses and coordinates are left out",
    ),
    Behaviour(
        "Checks of values",
        "REST guide: error codes; object reference: field types",
        "yes",
        "lengths, e-mail (simplified), digits before the point, dates, references; extra decimals are kept",
    ),
    Behaviour(
        "Numbers in answers",
        "Help 000387302",
        "yes",
        "custom numbers come back as doubles, 5 as 5.0, ten million as 1.0E7",
    ),
    Behaviour(
        "Unknown member status",
        "Object reference: CampaignMember, Usage",
        "yes",
        "silently the campaign's default and its HasResponded; without a default the text is stored",
    ),
    Behaviour(
        "A person joins a campaign once",
        "Object reference: CampaignMember",
        "yes",
        "Already a campaign member.; of LeadId and ContactId both given, the contact is kept",
    ),
    Behaviour(
        "A member without lead or contact",
        "not found",
        "partly",
        "REQUIRED_FIELD_MISSING for both; the words are inferred",
    ),
    Behaviour(
        "A new campaign's statuses",
        "Help: member statuses",
        "yes",
        "Sent (default) and Responded",
    ),
    Behaviour(
        "Rules of member statuses",
        "Object reference: CampaignMemberStatus",
        "partly",
        "label and order unique, one default and one responded kept, none in use deleted; the words, and what a second"
        " default does (a setting), are inferred; a renamed label does not reach the members",
    ),
    Behaviour(
        "Converted leads",
        "Help: leads_notes",
        "partly",
        "by the door; members gain the contact; edits and new members are refused; custom lookups too (a setting)",
    ),
    Behaviour(
        "Duplicate rules",
        "REST guide: headers_duplicaterules; public code",
        "partly",
        "exact e-mail only; Block and Allow, allowSave, the misspelt `duplicateResut` (a setting)",
    ),
    Behaviour(
        "Assignment rules",
        "REST guide: headers_autoassign",
        "partly",
        "one rule (a setting) that gives leads to a colleague unless Sforce-Auto-Assign is FALSE",
    ),
    Behaviour(
        "Custom fields and objects by deployment",
        "Metadata API guide: deployRequest, CustomObject, CustomField",
        "partly",
        "the field types of schema/definitions.py; all or nothing; no retrieve, destructive changes, cancel or tests;"
        " an auto number is counted, its format is not used; of an object that stands only fields are changed; user"
        " permissions and licences of a permission set are read and have no effect",
    ),
    Behaviour(
        "Longest name of a custom field",
        "not found for the API; the screen takes 40 characters",
        "partly",
        "not checked unless the setting `name_characters` says so",
    ),
    Behaviour(
        "Field-level security",
        "Help; object reference: FieldPermissions",
        "yes",
        "a new field is invisible until an assigned permission set grants it; required ones are exempt, and refused"
        " in a permission set",
    ),
    Behaviour(
        "Object permissions",
        "Object reference: ObjectPermissions",
        "partly",
        "custom objects by permission set; standard ones by the settings hidden_objects and readonly_objects",
    ),
    Behaviour(
        "Required and unique custom fields",
        "Help: custom field attributes",
        "yes",
        "older records stay empty and cannot be edited until filled; unique with or without regard to case",
    ),
    Behaviour(
        "Deleted and merged records",
        "REST guide: error codes",
        "yes",
        "404 on reading; ENTITY_IS_DELETED when named or written; queryAll shows them",
    ),
    Behaviour(
        "Validation rules, triggers",
        "REST guide: error codes",
        "partly",
        "as a setting: records of an object whose field matches a pattern are refused with a code and words, by every"
        " call",
    ),
    Behaviour(
        "Storage limit and other errors of the whole org",
        "REST guide: error codes",
        "partly",
        "as faults of whole calls (refuse with the code)",
    ),
    Behaviour(
        "Columns of a query, record counts, changed and deleted records, gzip",
        "REST guide: resources_record_count, resources_getupdated, resources_getdeleted, compression",
        "yes",
        "`columns=true` as the sf command uses it",
    ),
    Behaviour("Sharing, queues, record types, currencies, accounts as members", "Help", "no", "left out"),
)
