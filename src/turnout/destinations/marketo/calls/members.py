"""Members: who is in the program and with what status, and how a status is written."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from msgspec import Struct, structs

from turnout.destinations.kit import Bulk, Difference, Job, Row, Writer
from turnout.destinations.marketo.account.target import OUTSIDE
from turnout.destinations.marketo.calls.imports import (
    IMPORT_BYTES,
    IMPORT_LEAST,
    IMPORT_ROWS,
    Ended,
    drop,
    ended,
    handed_over,
    looked,
)
from turnout.destinations.marketo.calls.leads import folded, leads_by
from turnout.destinations.marketo.calls.sheets import line_bytes, sheet, upload
from turnout.destinations.marketo.fields import compared, size_bytes
from turnout.destinations.marketo.rules import outcomes, results
from turnout.values.bindings import Config
from turnout.values.changes import Change
from turnout.values.records import Key
from turnout.values.sightings import Membership, Seeking, Target
from turnout.values.verdicts import Outcome, Rule, Rules, Verdict
from turnout.wire import Talk, get, post

BATCH_ROWS: Final = 300
BATCH_BYTES: Final = 950_000
WRITE_SECONDS: Final = 100.0
NOT_A_MEMBER: Final = "Not in Program"  # step 0 of every channel: Marketo's word for no membership
_STATUS: Final = "statusName"
_EMAIL: Final = "email"
_PASSED: Final = "1037"

_OWN: Final = Rules.of(
    "Turnout",
    Rule("status", Verdict.REJECT, "there is no status to give this member", "map Kaltura's status to the channel's"),
)


def members(config: Config, target: Target, seekings: Sequence[Seeking]) -> Talk[list[Membership]]:
    """Answer for each person whether they are a member of the program, and with what status."""
    ids = sorted({seeking.remote_id for seeking in seekings if seeking.remote_id})
    statuses = yield from membership_statuses(target.program_id, ids)
    return [
        Membership(seeking.person, seeking.remote_id, statuses[seeking.remote_id])
        if seeking.remote_id in statuses
        else Membership(seeking.person)
        for seeking in seekings
    ]


def membership_statuses(program_id: str, lead_ids: Sequence[str]) -> Talk[dict[str, str]]:
    """Return {lead id: status} of those who are members of the program."""
    found = yield from _members(program_id, lead_ids, (_STATUS,))
    return {lead_id: str(item.get(_STATUS) or "") for lead_id, item in found.items()}


def _members(program_id: str, lead_ids: Sequence[str], names: Sequence[str]) -> Talk[dict[str, dict[str, Any]]]:
    """Return {lead id: member} with the named fields; people who are not in the program are left out."""
    found: dict[str, dict[str, Any]] = {}
    if not program_id:
        return found
    for start in range(0, len(lead_ids), BATCH_ROWS):
        token = "first"
        while token:
            params = {
                "filterType": "leadId",
                "filterValues": ",".join(lead_ids[start : start + BATCH_ROWS]),
                "fields": ",".join(("leadId", *names)),
            }
            more = {} if token == "first" else {"nextPageToken": token}
            reply = yield get(f"/rest/v1/programs/{program_id}/members.json", params | more)
            found |= {str(item["leadId"]): item for item in results(reply)}
            token = str(reply.json().get("nextPageToken") or "")
    return {lead_id: item for lead_id, item in found.items() if item.get(_STATUS) != NOT_A_MEMBER}


def render(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return a member as Marketo takes it, with Kaltura's detailed label where a field for it is set."""
    if not change.status and not change.member_id:
        return Outcome(change.key, _OWN.for_record("status", str(change.values.get("status") or "")))
    payload: dict[str, Any] = {"leadId": int(change.person_id)}
    if change.status:
        payload[_STATUS] = change.status
    label = str(change.values.get("label") or "")
    if (name := config.get("status_reason_field")) and label and label != change.status:
        payload[name] = label
    return Row(change, payload, size_bytes(payload))


def group(change: Change) -> tuple[Any, ...]:
    """One call carries one status; lower steps go first, for a later one would make them be skipped."""
    return (change.step, change.status)


