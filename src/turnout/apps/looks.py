"""Commands that show how things stand: status, runs, explain, rejects, holds."""

from collections.abc import Iterable
from typing import Annotated, Any

from cyclopts import App, Parameter

from turnout.apps.face import Face, brief, counts, table
from turnout.clock import iso
from turnout.database import transaction
from turnout.pipeline import look, setup
from turnout.pipeline.home import chosen_connections, home
from turnout.state.journal import runs as latest_runs
from turnout.values.rows import Stand

Hidden = Annotated[Face, Parameter(parse=False)]


def add_to(app: App) -> None:
    """Add the commands of this module to the command line."""
    app.command(status, name="status")
    app.command(runs, name="runs")
    app.command(explain, name="explain")
    rejects = App(name="rejects", help="Records that were refused: by an account, or by our own checks.")
    rejects.command(rejects_list, name="list")
    rejects.command(rejects_retry, name="retry")
    rejects.default(rejects_list)
    holds = App(name="holds", help="Records that wait for a person's decision.")
    holds.command(holds_list, name="list")
    holds.default(holds_list)
    app.command(rejects)
    app.command(holds)


def status(*, face: Hidden) -> int:
    """Show how the records of each connection stand."""
    with home(face.home) as opened:
        found = look.status(opened)
    columns = ("connection", "kind", "records", "latest success", "stopped")
    rows = [
        (one["connection"], one["kind"], counts(one["stands"]), one["latest_success"], len(one["stopped"]))
        for one in found
    ]
    stopped = [f"{one['connection']}: {s['stream']} is stopped: {s['reason']}" for one in found for s in one["stopped"]]
    face.show(found, [table("Status", columns, rows), *stopped])
    return 3 if stopped else 0


def runs(*, limit: int = 20, face: Hidden) -> int:
    """Show the latest runs, newest first."""
    with home(face.home) as opened, transaction(opened.engine) as database:
        found = latest_runs(database, limit)
    rows = [
        (run["id"], run["command"], iso(run["started_at"]), name, told["created"], told["updated"], told["calls"])
        for run in found
        for name, told in run["summary"].items()
    ]
    columns = ("run", "command", "started", "connection", "created", "updated", "calls")
    face.show(found, [table("Runs", columns, rows)])
    return 0


def explain(email: str, /, *, face: Hidden) -> int:
    """Tell one person's story: what arrived, what it came to, what was sent, and what came of it."""
    with home(face.home) as opened:
        found = look.explain(opened, email)
    face.show(found, _story(found))
    return 0


def _story(found: dict[str, Any]) -> Iterable[Any]:
    yield f"{found['email'] or '(no e-mail)'} is person {found['person']}: {', '.join(found['attendees'])}"
    yield from found["notes"]
    rows = [(one["at"], one["event"], one["status"], one["shown"]) for one in found["statuses"]]
    yield table("Attendance", ("at", "event", "Kaltura's word", "Kaltura's page shows"), rows)
    answers = [
        (
            one["session"],
            f"{one['slot']}{' (kept here only)' * one['kept_only']}",
            brief(one["question"]),
            brief(one["answer"]),
        )
        for one in found["polls"]
    ]
    if answers:
        yield table("Poll answers", ("session", "slot", "question", "answer"), answers)
    for account in found["accounts"]:
        yield from _account(account)


def _account(account: dict[str, Any]) -> Iterable[Any]:
    columns = ("record", "session", "channel", "stands", "status", "id", "reason")
    stands = [
        (
            one["kind"],
            one["session"],
            one["channel"] if one["kind"] == "engagement" else None,
            one["stands"],
            one["status"],
            one["remote_id"],
            one["reason"],
        )
        for one in account["records"]
    ]
    yield table(f"Records in {account['connection']}", columns, stands)
    answered = {step["record"] for step in account["history"] if step["what"] != "claimed"}
    steps = [
        (
            f"{step['at'][:19]}Z",
            step["record"].split("/")[1],
            step["what"],
            step["detail"],
            ", ".join(_short(call) for call in step["calls"]),
        )
        for step in account["history"]
        if step["what"] != "claimed" or step["record"] not in answered
    ]
    yield table(f"History in {account['connection']}", ("at", "record", "what", "detail", "call"), steps)


def _short(call: str) -> str:
    """Return a call without all of its path but the end, which tells what it was."""
    method, path, rest = call.split(" ", 2)
    return f"{method} .../{path.rsplit('/', 1)[-1]} {rest.partition(' ')[0]} {rest.partition(' ')[2].split(' ')[0]}"


def rejects_list(*, connection: str = "", face: Hidden) -> int:
    """List what was refused, with the reason and the way out."""
    return _parked(face, [Stand.REJECTED], title="Refused", connection=connection)


def holds_list(*, connection: str = "", face: Hidden) -> int:
    """List what waits for a person's decision."""
    return _parked(face, [Stand.HELD], title="Held", connection=connection)


def _parked(face: Face, stands: list[Stand], *, title: str, connection: str) -> int:
    with home(face.home) as opened:
        found = look.parked(opened, stands, connection)
    rows = [
        (one["connection"], one["email"] or one["user"], one["kind"], one["session"], one["reason"]) for one in found
    ]
    face.show(found, [table(title, ("connection", "who", "record", "session", "why"), rows)])
    return 0


def rejects_retry(*, connection: str = "", reason: str = "", face: Hidden) -> int:
    """Try parked records again: all, or those whose reason contains a text."""
    with home(face.home) as opened:
        told = {one.name: setup.retry(opened, one.name, reason) for one in chosen_connections(opened, connection)}
    face.show(told, [f"{number} records of {name} go again with the next sync" for name, number in told.items()])
    return 0
