"""rows -> an import: handed over in one call, watched until it ended, and read row by row."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from turnout.destinations.kit import Job, Row
from turnout.destinations.marketo.calls.sheets import lines
from turnout.destinations.marketo.rules import RULES, Probe, probe, refusal, results
from turnout.values.verdicts import Outcome, Ruling, Verdict
from turnout.wire import Request, Talk, get

IMPORT_BYTES: Final = 9_900_000
"""Marketo takes 10 MB; the rest is for the form around the sheet."""

IMPORT_ROWS: Final = 200_000
IMPORT_LEAST: Final = 2_000
FULL: Final = ("1016", "1019", "1029")
"""Ten imports are queued for everybody together, or one that must end first is running: nothing was taken."""

FULL_SECONDS: Final = 60.0
ROWS_A_SECOND: Final = 1_000
"""What an import may be expected to do: it is looked at about when it should be done, which saves calls."""

LOOK_SECONDS: Final = (5.0, 60.0)
_ENDED: Final = frozenset({"complete", "failed", "cancelled"})
_GONE: Final = ("HTTP 404", "610", "702", "1003", "1013")
_REASONS: Final = ("Import Failure Reason", "Import Warning Reason")


class Ended(Struct, frozen=True):
    """What Marketo tells of an import that ended: its counters, and the reasons of rows by their keys.

    `refused` and `doubted` map a row's key to the reason that the file of failures or warnings names.
    """

    status: str
    message: str
    processed: int
    failed: int
    warned: int
    refused: Mapping[tuple[str, ...], str]
    doubted: Mapping[tuple[str, ...], str]

    @property
    def whole(self) -> bool:
        """Return whether each failure that was counted is named in the file of failures."""
        return len(self.refused) >= self.failed


def handed_over(request: Request, rows: int) -> Talk[Job]:
    """Hand a sheet over; where the queue of imports is full nothing was taken, and it is tried again later."""
    reply = yield probe(request, *FULL)
    if refusal(reply)[0] in FULL:
        return Job("new", "", FULL_SECONDS)
    made = results(reply)[0]
    return Job("closed", str(made.get("batchId") or made["importId"]), _patience(rows))


def looked(path: str, job: Job, rows: int) -> Talk[Job | Ended]:
    """Look at an import: under way; or how it ended; or done, where files of refused or doubted rows are to be read.

    Marketo forgets imports after seven days: nobody knows then how they ended.
    """
    told = yield from _status(path)
    if told is None:
        return Job("done", job.remote_id)
    if str(told.get("status", "")).lower() not in _ENDED:
        return Job("closed", job.remote_id, max(LOOK_SECONDS[0], _patience(rows) / 2))
    seen = _ended(told)
    return Job("done", job.remote_id) if seen.failed or seen.warned else seen


def _patience(rows: int) -> float:
    low, high = LOOK_SECONDS
    return min(high, max(low, rows / ROWS_A_SECOND))


def _status(path: str) -> Talk[dict[str, Any] | None]:
    reply = yield probe(get(f"{path}/status.json"), *_GONE)
    return None if refusal(reply)[0] else next(iter(results(reply)), None)


def ended(path: str, names: Sequence[str]) -> Talk[Ended | None]:
    """Return how an import ended, its refused and doubted rows told apart by `names`; None: nobody knows any more.

    The files are asked for only where the counters say that there is something in them.
    """
    told = yield from _status(path)
    if told is None:
        return None
    seen = _ended(told)
    return structs.replace(
        seen,
        refused=(yield from _file(f"{path}/failures.json", names)) if seen.failed else {},
        doubted=(yield from _file(f"{path}/warnings.json", names)) if seen.warned else {},
    )


def _ended(told: Mapping[str, Any]) -> Ended:
    counted = told.get("numOfObjectsProcessed", told.get("numOfLeadsProcessed"))
    return Ended(
        str(told.get("status", "")).lower(),
        str(told.get("message") or ""),
        int(counted or 0),
        int(told.get("numOfRowsFailed") or 0),
        int(told.get("numOfRowsWithWarning") or 0),
        {},
        {},
    )


def _file(path: str, names: Sequence[str]) -> Talk[dict[tuple[str, ...], str]]:
    reply = yield file_request(path)
    return {
        tuple(line.get(name, "").strip() for name in names): next((line[why] for why in _REASONS if why in line), "")
        for line in lines(reply)
    }


def file_request(path: str) -> Probe:
    """Return the request for a file of rows; that there is none is an answer."""
    return probe(get(path), "HTTP 404", "1013", "702")


def key_of(payload: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """Return what tells a row of an import from the others."""
    return tuple(str(payload.get(name, "")).strip() for name in names)


def reason_ruling(reason: str) -> Ruling:
    """Rule on the reason that a file of failures names: words, seldom a code."""
    code, _, rest = reason.partition(":")
    if code.strip().isdecimal() and len(code.strip()) in (3, 4):
        return RULES.for_record(code.strip(), rest.strip())
    folded = reason.lower()
    if "multiple lead" in folded:
        return RULES.for_record("1007", reason)
    if "not found" in folded:
        return RULES.for_record("1004", reason)
    return RULES.for_record("import failure", reason)


def imported(rows: Sequence[Row], told: Ended | None, names: Sequence[str]) -> list[Outcome]:
    """Return what became of each row of an import, by its counters and its files.

    "Complete" alone is no success. A row counts as accepted where it is not among the failures, all failures
    are named, and as many rows were worked on as were handed over; else it has no outcome, and is unsure.
    """
    if told is None:
        return []
    if told.status != "complete":
        ruling = RULES.for_record("import failed", told.message)
        return [Outcome(row.change.key, _lasting(ruling, told)) for row in rows]
    counted = told.whole and told.processed + told.failed >= len(rows)
    outcomes = []
    for row in rows:
        key = key_of(row.payload, names)
        if key in told.refused:
            outcomes.append(Outcome(row.change.key, reason_ruling(told.refused[key])))
        elif counted:
            notes = (f"imported with a warning: {told.doubted[key]}",) if key in told.doubted else ()
            outcomes.append(Outcome(row.change.key, remote_id=row.change.remote_id, notes=notes))
    return outcomes


def _lasting(ruling: Ruling, told: Ended) -> Ruling:
    """Return the ruling on the rows of an import that failed: some may be in where it had begun."""
    if told.processed:
        return Ruling(Verdict.UNSURE, ruling.code, ruling.words, ruling.meaning, ruling.fix)
    return ruling


def drop(job: Job) -> Job:
    """Return a job that is to be given up: no API takes an import back, so one that was taken goes on."""
    return Job("closed", job.remote_id) if job.remote_id else Job("dropped")
