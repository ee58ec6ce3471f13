"""Every call that is imitated: method, path, answer, whether it writes, query parameters."""

from collections.abc import Callable
from typing import Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.salesforce.bulk import ingest, queries
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.rest import collections, deploying, describing, oauth, querying, resources, rows
from turnout.wire import Reply

Answering = Callable[[Org, Call], Reply]
V: Final = "/services/data/{v}"
ROW: Final = V + "/sobjects/{object}"
JOBS: Final = V + "/jobs/ingest"
JOB: Final = JOBS + "/{id}"
READS: Final = V + "/jobs/query"

ROUTES: Final[tuple[tuple[str, str, Answering, bool, tuple[str, ...]], ...]] = (
    ("POST", "/services/oauth2/token", oauth.token, False, ()),
    ("POST", "/services/oauth2/revoke", oauth.revoke, False, ()),
    ("GET", "/services/oauth2/userinfo", oauth.userinfo, False, ()),
    ("GET", "/services/data", resources.versions, False, ()),
    ("GET", V, resources.resources, False, ()),
    ("GET", V + "/limits", resources.limits, False, ()),
    ("GET", V + "/query", querying.query, False, ("q",)),
    ("GET", V + "/queryAll", querying.query_all, False, ("q",)),
    ("GET", V + "/query/{locator}", querying.more, False, ()),
    ("POST", V + "/metadata/deployRequest", deploying.deploy, True, ()),
    ("GET", V + "/metadata/deployRequest/{id}", deploying.status, False, ("includeDetails",)),
    ("POST", V + "/composite/sobjects", collections.create, True, ()),
    ("PATCH", V + "/composite/sobjects", collections.change, True, ()),
    ("DELETE", V + "/composite/sobjects", collections.remove, True, ("ids", "allOrNone")),
    ("GET", V + "/composite/sobjects/{object}", collections.read, False, ("ids", "fields")),
    ("PATCH", V + "/composite/sobjects/{object}/{field}", collections.upsert, True, ()),
    ("POST", JOBS, ingest.create, True, ()),
    ("GET", JOBS, ingest.listed, False, ("isPkChunkingEnabled", "jobType", "queryLocator")),
    ("PUT", JOB + "/batches", ingest.upload, True, ()),
    ("PATCH", JOB, ingest.change, True, ()),
    ("GET", JOB, ingest.look, False, ()),
    ("DELETE", JOB, ingest.remove, True, ()),
    ("GET", JOB + "/successfulResults", ingest.successes, False, ()),
    ("GET", JOB + "/failedResults", ingest.failures, False, ()),
    ("GET", JOB + "/unprocessedrecords", ingest.unprocessed, False, ()),
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
    ("GET", ROW + "/{id}", rows.read, False, ("fields",)),
    ("PATCH", ROW + "/{id}", rows.change, True, ()),
    ("DELETE", ROW + "/{id}", rows.remove, True, ()),
    ("GET", ROW + "/{field}/{value}", rows.read_by_external, False, ("fields",)),
    ("PATCH", ROW + "/{field}/{value}", rows.upsert, True, ("updateOnly",)),
)
OPEN: Final = frozenset({"/services/oauth2/token", "/services/oauth2/revoke", "/services/data"})
"""What is reached without a session."""