def write(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Give up to 300 people one status, making them members where they are not, then write their labels.

    "Already in or past this status" is accepted with a note, so that the member is read back.
    """
    path = f"/rest/v1/programs/{target.program_id}/members"
    given = [Outcome(row.change.key, remote_id=str(row.payload["leadId"])) for row in rows]
    if status := rows[0].payload.get(_STATUS):
        body = {_STATUS: status, "input": [{"leadId": row.payload["leadId"]} for row in rows]}
        reply = yield post(f"{path}/status.json", body, timeout_seconds=WRITE_SECONDS)
        given = [_named(row, found) for row, found in zip(rows, outcomes(rows, results(reply), "leadId"), strict=True)]
        if config.flag("leave_outside", False):
            given = yield from _led_back(target, path, rows, given=given)
    return (yield from _with_labels(path, rows, given))


def _led_back(target: Target, path: str, rows: Sequence[Row], *, given: list[Outcome]) -> Talk[list[Outcome]]:
    """Delete and make anew the members whom a status beside the ladder kept from theirs.

    Should this be cut off in between, they are no members any more, and the next look makes them again.
    """
    outside = set(target.more.get(OUTSIDE, "").split("\n"))
    if rows[0].payload[_STATUS] in outside:
        return given
    passed = [place for place, found in enumerate(given) if found.ruling.code == _PASSED]
    ids = [str(rows[place].payload["leadId"]) for place in passed]
    statuses = yield from membership_statuses(target.program_id, ids)
    out = [place for place, lead_id in zip(passed, ids, strict=True) if statuses.get(lead_id) in outside]
    if not out:
        return given
    people = [{"leadId": rows[place].payload["leadId"]} for place in out]
    yield post(f"{path}/delete.json", {"input": people}, timeout_seconds=WRITE_SECONDS)
    body = {_STATUS: rows[0].payload[_STATUS], "input": people}
    reply = yield post(f"{path}/status.json", body, timeout_seconds=WRITE_SECONDS)
    again = outcomes([rows[place] for place in out], results(reply), "leadId")
    for place, found in zip(out, again, strict=True):
        note = "the membership was deleted and made anew, to lead it back"
        named = _named(rows[place], found)
        given[place] = structs.replace(named, notes=(*named.notes, note))
    return given


def _with_labels(path: str, rows: Sequence[Row], given: list[Outcome]) -> Talk[list[Outcome]]:
    """Write the labels of those who are members now; a label that is refused costs no member its status."""
    told = [_label(row.payload) for row in rows]
    labelled = [place for place, label in enumerate(told) if label and _accepted(given[place])]
    for start in range(0, len(labelled), BATCH_ROWS):
        some = labelled[start : start + BATCH_ROWS]
        body = {"input": [{"leadId": rows[place].payload["leadId"], **told[place]} for place in some]}
        reply = yield post(f"{path}.json", body, timeout_seconds=WRITE_SECONDS)
        chosen = [rows[place] for place in some]
        for place, found in zip(some, outcomes(chosen, results(reply), "leadId"), strict=True):
            given[place] = _labelled(given[place], found)
    return given


def _named(row: Row, found: Outcome) -> Outcome:
    """Return the outcome with the member's id: a skipped one comes without."""
    remote_id = str(row.payload["leadId"]) if _accepted(found) else ""
    return structs.replace(found, remote_id=remote_id)


def _labelled(given: Outcome, found: Outcome) -> Outcome:
    if _accepted(found):
        return given
    return structs.replace(given, notes=(*given.notes, f"the label was not written: {found.ruling.sentence()}"))


def _label(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in {"leadId", _STATUS}}


def _accepted(outcome: Outcome) -> bool:
    return outcome.ruling.verdict is Verdict.ACCEPT


def read_back(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Difference]]:
    """Compare members with the account: that they are in the program, and their status."""
    names = sorted({name for row in rows for name in (_STATUS, *row.payload)} - {"leadId"})
    ids = sorted({str(row.payload["leadId"]) for row in rows})
    found = yield from _members(target.program_id, ids, names)
    differences = []
    for row in rows:
        member = found.get(str(row.payload["leadId"]))
        if member is None:
            differences.append(Difference(row.change.key, "", row.payload.get(_STATUS, ""), None))
        else:
            differences += compared(row, member)
    return differences


