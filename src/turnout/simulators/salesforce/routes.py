"""Every call that is imitated: method, path, answer, whether it writes, query parameters."""

from collections.abc import Callable
from typing import Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.salesforce.bulk import ingest, queries
from turnout.simulators.salesforce.composite import batch, composite, graph, tree
from turnout.simulators.salesforce.composite.calls import Ask
from turnout.simulators.salesforce.identity import oauth, people
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.rest import (
    changed,
    collections,
    deploying,
    describing,
    querying,
    resources,
    rows,
    tooling,
)
from turnout.wire import Reply

Answering = Callable[[Org, Call], Reply]
V: Final = "/services/data/{v}"
ROW: Final = V + "/sobjects/{object}"
JOBS: Final = V + "/jobs/ingest"
JOB: Final = JOBS + "/{id}"
FIELDS: Final = V + "/tooling/sobjects/CustomField"
READS: Final = V + "/jobs/query"
OAUTH: Final = "/services/oauth2"
DISCOVERY: Final = "/.well-known/openid-configuration"
ASKED: Final = (
    *("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"),
    *("prompt", "login_hint", "display", "immediate", "nonce"),
)

ROUTES: Final[tuple[tuple[str, str, Answering, bool, tuple[str, ...]], ...]] = (
    ("GET", OAUTH + "/authorize", oauth.authorize, False, ASKED),
    ("POST", OAUTH + "/token", oauth.token, False, ()),
    ("POST", OAUTH + "/revoke", oauth.revoke, False, ()),
    ("GET", OAUTH + "/revoke", oauth.revoke, False, ("token",)),
    ("POST", OAUTH + "/introspect", oauth.introspect, False, ()),
    ("GET", OAUTH + "/userinfo", people.userinfo, False, ()),
    ("GET", "/id/{org}/{user}", people.identity, False, ("format", "oauth_token", "version")),
    ("GET", DISCOVERY, people.discovery, False, ()),
    ("GET", "/services/data", resources.versions, False, ()),
    ("GET", V, resources.resources, False, ()),
    ("GET", V + "/limits", resources.limits, False, ()),
    ("GET", V + "/limits/recordCount", resources.record_count, False, ("sObjects",)),
    ("GET", V + "/query", querying.query, False, ("q", "columns")),
    ("GET", V + "/queryAll", querying.query_all, False, ("q", "columns")),
    ("GET", V + "/query/{locator}", querying.more, False, ()),
    ("POST", V + "/metadata/deployRequest", deploying.deploy, True, ()),
    ("GET", V + "/metadata/deployRequest/{id}", deploying.status, False, ("includeDetails",)),
    ("POST", FIELDS, tooling.create, True, ()),
    ("GET", FIELDS + "/{id}", tooling.read, False, ()),
    ("DELETE", FIELDS + "/{id}", tooling.remove, True, ()),
    ("POST", V + "/composite/sobjects", collections.create, True, ()),
    ("PATCH", V + "/composite/sobjects", collections.change, True, ()),
    ("DELETE", V + "/composite/sobjects", collections.remove, True, ("ids", "allOrNone")),
    ("GET", V + "/composite/sobjects/{object}", collections.read, False, ("ids", "fields")),
    ("POST", V + "/composite/sobjects/{object}", collections.read_posted, False, ()),
    ("PATCH", V + "/composite/sobjects/{object}/{field}", collections.upsert, True, ()),
    ("POST", V + "/composite/tree/{object}", tree.tree, True, ()),
    ("POST", JOBS, ingest.create, True, ()),
    ("GET", JOBS, ingest.listed, False, ("isPkChunkingEnabled", "jobType", "queryLocator")),
    ("PUT", JOB + "/batches", ingest.upload, True, ()),
    ("PATCH", JOB, ingest.change, True, ()),
    ("GET", JOB, ingest.look, False, ()),
    ("DELETE", JOB, ingest.remove, True, ()),
    ("GET", JOB + "/successfulResults", ingest.successes, False, ()),
    ("GET", JOB + "/failedResults", ingest.failures, False, ()),
    ("GET", JOB + "/unprocessedrecords", ingest.unprocessed, False, ()),
    ("GET", JOB + "/unprocessedRecords", ingest.unprocessed, False, ()),  # as a client that others wrote spells it
    ("POST", READS, queries.create, False, ()),
    ("GET", READS, queries.listed, False, ("isPkChunkingEnabled", "jobType", "concurrencyMode", "queryLocator")),
    ("GET", READS + "/{id}", queries.look, False, ()),
    ("PATCH", READS + "/{id}", queries.change, False, ()),
    ("DELETE", READS + "/{id}", queries.remove, False, ()),
    ("GET", READS + "/{id}/results", queries.results, False, ("locator", "maxRecords")),
    ("GET", V + "/sobjects", describing.listed, False, ()),
    ("GET", ROW, describing.basics, False, ()),
    ("POST", ROW, rows.create, True, ()),
    ("GET", ROW + "/describe", describing.describe, False, ()),
    ("GET", ROW + "/updated", changed.updated, False, ("start", "end")),
    ("GET", ROW + "/deleted", changed.deleted, False, ("start", "end")),
    ("GET", ROW + "/{id}", rows.read, False, ("fields",)),
    ("PATCH", ROW + "/{id}", rows.change, True, ()),
    ("DELETE", ROW + "/{id}", rows.remove, True, ()),
    ("GET", ROW + "/{field}/{value}", rows.read_by_external, False, ("fields",)),
    ("PATCH", ROW + "/{field}/{value}", rows.upsert, True, ("updateOnly",)),
)
OUTER: Final[tuple[tuple[str, str, Callable[[Org, Call, Ask], Reply]], ...]] = (
    ("POST", V + "/composite", composite.composite),
    ("POST", V + "/composite/batch", batch.batch),
    ("POST", V + "/composite/graph", graph.graph),
)
"""Calls made of calls: they are handed what answers those."""
OPEN: Final = frozenset({f"{OAUTH}/{name}" for name in ("authorize", "token", "revoke", "introspect")}) | {
    "/services/data",
    "/id/{org}/{user}",
    DISCOVERY,
}
"""What is reached without a session in the header."""
