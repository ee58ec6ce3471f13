"""The reference page of the files that can be ingested, made from their schemas."""

from typing import Final

from turnout.facts.actions import INTERACTION_GROUPS
from turnout.facts.beacons import FIELDS, REQUIRED
from turnout.sources.schemas import SCHEMAS, Schema

INTRODUCTION: Final = """\
# Files that can be ingested

This page is made from the schemas in `turnout/sources/schemas.py`; a test holds it to them.

`turnout ingest KIND FILE...` reads CSV (commas, semicolons or tabs; UTF-8, or UTF-16 with its mark) \
and, by the endings `.jsonl`, `.ndjson` and `.json`, one JSON object a line.
`turnout ingest KIND --template` prints a file to start from.
The first line of a CSV file names the columns, in any order; a file that lacks a required column is refused as a \
whole.
Otherwise one bad row never stops a file: it goes to the quarantine with the reason, and the rest is read.
Columns that are not listed are kept; those of a registration are answers of its form.
The same row again, from whatever file, is known and changes nothing: an ingest that was interrupted is simply run \
again.
Times are ISO 8601 (without a zone: UTC), or seconds or milliseconds since 1970.
"""

GROUPS_HEAD: Final = """
### Missing is not zero

A count is 0 only where its group of facts was read for that session; else it is missing, and is not sent.
A group counts as read for a session when any row of the group came for it.
A row of type `coverage`, with no user and the groups in `value`, says that a source can see groups of which \
nothing happened.

| type | group |
|---|---|
"""

BEACONS_HEAD: Final = """
## beacons: requests of the player

One JSON object a line, as a collector or a proxy captured it: `url` with its query, `body` as text \
(JSON or a form, empty for a GET), and `captured_at` in seconds since 1970; other keys are ignored.
Query, JSON body and form body are read as one; numbers may be texts and texts numbers.
A line without one of {required} cannot be read.
Lines are sealed in Parquet files of about 64 MB of text, sorted by viewing session, with the line as it came.
A file's name is the digest of its lines, so the same lines are sealed once; a beacon that comes in two files is \
counted once.

| parameter | column | meaning |
|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown."""
    required = ", ".join(f"`{name}`" for name in REQUIRED)
    fields = "".join(
        f"| `{field.parameter}` | `{field.name}` | {field.meaning} |\n" for field in FIELDS if field.parameter
    )
    kinds = "".join(_kind(schema) for schema in SCHEMAS.values())
    return f"{INTRODUCTION}{kinds}{BEACONS_HEAD.format(required=required)}{fields}"


def _kind(schema: Schema) -> str:
    rows = "".join(
        f"| `{column.name}` | {column.type} | {'yes' if column.required else ''} | {column.meaning} |\n"
        for column in schema.columns
    )
    head = f"\n## {schema.kind}: {schema.title}\n\n| column | type | required | meaning |\n|---|---|---|---|\n"
    return head + rows + (_groups() if schema.kind == "interactions" else "")


def _groups() -> str:
    return GROUPS_HEAD + "".join(f"| `{kind}` | {group} |\n" for kind, group in INTERACTION_GROUPS.items())