class Steps(Struct, frozen=True):
    """Take an import of members one step on: it carries one status, and knows people by their e-mail alone.

    Only those go by it whose address stands in the account once, with the known person: else it would make
    somebody anew, or a stranger a member. The others, and whom the import left out, are given their status by
    a call once it has ended.
    """

    def __call__(
        self, config: Config, target: Target, job: Job, rows: Sequence[Row]
    ) -> Talk[tuple[Job, list[Outcome] | None]]:
        """Return the job in its next state, with the outcomes once it was collected."""
        path = "/bulk/v1/program"
        if job.state == "new" and _STATUS in rows[0].payload and (safe := (yield from _safe(rows))):
            content = sheet((_EMAIL,), ({_EMAIL: _email(row)} for row in safe))
            asked = urlencode({"format": "CSV", "programMemberStatus": str(rows[0].payload[_STATUS])})
            request = upload(f"{path}/{target.program_id}/members/import.json?{asked}", content)
            return (yield from handed_over(request, len(safe))), None
        path = f"{path}/members/import/{job.remote_id}"
        members_in: frozenset[Key] = frozenset()
        if job.state != "new":
            told = yield from looked(path, job, len(rows)) if job.state == "closed" else ended(path, (_EMAIL,))
            if isinstance(told, Job):
                return told, None
            members_in = yield from _members_in(target, told, rows)
        written = [row for row in rows if row.change.key in members_in]
        given = [Outcome(row.change.key, remote_id=str(row.payload["leadId"])) for row in written]
        given = yield from _with_labels(f"/rest/v1/programs/{target.program_id}/members", written, given)
        left = [row for row in rows if row.change.key not in members_in]
        for start in range(0, len(left), BATCH_ROWS):
            given += yield from write(config, target, left[start : start + BATCH_ROWS])
        return Job("collected", job.remote_id), given


def _email(row: Row) -> str:
    return folded(str(row.change.values.get(_EMAIL) or ""))


def _safe(rows: Sequence[Row]) -> Talk[list[Row]]:
    """Return the rows whose e-mail address stands in the account once, and with the row's own person."""
    found: dict[str, list[str]] = {}
    for lead in (yield from leads_by(_EMAIL, sorted({email for row in rows if (email := _email(row))}))):
        found.setdefault(folded(str(lead.get(_EMAIL) or "")), []).append(str(lead["id"]))
    return [row for row in rows if found.get(_email(row)) == [str(row.payload["leadId"])]]


def _members_in(target: Target, told: Ended | None, rows: Sequence[Row]) -> Talk[frozenset[Key]]:
    """Return whom an import gave their status: by its counters and files, else by reading their memberships."""
    if told and told.whole and told.status == "complete" and told.processed + told.failed >= len(rows):
        out = told.refused.keys() | told.doubted.keys()
        return frozenset(row.change.key for row in rows if (_email(row),) not in out)
    ids = {row.change.key: str(row.payload["leadId"]) for row in rows}
    statuses = yield from membership_statuses(target.program_id, sorted(ids.values()))
    return frozenset(row.change.key for row in rows if statuses.get(ids[row.change.key]) == row.payload[_STATUS])


def _dropped(config: Config, target: Target, job: Job) -> Talk[Job]:
    yield from ()
    return drop(job)


def _line_bytes(row: Row) -> int:
    return line_bytes({_EMAIL: _email(row)}, 1)


BULK: Final = Bulk(
    IMPORT_ROWS, IMPORT_BYTES, IMPORT_LEAST, acts_at_once=True, step=Steps(), drop=_dropped, size=_line_bytes
)
WRITER: Final = Writer(BATCH_ROWS, BATCH_BYTES, render, group, write, read_back, BULK)
