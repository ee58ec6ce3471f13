"""Look at what is known: metric rows, parked records, one person's story, how things stand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from turnout.clock import iso
from turnout.database import transaction
from turnout.errors import InputError
from turnout.ledger.ledger import Ledger
from turnout.metrics.catalogue import METRICS
from turnout.pipeline.gather import gathered
from turnout.pipeline.home import Home, chosen_connections
from turnout.records.derive import records
from turnout.records.people import Person, normal_email
from turnout.records.polls import SLOTS
from turnout.records.statuses import STATUS
from turnout.state import journal
from turnout.values.records import Key, Kind, Record
from turnout.values.rows import LedgerRow, Stand, stand

ROW_COLUMNS = ("entry_id", "entry_name", "email", "user", "channel_id", "channel_name")


def engagement(home: Home, event_id: str = "") -> list[dict[str, Any]]:
    """Return what would be sent for every person and session seen, also of events that are not registered.

    One dict a row: event_id, the columns of the vendors' documents, None where missing.
    """
    found = []
    for one in gathered(home, event_id):
        for record in records(one.facts, one.event.id):
            if record.key.kind is Kind.ENGAGEMENT:
                values = {name: record.values.get(name) for name in (*ROW_COLUMNS, *(m.name for m in METRICS))}
                found.append({"event_id": one.event.id, "person": record.key.person, **values})
    return sorted(found, key=lambda row: (row["event_id"], row["entry_id"], str(row["email"]), row["channel_id"]))


def status(home: Home) -> list[dict[str, Any]]:
    """Return for each connection how its records stand, its stopped streams and its latest success."""
    told = []
    for connection in chosen_connections(home):
        rows = Ledger(home.engine, connection.name, home.clock).rows.values()
        with transaction(home.engine) as database:
            stopped = journal.halts(database, connection.name)
        latest = max((row.accepted_at for row in rows), default=0.0)
        told.append(
            {
                "connection": connection.name,
                "kind": connection.kind,
                "paused": connection.paused,
                "stands": dict(Counter(stand(row) for row in rows)),
                "stopped": [{"stream": halt.stream, "reason": halt.reason, "since": iso(halt.at)} for halt in stopped],
                "latest_success": iso(latest) if latest else None,
                "latest_success_age_seconds": round(home.clock.now() - latest) if latest else None,
            }
        )
    return told


def parked(home: Home, stands: Iterable[Stand], connection: str = "") -> list[dict[str, Any]]:
    """Return the records that stand in one of `stands`, each with its person's e-mail and user id, and the reason."""
    people = _people(home)
    wanted = frozenset(stands)
    return [
        {
            "connection": chosen.name,
            "email": people[key.person].email if key.person in people else "",
            "user": people[key.person].user if key.person in people else "",
            "kind": key.kind.value,
            "binding": key.binding,
            "session": key.session,
            "code": row.code,
            "reason": row.reason,
        }
        for chosen in chosen_connections(home, connection)
        for key, row in sorted(Ledger(home.engine, chosen.name, home.clock).rows.items())
        if stand(row) in wanted
    ]


def explain(home: Home, email: str) -> dict[str, Any]:
    """Return one person's story: attendees, statuses, rows, and in each account every record and its history.

    Raises InputError where nobody has that address or user id.
    """
    wanted = normal_email(email)
    everything = gathered(home)
    people = everything[0].facts.persons if everything else ()
    named = [one for one in people if one.email == wanted or any(wanted == who.user.lower() for who in one.attendees)]
    if not named:
        raise InputError(
            f"nobody is known as {email!r}", "look in the registrations, or in the quarantine of an ingest"
        )
    person = named[0]
    return {
        "person": person.id,
        "email": person.email,
        "attendees": [f"{who.source}: {who.user}" for who in person.attendees],
        "notes": list(person.notes),
        "statuses": [
            {"event": one.event.id, "at": iso(seen.at), "status": seen.word, "shown": STATUS[seen.word].shown}
            for one in everything
            for who in person.attendees
            for seen in sorted(one.facts.history.get(who, ()))
        ],
        "polls": [
            {
                "event": one.event.id,
                "session": answer.session,
                "slot": one.facts.slots[answer.session, answer.poll],
                "question": answer.question,
                "answer": answer.answer,
                "kept_only": one.facts.slots[answer.session, answer.poll] > SLOTS,
            }
            for one in everything
            for answer in sorted(one.facts.answers, key=lambda told: (told.session, told.launched_at, told.answered_at))
            if answer.person == person.id
        ],
        "records": [
            _told(record)
            for one in everything
            for record in records(one.facts, one.event.id)
            if record.key.person == person.id
        ],
        "accounts": [_in_account(home, chosen.name, person.id) for chosen in chosen_connections(home)],
    }


def _told(record: Record) -> dict[str, Any]:
    values = {name: value for name, value in record.values.items() if value is not None}
    return {"kind": record.key.kind.value, "session": record.key.session, "event": record.key.binding, "values": values}


def _in_account(home: Home, name: str, person: str) -> dict[str, Any]:
    ledger = Ledger(home.engine, name, home.clock)
    mine: Sequence[tuple[Key, LedgerRow]] = sorted(
        (key, row) for key, row in ledger.rows.items() if key.person == person
    )
    history = ledger.history(person)
    with transaction(home.engine) as database:
        calls = {step["batch"]: journal.calls_of(database, name, step["batch"]) for step in history if step["batch"]}
    return {
        "connection": name,
        "records": [
            {
                "kind": key.kind.value,
                "binding": key.binding,
                "session": key.session,
                "channel": key.channel,
                "stands": stand(row).value,
                "status": row.values.get("written") or None,
                "reason": row.reason or _fallen_back(row),
                "remote_id": row.remote_id,
                "accepted_at": iso(row.accepted_at) if row.accepted_at else None,
            }
            for key, row in mine
        ],
        "history": [_step(step, calls) for step in history],
    }


def _fallen_back(row: LedgerRow) -> str:
    """Return that a member stands with an earlier status, since the account has no name for the latest."""
    values, written = row.values, row.values.get("written")
    if not written or "before" not in values or written in (values["code"], values["label"]):
        return ""
    return f"the account has no status for Kaltura's {values['status']!r}: the one before it stands"


def _step(step: Mapping[str, Any], calls: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    carried = [
        f"{call['method']} {call['path']} -> {call['status']} {call['request_id']}".strip()
        for call in calls.get(step["batch"], ())
    ]
    return {
        "at": iso(step["at"]),
        "record": step["key"],
        "what": step["what"],
        "detail": step["detail"],
        "calls": carried,
    }


def _people(home: Home) -> dict[str, Person]:
    everything = gathered(home)
    return {person.id: person for person in everything[0].facts.persons} if everything else {}
