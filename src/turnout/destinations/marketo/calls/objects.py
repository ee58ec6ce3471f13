"""Custom objects: engagement and poll answers -> rows keyed by person, session and channel."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct, structs

from turnout.destinations.kit import Bulk, Difference, Job, Row, Writer
from turnout.destinations.marketo.account.target import describe_request
from turnout.destinations.marketo.calls.imports import (
    IMPORT_BYTES,
    IMPORT_LEAST,
    IMPORT_ROWS,
    drop,
    ended,
    handed_over,
    imported,
    looked,
)
from turnout.destinations.marketo.calls.sheets import line_bytes, sheet, upload
from turnout.destinations.marketo.fields import LINK, OBJECTS, ObjectSpec, compared, fit, scaled, size_bytes
from turnout.destinations.marketo.rules import outcomes, probe, refusal, results
from turnout.destinations.marketo.settings import whole
from turnout.values.bindings import Config
from turnout.values.changes import Change
from turnout.values.records import Key, Value
from turnout.values.sightings import ObjectSeen, Target
from turnout.values.verdicts import Outcome, Rule, Rules, Verdict
from turnout.wire import Request, Talk, get, post

BATCH_ROWS: Final = 300
BATCH_BYTES: Final = 950_000  # Marketo takes 1 MB; the rest is for what stands around the rows
SYNC_SECONDS: Final = 130.0  # Marketo gives up after 120
_NO_FIELD: Final = "1006"

_OWN: Final = Rules.of(
    "Turnout",
    Rule("value", Verdict.REJECT, "a value cannot be sent as it is", "correct the value at its source"),
)


def render(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return a row as Marketo takes it: only fields that the account shows, keys always, null for what is gone."""
    spec, seen = OBJECTS[change.key.kind], target.objects[change.key.kind]
    text_bytes = whole(config, "text_bytes")
    values, remarks = _complete(spec, change)
    payload: dict[str, Any] = {}
    notes = list(remarks)
    for field in spec.fields:
        shown = seen.fields.get(field.name)
        if shown is None or field.name not in values or not (shown.writable or shown.api_name in seen.key_fields):
            continue
        fitted = fit(field, shown, scaled(config, field.name, values[field.name]), text_bytes=text_bytes)
        if fitted.refused:
            return Outcome(change.key, _OWN.for_record("value", fitted.refused))
        payload[shown.api_name] = fitted.value
        notes += [fitted.note] if fitted.note else []
    return Row(change, payload, size_bytes(payload), tuple(notes))


def _complete(spec: ObjectSpec, change: Change) -> tuple[dict[str, Value], list[str]]:
    """Return the values with all key fields filled: an unknown or non-numeric channel is 0 there."""
    values: dict[str, Value] = {**change.values, LINK: int(change.person_id)}
    values.setdefault("entry_id", change.key.session)
    notes = []
    if "channel_id" in spec.key:
        channel = values.get("channel_id", change.key.channel)
        values["channel_id"] = int(channel) if str(channel).isdecimal() else 0  # type: ignore[arg-type]
        if channel is not None and not str(channel).isdecimal():
            notes.append(f"the channel {str(channel)[:40]!r} is no number: the row has channel 0")
    return values, notes


def group(change: Change) -> tuple[Any, ...]:
    """All rows of one object may share calls."""
    return ()


def write(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Upsert up to 300 rows by the object's dedupe fields, in one call.

    Where Marketo does not know a field any more, the object is described once and the rows that named
    the field go again without it.
    """
    path = _path(target.objects[rows[0].change.key.kind].api_name)
    firsts, seconds = _split_by_key(target, rows)
    reply = yield probe(_upsert(path, firsts), _NO_FIELD)
    if refusal(reply)[0] == _NO_FIELD:
        given: dict[Key, Outcome] = {}
        stale = list(firsts)
    else:
        given = {found.key: found for found in outcomes(firsts, results(reply), "marketoGUID")}
        stale = [row for row in firsts if given[row.change.key].ruling.code == _NO_FIELD]
    if stale:
        given |= yield from _written_again(target, path, stale)
    twice = _TWICE.for_record("1036")
    return [*given.values(), *(Outcome(row.change.key, twice) for row in seconds)]


_TWICE: Final = Rules.of(
    "Turnout", Rule("1036", Verdict.RETRY, "two rows of one call have the same key", "nothing to do: it goes later")
)


def _upsert(path: str, rows: Sequence[Row]) -> Request:
    body = {"action": "createOrUpdate", "dedupeBy": "dedupeFields", "input": [row.payload for row in rows]}
    return post(path, body, timeout_seconds=SYNC_SECONDS)


def _path(api_name: str) -> str:
    return f"/rest/v1/customobjects/{quote(api_name, safe='')}.json"


def _split_by_key(target: Target, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows with the first of each key, and the others: Marketo refuses a key twice in one call."""
    keys = target.objects[rows[0].change.key.kind].key_fields
    firsts: dict[tuple[Any, ...], Row] = {}
    seconds = []
    for row in rows:
        if firsts.setdefault(_key(row.payload, keys), row) is not row:
            seconds.append(row)
    return list(firsts.values()), seconds


def _key(values: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(values.get(name)).strip() for name in names)


def _written_again(target: Target, path: str, rows: Sequence[Row]) -> Talk[dict[Key, Outcome]]:
    """Describe the object, and write rows without the fields that it does not have any more."""
    seen = target.objects[rows[0].change.key.kind]
    reply = yield describe_request(seen.api_name)
    shown = {str(field["name"]) for meta in results(reply) for field in meta.get("fields") or []}
    keep = (shown or set(rows[0].payload)) | set(seen.key_fields)  # an object not described is not guessed at
    again = [
        structs.replace(row, payload={name: value for name, value in row.payload.items() if name in keep})
        for row in rows
    ]
    reply = yield _upsert(path, again)
    told = outcomes(again, results(reply), "marketoGUID")
    return {found.key: _noted(found, row, keep) for found, row in zip(told, rows, strict=True)}


def _noted(found: Outcome, row: Row, keep: set[str]) -> Outcome:
    gone = [name for name in row.payload if name not in keep]
    notes = [f"the field {name} is not in the account any more: sent without it" for name in gone]
    return structs.replace(found, notes=(*found.notes, *notes))


def read_back(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Difference]]:
    """Compare rows with the account, found by their dedupe fields."""
    seen = target.objects[rows[0].change.key.kind]
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    token = "first"
    while token:
        reply = yield _lookup(seen, rows, "" if token == "first" else token)
        found |= {_key(item, seen.key_fields): item for item in results(reply)}
        token = str(reply.json().get("nextPageToken") or "")
    differences = []
    for row in rows:
        item = found.get(_key(row.payload, seen.key_fields))
        if item is None:
            differences.append(Difference(row.change.key, "", row.change.key.session, None))
        else:
            differences += compared(row, item)
    return differences


