"""People: who matches an e-mail or a known id, how a person is made, and whether they stand."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.clock import instant, iso
from turnout.destinations.kit import Difference, Row, Writer, cut_to_characters
from turnout.destinations.marketo.calls.leads import PATH, filter_request, flaw, folded, leads_by
from turnout.destinations.marketo.calls.members import membership_statuses
from turnout.destinations.marketo.fields import compared, size_bytes
from turnout.destinations.marketo.rules import outcomes, results
from turnout.values.bindings import Config
from turnout.values.changes import Change, Op
from turnout.values.records import Kind
from turnout.values.sightings import Candidate, Match, Seeking, Target
from turnout.values.verdicts import Outcome, Rule, Rules, Verdict
from turnout.wire import Talk, post

BATCH_ROWS: Final = 300
BATCH_BYTES: Final = 950_000  # Marketo takes 1 MB; the rest is for what stands around the rows
SYNC_SECONDS: Final = 100.0  # Marketo gives up after 90

_OWN: Final = Rules.of(
    "Turnout",
    Rule("email", Verdict.REJECT, "the e-mail address cannot be sent to Marketo", "correct the address at its source"),
)


def seek(config: Config, target: Target, seekings: Sequence[Seeking]) -> Talk[list[Match]]:
    """Answer who in the account matches each person: a known id first where it still stands, else the e-mail.

    Where several share an e-mail, `in_program` tells which of them are members already.
    """
    known = yield from leads_by("id", sorted({seeking.remote_id for seeking in seekings if seeking.remote_id}))
    by_id = {str(lead["id"]): lead for lead in known}
    emails = {folded(seeking.email) for seeking in seekings if seeking.remote_id not in by_id}
    found = yield from leads_by("email", sorted(email for email in emails if email and not flaw(email)))
    by_email: dict[str, list[dict[str, Any]]] = {}
    for lead in found:
        by_email.setdefault(folded(str(lead.get("email") or "")), []).append(lead)
    rivals = sorted({str(lead["id"]) for leads in by_email.values() if len(leads) > 1 for lead in leads})
    statuses = yield from membership_statuses(target.program_id, rivals)
    matches = []
    for seeking in seekings:
        standing = by_id.get(seeking.remote_id)
        leads = [standing] if standing else by_email.get(folded(seeking.email), [])
        matches.append(Match(seeking.person, tuple(_candidate(lead, seeking, statuses) for lead in leads)))
    return matches


def _candidate(lead: Mapping[str, Any], seeking: Seeking, statuses: Mapping[str, str]) -> Candidate:
    email = str(lead.get("email") or "")
    changed = folded(email) != folded(seeking.email)
    note = "the e-mail in the account is another than the event's" if changed else ""
    return Candidate(
        str(lead["id"]),
        email,
        modified=_moment(str(lead.get("updatedAt") or "")),
        in_program=str(lead["id"]) in statuses,
        note=note,
    )


def _moment(text: str) -> str:
    try:
        return iso(instant(text))
    except ValueError:
        return text


def render(config: Config, target: Target, change: Change) -> Row | Outcome:
    """Return a person as Marketo takes it: only fields that the account shows, cut to their widths."""
    email = folded(str(change.values.get("email") or ""))
    if said := flaw(email):
        return Outcome(change.key, _OWN.for_record("email", said))
    shown = target.objects[Kind.PERSON].fields
    payload: dict[str, Any] = {"email": email}
    notes = []
    for name, value in change.values.items():
        if name == "email" or name not in shown or not shown[name].writable or value in (None, ""):
            continue
        text = str(value)
        kept = cut_to_characters(text, shown[name].width or len(text))
        payload[shown[name].api_name] = kept
        if kept != text:
            notes.append(f"{name} was cut from {len(text)} to {len(kept)} characters, the width of its field")
    width = shown["email"].width if "email" in shown else 0
    if width and len(email) > width:
        return Outcome(change.key, _OWN.for_record("email", f"it is longer than {width} characters, and is never cut"))
    if change.op is Op.UPDATE:
        payload = {"id": int(change.remote_id), **payload}
    return Row(change, payload, size_bytes(payload), tuple(notes))


def group(change: Change) -> tuple[Any, ...]:
    """People to be made share calls, people to be changed share others."""
    return (change.op is Op.UPDATE,)


def write(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Outcome]]:
    """Make up to 300 people, or change known ones, in one call.

    New people are made with createOnly: an address that somebody else made meanwhile comes back as 1005
    and is matched, where createOrUpdate would write over that person's fields.
    """
    if rows[0].change.op is Op.UPDATE:
        body: dict[str, Any] = {"action": "updateOnly", "lookupField": "id"}
    else:
        body = {"action": "createOnly", "lookupField": "email"}
        if partition := config.get("partition"):
            body["partitionName"] = partition
    body["input"] = [row.payload for row in rows]
    reply = yield post(PATH, body, timeout_seconds=SYNC_SECONDS)
    return outcomes(rows, results(reply), "id")


def read_back(config: Config, target: Target, rows: Sequence[Row]) -> Talk[list[Difference]]:
    """Compare people with the account: that they stand, and what was written of those Turnout wrote."""
    api_names = sorted({name for row in rows for name in row.payload} | {"id"})
    ids = sorted({row.change.remote_id for row in rows if row.change.remote_id})
    found: list[dict[str, Any]] = []
    if ids:
        params = {"filterType": "id", "filterValues": ",".join(ids), "fields": ",".join(api_names)}
        reply = yield filter_request(PATH, params)
        found = results(reply)
    by_id = {str(lead["id"]): lead for lead in found}
    differences = []
    for row in rows:
        lead = by_id.get(row.change.remote_id)
        if lead is None:
            differences.append(Difference(row.change.key, "", row.change.remote_id, None))
        elif not row.change.settle:
            differences += compared(row, lead)
    return differences


WRITER: Final = Writer(BATCH_ROWS, BATCH_BYTES, render, group, write, read_back)
