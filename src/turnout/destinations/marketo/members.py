"""Members: who is in the program and with what status, and how a status is written."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import structs

from turnout.destinations.kit import Difference, Row, Writer
from turnout.destinations.marketo.fields import compared, size_bytes
from turnout.destinations.marketo.rules import outcomes, results
from turnout.values.bindings import Config
from turnout.values.changes import Change
from turnout.values.sightings import Membership, Seeking, Target
from turnout.values.verdicts import Outcome, Rule, Rules, Verdict
from turnout.wire import Talk, get, post

BATCH_ROWS: Final = 300
BATCH_BYTES: Final = 950_000
WRITE_SECONDS: Final = 100.0
NOT_A_MEMBER: Final = "Not in Program"  # step 0 of every channel: Marketo's word for no membership
_STATUS: Final = "statusName"

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
    told = [(row, _label(row.payload)) for row in rows]
    labelled = [place for place, (_, label) in enumerate(told) if label and _accepted(given[place])]
    if labelled:
        body = {"input": [{"leadId": rows[place].payload["leadId"], **told[place][1]} for place in labelled]}
        reply = yield post(f"{path}.json", body, timeout_seconds=WRITE_SECONDS)
        chosen = [rows[place] for place in labelled]
        for place, found in zip(labelled, outcomes(chosen, results(reply), "leadId"), strict=True):
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


WRITER: Final = Writer(BATCH_ROWS, BATCH_BYTES, render, group, write, read_back)