def _lookup(seen: ObjectSeen, rows: Sequence[Row], token: str) -> Request:
    """Return the query for rows by their key: a compound one goes as a POST that says it is a GET."""
    names = sorted({name for row in rows for name in row.payload} | set(seen.key_fields))
    more = {"nextPageToken": token} if token else {}
    if len(seen.key_fields) == 1:
        key = seen.key_fields[0]
        values = ",".join(str(row.payload[key]) for row in rows)
        return get(_path(seen.api_name), {"filterType": key, "filterValues": values, "fields": ",".join(names)} | more)
    body = {
        "filterType": "dedupeFields",
        "fields": names,
        "input": [{key: row.payload[key] for key in seen.key_fields} for row in rows],
        **more,
    }
    return post(f"{_path(seen.api_name)}?_method=GET", body, writing=False, timeout_seconds=SYNC_SECONDS)


class Steps(Struct, frozen=True):
    """Take an import one step on: hand over, look, collect.

    A row that clears a value goes by a call once the import has ended: nobody documents what an empty cell does.
    """

    def __call__(
        self, config: Config, target: Target, job: Job, rows: Sequence[Row]
    ) -> Talk[tuple[Job, list[Outcome] | None]]:
        """Return the job in its next state, with the outcomes once it was collected."""
        seen = target.objects[rows[0].change.key.kind]
        filling = [row for row in rows if not _clearing(row)]
        firsts, seconds = _split_by_key(target, filling) if filling else ([], [])
        path = f"/bulk/v1/customobjects/{quote(seen.api_name, safe='')}/import"
        if job.state == "new" and firsts:
            names = sorted({name for row in firsts for name in row.payload})
            content = sheet(names, (row.payload for row in firsts))
            return (yield from handed_over(upload(f"{path}.json?format=csv", content), len(firsts))), None
        path = f"{path}/{job.remote_id}"
        outcomes: list[Outcome] = []
        if firsts and job.state != "new":
            looking = job.state == "closed"
            told = yield from looked(path, job, len(firsts)) if looking else ended(path, seen.key_fields)
            if isinstance(told, Job):
                return told, None
            outcomes = imported(firsts, told, seen.key_fields)
        outcomes += [Outcome(row.change.key, _TWICE.for_record("1036")) for row in seconds]
        for some in fitting([row for row in rows if _clearing(row)]):
            outcomes += yield from write(config, target, some)
        return Job("collected", job.remote_id), outcomes


def fitting(rows: Sequence[Row]) -> list[list[Row]]:
    """Return rows in pieces that fit one call, by rows and by bytes."""
    made: list[list[Row]] = []
    size = 0
    for row in rows:
        if not made or len(made[-1]) == BATCH_ROWS or size + row.size_bytes > BATCH_BYTES:
            made.append([])
            size = 0
        made[-1].append(row)
        size += row.size_bytes
    return made


def _clearing(row: Row) -> bool:
    return any(value is None for value in row.payload.values())


def _dropped(config: Config, target: Target, job: Job) -> Talk[Job]:
    yield from ()
    return drop(job)


def _line_bytes(row: Row) -> int:
    return line_bytes(row.payload, len(OBJECTS[row.change.key.kind].fields))


BULK: Final = Bulk(
    IMPORT_ROWS, IMPORT_BYTES, IMPORT_LEAST, acts_at_once=True, step=Steps(), drop=_dropped, size=_line_bytes
)
WRITER: Final = Writer(BATCH_ROWS, BATCH_BYTES, render, group, write, read_back, BULK)
