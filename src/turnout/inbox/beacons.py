"""clean lines of beacons -> a sealed part: parsed in bulk by the embedded engine, sorted by viewing session."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import duckdb
from msgspec import Struct
from sqlalchemy import Engine, insert, select

from turnout.database import transaction
from turnout.facts.beacons import FIELDS, REQUIRED, Field
from turnout.facts.columns import attendee
from turnout.facts.embedded import embedded, literal
from turnout.facts.parts import Parts, Sealed
from turnout.inbox.arrivals import Piece, keep
from turnout.inbox.lines import CHUNK_BYTES, LINE_BYTES, chunks
from turnout.tables import PART

ROW_GROUP: Final = 20_000
KIND: Final = "beacon"
LARGEST: Final = 10**12
SESSION: Final = Field("ks", "VARCHAR", "ks", "the Kaltura session, out of which the user is read")
PARAMETERS: Final = (*(field for field in FIELDS if field.parameter), SESSION)


Identify = Callable[[str, str, float], tuple[str, str] | None]
"""Told a session, its partner and when it was used: the user and the virtual event it was made for, if proved."""


def stated(_ks: str, _partner: str, _at: float) -> None:
    """Prove nothing: who watches is what the beacon states."""


class Taken(Struct, frozen=True):
    """What became of one chunk: lines read, rows that are new or known, and what was quarantined.

    `span` tells when the first and the last of the new beacons were received, in seconds since the epoch.
    """

    read: int
    new: int
    known: int
    quarantined: list[Piece]
    span: tuple[float, float] = (0.0, 0.0)


def take_beacons(
    home: Path,
    engine: Engine,
    file: Path,
    *,
    source: str,
    now: float,
    chunk_bytes: int = CHUNK_BYTES,
    identify: Identify = stated,
) -> Iterator[Taken]:
    """Seal a file's beacons, chunk by chunk, and yield what became of each.

    `identify` tells who watches where a beacon carries a Kaltura session.

    The part of a chunk is named by the digest of its source and lines: the same chunk again is known, and a try
    that was killed is repeated under the same name. A line that comes again in another chunk is sealed again;
    the delta step counts it once.
    """
    scratch = home / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    aside = scratch / f"{sha256(str(file.resolve()).encode()).hexdigest()[:16]}.lines"
    for chunk in chunks(file, aside, chunk_bytes=chunk_bytes):
        writer = f"file-{sha256(f'{source} {chunk.digest}'.encode()).hexdigest()[:32]}"
        with transaction(engine) as connection:
            rows = connection.execute(select(PART.c.rows).where(PART.c.writer == writer)).scalar()
        if rows is not None:
            yield Taken(chunk.lines, 0, rows, [])
            continue
        with embedded(scratch) as work:
            parse(work, aside, source=source, identify=identify)
            sealed, rows = _sealed(work, Parts(home / "beacons"), writer)
            span = _span(work)
            pieces = [*chunk.unreadable, *_refused(work, file.name, chunk.first)]
        _record(engine, pieces, sealed, writer=writer, source=source, rows=rows, now=now)
        yield Taken(rows + len(pieces), rows, 0, pieces, span)


def parse(work: duckdb.DuckDBPyConnection, file: Path, *, source: str, identify: Identify) -> None:
    """Make the relation `parsed`: a file's lines as beacons, each with a reason where it cannot be read.

    A session that is proved tells the user, and the event where the beacon names none
    (facts/kaltura.md §1.4: it wins over what the beacon states).
    """
    work.execute(f"CREATE TEMP TABLE parsed AS {parsing(str(file), source)}")
    used = work.execute(
        "SELECT ks, partner, max(received_ms) FROM parsed WHERE ks <> '' AND reason = '' GROUP BY ks, partner"
    ).fetchall()
    told = [(ks, partner, identify(ks, partner, at / 1000)) for ks, partner, at in used]
    proved = [(ks, partner, attendee(user[0]), user[1]) for ks, partner, user in told if user]
    if proved:
        work.execute("CREATE TEMP TABLE proved (ks VARCHAR, partner VARCHAR, attendee VARCHAR, event VARCHAR)")
        work.executemany("INSERT INTO proved VALUES (?, ?, ?, ?)", proved)
        work.execute(
            "UPDATE parsed SET attendee = proved.attendee, "
            "event = CASE WHEN parsed.event = '' THEN proved.event ELSE parsed.event END "
            "FROM proved WHERE parsed.ks = proved.ks AND parsed.partner = proved.partner AND proved.attendee <> ''"
        )


def _sealed(work: duckdb.DuckDBPyConnection, parts: Parts, writer: str) -> tuple[Sealed | None, int]:
    """Write the part of what can be read, if anything can, and return it with the number of its rows."""
    rows = int(work.execute("SELECT count(*) FROM parsed WHERE reason = ''").fetchall()[0][0])
    return (parts.seal(f"{writer}.parquet", lambda path: write_part(work, path)) if rows else None), rows


def _span(work: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    query = "SELECT min(received_ms), max(received_ms) FROM parsed WHERE reason = ''"
    first, last = work.execute(query).fetchall()[0]
    return (first or 0) / 1000, (last or 0) / 1000


def _refused(work: duckdb.DuckDBPyConnection, name: str, first: int) -> list[Piece]:
    bad = work.execute("SELECT n, raw, reason FROM parsed WHERE reason <> '' ORDER BY n").fetchall()
    return [Piece(raw, f"{name}:{first + n - 1}", reason) for n, raw, reason in bad]


def _record(
    engine: Engine, pieces: list[Piece], sealed: Sealed | None, *, writer: str, source: str, rows: int, now: float
) -> None:
    """Write the part's row and the quarantine in one transaction: what is sealed counts from here on."""
    with transaction(engine) as connection:
        keep(connection, KIND, pieces, source=source, now=now)
        if sealed:
            row = {"writer": writer, "seq": 0, "path": sealed.name, "rows": rows, "sha256": sealed.sha256}
            connection.execute(insert(PART).values(**row, received_at=now))


