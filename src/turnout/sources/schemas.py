"""The kinds of file that can be ingested: their columns, who reads them, and a template of each."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from turnout.errors import InputError
from turnout.facts.actions import INTERACTION_COLUMNS, POLL_COLUMNS, interaction, poll_answer
from turnout.facts.columns import Column, Unreadable
from turnout.facts.people import REGISTRATION_COLUMNS, registration
from turnout.metrics.reports import ENGAGEMENT_COLUMNS, report_row


class Schema(Struct, frozen=True):
    """One kind of file of rows: what it tells, its columns, and the function that reads a row."""

    kind: str
    title: str
    columns: tuple[Column, ...]
    read: Callable[[Mapping[str, Any], str, float], object | Unreadable]

    @property
    def required(self) -> frozenset[str]:
        """Return the names of the columns that a file must have."""
        return frozenset(column.name for column in self.columns if column.required)


SCHEMAS: Final[Mapping[str, Schema]] = {
    schema.kind: schema
    for schema in (
        Schema("registrations", "who registered, and each status reached", REGISTRATION_COLUMNS, registration),
        Schema("engagement", "metrics as a report gives them", ENGAGEMENT_COLUMNS, report_row),
        Schema("interactions", "what attendees did beside watching", INTERACTION_COLUMNS, interaction),
        Schema("polls", "polls and their answers", POLL_COLUMNS, poll_answer),
    )
}

BEACONS: Final = "beacons"
KINDS: Final = (BEACONS, *SCHEMAS)

BEACON_SAMPLE: Final = {
    "captured_at": 1795289460.5,
    "method": "POST",
    "url": "/api_v3/index.php?service=analytics&action=trackEvent&eventType=99&partnerId=1234567"
    "&entryId=1_live0001&sessionId=aaaa:bbbb",
    "body": json.dumps(
        {
            "eventIndex": 4,
            "sessionStartTime": 1795289450,
            "playTimeSum": 10,
            "position": 0,
            "playbackType": "live",
            "soundMode": 2,
            "tabMode": 2,
            "screenMode": 1,
            "virtualEventId": "9001",
            "playbackContext": "330022",
            "userId": "ada@example.com",
        }
    ),
}


def template(kind: str) -> str:
    """Return a file of one kind to start from: CSV with a header and a sample row, or a line of JSON for beacons."""
    if kind == BEACONS:
        return json.dumps(BEACON_SAMPLE) + "\n"
    columns = schema_of(kind).columns
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([column.name for column in columns])
    rows.writerow([column.sample for column in columns])
    return text.getvalue()


def schema_of(kind: str) -> Schema:
    """Return the schema of a kind; InputError where there is none of that name."""
    if kind not in SCHEMAS:
        raise InputError(f"there is no kind of file named {kind!r}", f"use one of {', '.join(KINDS)}")
    return SCHEMAS[kind]
