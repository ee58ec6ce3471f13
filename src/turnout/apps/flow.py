"""Commands of the flow: ingest, engagement, plan, sync, verify."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.progress import Progress

from turnout.apps.face import Face, counts, progressing, table
from turnout.apps.follow import followed
from turnout.errors import InputError
from turnout.pipeline.home import home
from turnout.pipeline.intake import pull, take_in
from turnout.pipeline.look import engagement as engagement_rows
from turnout.pipeline.rehearse import Rehearsed, rehearse
from turnout.pipeline.sync import Synced, sync
from turnout.pipeline.verify import Sheet, Verified, verify
from turnout.sources.files import Ingested, ingest
from turnout.sources.kaltura.pulling.told import Pulled
from turnout.sources.schemas import template as template_of

Hidden = Annotated[Face, Parameter(parse=False)]
KINDS = ("beacons", "registrations", "engagement", "interactions", "polls")
SHOWN = {
    "event": "event_id",
    "session": "entry_id",
    "chan.": "channel_id",
    "plays": "plays",
    "vod": "vod_minutes_viewed",
    "live": "live_minutes_viewed",
    "done %": "total_vod_completion_rate",
    "ratio": "combined_live_engaged_users_play_time_ratio",
    "polls": "answered_polls",
    "react.": "total_reactions_activity",
}
"""The columns shown to people (vod and live in minutes), by their short headers; with --json there are all."""


SHOWN_ASIDE = 20


def add_to(app: App) -> None:
    """Add the commands of this module to the command line."""
    for name, command in (
        ("ingest", ingested), ("pull", pulled),
        ("engagement", engagement), ("plan", planned), ("sync", synced), ("verify", verified),
    ):  # fmt: skip
        app.command(command, name=name)


def pulled(name: str, /, *, event: str = "", face: Hidden) -> int:
    """Read a Kaltura account: events, registrations, statuses, polls and reports; only what changed since.

    Parameters
    ----------
    name
        The connection, made with `turnout connect kaltura NAME`.
    event
        Only this virtual event; without it all that the account has.
    """
    with home(face.home) as opened, progressing() as bar:
        task = bar.add_task(f"pulling {name}", total=None)
        found = pull(opened, name, event, progress=lambda told: bar.update(task, completed=sum(told.new.values())))
    face.show(found, [part for one in found for part in _pull_told(one)])
    return 75 if any(one.later for one in found) else 3 if any(one.refused for one in found) else 0


def _pull_told(told: Pulled) -> Iterable[Any]:
    yield f"{told.name or told.event} ({told.event}): {told.sessions} sessions, {told.calls} calls."
    yield f"New: {counts(told.new)}."
    if told.gone:
        yield f"Deleted in Kaltura, left as they are in the accounts: {', '.join(told.gone)}."
    if told.waiting:
        yield f"{told.waiting} calls for single persons wait for the next pull (calls_per_pull)."
    if told.unnamed:
        yield f"{told.unnamed} rows of reports could not be told to belong to one person."
    if told.unreadable:
        yield f"{len(told.unreadable)} rows are kept aside: {told.unreadable[0]}"
    if told.refused:
        yield table("Refused", ("what", "why, and whom to ask"), sorted(told.refused.items()))
    if told.later:
        yield f"Come back later: {told.later}"


def ingested(
    kind: str,
    files: Annotated[list[Path] | None, Parameter(negative=())] = None,
    /,
    *,
    source: str = "kaltura",
    template: Annotated[bool, Parameter(negative=())] = False,
    face: Hidden,
) -> int:
    """Take in files; what cannot be read is kept aside with its reason, and the rest goes on.

    Parameters
    ----------
    kind
        beacons, registrations, engagement, interactions or polls.
    files
        CSV or JSON Lines; beacons are JSON Lines.
    source
        What the source is called; with the user id it names an attendee.
    template
        Print a template of the kind instead.
    """
    if kind not in KINDS:
        raise InputError(f"there is no kind {kind!r} to ingest", f"choose one of: {', '.join(KINDS)}")
    if template:
        face.show({"template": template_of(kind)}, [template_of(kind)])
        return 0
    if not files:
        raise InputError("no file is named", f"turnout ingest {kind} FILE...; --template prints the form")
    with home(face.home) as opened, progressing() as bar:
        progress = counted(bar, f"ingesting {kind}")
        done = ingest(opened.path, opened.engine, kind, files, source=source, clock=opened.clock, progress=progress)
        if kind == "beacons":
            take_in(opened)
    face.show(done, _ingested(kind, done))
    return 1 if done.quarantined else 0


def _ingested(kind: str, done: Ingested) -> Iterable[Any]:
    yield f"{done.read} {kind} read: {done.new} new, {done.known} known already, {len(done.quarantined)} kept aside"
    if done.quarantined:
        yield table("Kept aside (quarantine)", ("where", "why"), done.quarantined[:SHOWN_ASIDE])
    if len(done.quarantined) > SHOWN_ASIDE:
        yield f"and {len(done.quarantined) - SHOWN_ASIDE} more; --json lists all"


def counted(bar: Progress, what: str) -> Callable[[int], None]:
    """Return what tells a new line of the display how far it is."""
    task = bar.add_task(what, total=None)
    return lambda done: bar.update(task, completed=done)


def engagement(
    *,
    event: str = "",
    follow: Annotated[bool, Parameter(negative=())] = False,
    every: float = 10.0,
    face: Hidden,
) -> int:
    """Print the metric rows as they would be sent: every person and session seen.

    Parameters
    ----------
    follow
        Go on until Ctrl-C: print the attendees whose numbers changed, and how old what is new was at each hop.
    every
        With --follow, how many seconds lie between two looks.
    """
    if follow:
        return followed(face, event, every)
    with home(face.home) as opened:
        take_in(opened)
        rows = engagement_rows(opened, event)
    shown = [(row["email"] or row["user"], *(row[name] for name in SHOWN.values())) for row in rows]
    face.show(
        rows,
        [
            table("Engagement", ("who", *SHOWN), shown),
            f"{len(rows)} rows, vod and live in minutes; --json has every column.",
        ],
    )
    return 0


def planned(*, event: str = "", connection: str = "", face: Hidden) -> int:
    """Rehearse a sync against the live accounts: nothing is written."""
    with home(face.home) as opened, progressing() as bar:
        bar.add_task("rehearsing", total=None)
        take_in(opened)
        found = rehearse(opened, connection=connection, event_id=event)
    face.show(found, (line for one in found for line in _rehearsed(one)))
    return 3 if any(one.stopped for one in found) else 0


def _rehearsed(one: Rehearsed) -> Iterable[Any]:
    rows = [
        ("would be created", counts(one.create)),
        ("would be updated", counts(one.update)),
        ("people matched in the account", one.matched),
        *((f"left to people: {reason}", number) for reason, number in one.kept.items()),
        *((f"would be {reason}", number) for reason, number in one.parked.items()),
        *((f"would wait: {reason}", number) for reason, number in one.waiting.items()),
        ("texts that would be cut", one.cut),
        ("writing calls", one.writes),
        ("reading calls made for this", one.reads),
        ("seconds at the pace granted, at least", f"{one.seconds:g}"),
        *(("stopped", f"{stream}: {reason}") for stream, reason in one.stopped.items()),
    ]
    yield table(f"What a sync would do in {one.connection}", ("", ""), rows)


def synced(*, event: str = "", connection: str = "", face: Hidden) -> int:
    """Bring the accounts up to what the facts say."""
    with home(face.home) as opened, progressing() as bar:
        bar.add_task("syncing", total=None)
        take_in(opened)
        found = sync(opened, connection=connection, event_id=event)
    face.show(found, sync_told(found))
    if any(one.halted for one in found):
        return 3
    if any(one.later for one in found):
        return 75
    return 1 if any(one.parked_anew for one in found) else 0


def sync_told(found: Sequence[Synced]) -> Iterable[Any]:
    """Yield what a sync did, for people."""
    columns = ("connection", "created", "updated", "unchanged", "held", "rejected", "calls", "seconds")
    yield table("Sync", columns, [[getattr(one, name) for name in columns] for one in found])
    for one in found:
        for reason, number in one.waiting.items():
            yield f"{one.connection}: {number} records wait: {reason}"
        for stream, reason in one.halted.items():
            yield f"{one.connection}: {stream} is stopped: {reason}"
        if one.later:
            yield f"{one.connection}: come back later: {one.later}"


def verified(*, event: str = "", connection: str = "", face: Hidden) -> int:
    """Read back what was accepted, name every difference, and print the balance sheet."""
    with home(face.home) as opened, progressing() as bar:
        bar.add_task("reading back", total=None)
        take_in(opened)
        found = verify(opened, connection=connection, event_id=event)
    face.show([verified_json(one) for one in found], (line for one in found for line in verify_told(one)))
    if any(one.refused for one in found):
        return 3
    closes = all(sheet.closes for one in found for sheet in one.sheets)
    return 0 if closes and not any(one.differences for one in found) else 1


def verified_json(one: Verified) -> dict[str, Any]:
    """Return what a read-back found, with whether each sheet closes."""
    return {
        "connection": one.connection,
        "read": one.read,
        "differences": one.differences,
        "sheets": [{"closes": sheet.closes, "sheet": sheet} for sheet in one.sheets],
        "calls": one.calls,
        "refused": one.refused,
    }


def verify_told(one: Verified) -> Iterable[Any]:
    """Yield what a read-back found, for people: the sheets, then the differences by name."""
    for sheet in one.sheets:
        yield sheet_table(sheet)
    if one.refused:
        yield f"{one.connection} could not be read whole: {one.refused}"
    if one.differences:
        rows = [(d.email, d.kind, d.field or "(the record is gone)", d.expected, d.found) for d in one.differences]
        yield table(f"Differences in {one.connection}", ("who", "what", "field", "expected", "found"), rows)
    else:
        yield f"{one.connection}: {one.read} records read back, no differences"


_BESIDE = ("unconfirmed", "kept", "withdrawn")


def sheet_table(sheet: Sheet) -> Any:
    """Return a balance sheet as a table; what stands beside the sum is shown where there is any."""
    columns = ("source", "delivered", "excluded", "held", "rejected", "waiting")
    beside = [name for name in _BESIDE if any(getattr(line, name) for line in sheet.lines)]
    rows = [
        [line.kind, *(getattr(line, name) for name in columns), "yes" if line.closes else "NO",
         *(getattr(line, name) for name in beside)]
        for line in sheet.lines
    ]  # fmt: skip
    title = f"{sheet.event_name} ({sheet.event_id}) in {sheet.connection}: {sheet.program}"
    return table(title, ("records", *columns, "closes", *(f"({name})" for name in beside)), rows)