def write_part(work: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the beacons of the relation `parsed` that can be read, sorted by viewing session."""
    names = ", ".join(field.name for field in FIELDS)
    work.execute(
        f"COPY (SELECT {names} FROM parsed WHERE reason = '' ORDER BY viewing, entry, received_ms) "
        f"TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )


def parsing(file: str, source: str) -> str:
    """Return the query that reads lines as beacons: typed columns, the raw line, its number, and a reason.

    A beacon's parameters stand in the query of its url, in a JSON body, or in a form body; numbers may be
    texts and texts numbers (facts/kaltura.md §1.1).
    """
    paths = ", ".join(literal(f"$.{field.parameter}") for field in PARAMETERS)
    given = ", ".join(_parameter(number, field) for number, field in enumerate(PARAMETERS, 1))
    columns = ",\n  ".join(_column(field, source) for field in (*FIELDS, SESSION))
    return f"""
WITH lines AS (
  SELECT row_number() OVER () AS n, line FROM read_csv({literal(file)}, columns = {{'line': 'VARCHAR'}},
    header = false, auto_detect = false, delim = '\x01', quote = '', escape = '', new_line = '\\n',
    max_line_size = {LINE_BYTES * 2})
), docs AS (
  SELECT n, line, json_valid(line) AS valid, json_extract_string(CASE WHEN json_valid(line) THEN line ELSE '{{}}' END,
    ['$.url', '$.body', '$.captured_at', '$.unreadable']) AS doc
  FROM lines WHERE line IS NOT NULL AND trim(line) <> ''
), bodies AS (
  SELECT n, line, valid, doc[1] AS url, TRY_CAST(doc[3] AS DOUBLE) AS captured_at,
    '&' || regexp_extract(coalesce(doc[1], ''), '[?]([^#]*)', 1) AS query,
    coalesce(doc[4], '') AS unreadable,
    left(ltrim(coalesce(doc[2], '')), 1) IN ('{{', '[') AND NOT json_valid(doc[2]) AS broken,
    CASE WHEN json_valid(doc[2]) THEN '' ELSE '&' || coalesce(doc[2], '') END AS form,
    json_extract_string(CASE WHEN json_valid(doc[2]) THEN doc[2] ELSE '{{}}' END, [{paths}]) AS body
  FROM docs
), given AS (
  SELECT n, line, valid, url, captured_at, unreadable, broken, {given}
  FROM bodies
)
SELECT n, {columns}, {_reason()} AS reason
FROM given
"""


def _parameter(number: int, field: Field) -> str:
    """Return the SQL for one parameter as text: from the JSON body, the form body, or the query."""
    pattern = literal(f"&{field.parameter}=([^&]*)")
    texts = ", ".join(
        f"TRY(url_decode(replace(nullif(regexp_extract({place}, {pattern}, 1), ''), '+', ' ')))"
        for place in ("form", "query")
    )
    return f"coalesce(body[{number}], {texts}) AS given_{field.name}"


def _column(field: Field, source: str) -> str:
    text = f"given_{field.name}"
    if field.name == "source":
        return f"{literal(source)} AS source"
    if field.name == "raw":
        return "line AS raw"
    if field.name == "received_ms":
        return (
            "CASE WHEN captured_at BETWEEN 1 AND 1e11 THEN CAST(round(captured_at * 1000) AS BIGINT) END AS received_ms"
        )
    if field.name == "attendee":
        user = f"trim(coalesce({text}, ''))"
        return f"CASE WHEN contains({user}, '@') THEN lower({user}) ELSE {user} END AS attendee"
    if field.type == "VARCHAR":
        return f"trim(coalesce({text}, '')) AS {field.name}"
    number = f"TRY_CAST({text} AS DOUBLE) * {field.scale}"
    return f"CASE WHEN abs({number}) < {LARGEST} THEN CAST(round({number}) AS BIGINT) END AS {field.name}"


def _reason() -> str:
    named = {field.parameter: field.name for field in FIELDS}
    missing = " ".join(
        f"WHEN trim(coalesce(given_{named[name]}, '')) = '' THEN '{name} is missing'" for name in REQUIRED
    )
    return (
        "CASE WHEN NOT valid THEN 'the line is no JSON' WHEN url IS NULL THEN 'url is missing' "
        f"WHEN captured_at IS NULL OR NOT captured_at BETWEEN 1 AND 1e11 "
        "THEN 'captured_at is no time in seconds' WHEN unreadable <> '' THEN unreadable "
        f"WHEN broken THEN 'the body is no JSON' {missing} "
        "WHEN NOT regexp_full_match(trim(given_partner), '[0-9]+') THEN 'partnerId is no number' ELSE '' END"
    )
