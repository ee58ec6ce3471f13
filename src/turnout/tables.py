"""The tables of the state database, as data: SQLite on one machine, PostgreSQL beyond it.

Times are seconds since the epoch, UTC; texts of structure are JSON.
"""

from typing import Any, Final

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

METADATA: Final = MetaData()


def _text(name: str, **more: Any) -> Column[Any]:
    return Column(name, Text, nullable=False, server_default="", **more)


def _time(name: str, **more: Any) -> Column[Any]:
    return Column(name, Float, nullable=False, server_default="0", **more)


def _count(name: str, default: int = 0) -> Column[Any]:
    return Column(name, Integer, nullable=False, server_default=str(default))


def _key(name: str) -> Column[Any]:
    return Column(name, String(200), primary_key=True)


# What arrived, as it came. `reason` is empty, or says why it cannot be read: that row is the quarantine.
ARRIVAL: Final = Table(
    "arrival",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),
    Column("source", String(100), nullable=False),
    Column("digest", String(80), nullable=False),
    _time("received_at"),
    _text("body"),
    _text("origin"),
    _text("reason"),
    Index("arrival_once", "kind", "source", "digest", unique=True),
)

# One sealed file of beacons; `generation` is the one that consumed it, 0 while none has.
PART: Final = Table(
    "part",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("writer", String(100), nullable=False),
    _count("seq"),
    _text("path"),
    _count("rows"),
    _text("sha256"),
    _time("received_at"),
    _count("generation"),
    Index("part_once", "writer", "seq", unique=True),
)

# One atomic step of the running state of viewing sessions.
GENERATION: Final = Table(
    "generation",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("path"),
    _time("made_at"),
)

EVENT: Final = Table("event", METADATA, _key("id"), _text("name"), _time("starts_at"), _time("ends_at"))

SESSION: Final = Table(
    "session", METADATA, _key("entry_id"), _text("event_id"), _text("name"), _text("type"), _count("duration_ms")
)

CHANNEL: Final = Table("channel", METADATA, _key("id"), _text("name"))

# Which person an attendee is: made once, never re-made. `since` orders attendees.
ATTENDEE: Final = Table(
    "attendee", METADATA, _key("source"), _key("user"), _text("person"), _text("email"), _time("since")
)

# Two persons found to be one in an account.
ALIAS: Final = Table(
    "alias", METADATA, _key("person"), _text("into"), _text("account"), _text("remote_id"), _time("made_at")
)

# What is fixed once a row was first made: its home channel; the slot of a poll.
HOME: Final = Table("home", METADATA, _key("person"), _key("session"), _count("channel"))
SLOT: Final = Table("slot", METADATA, _key("session"), _key("poll"), _count("slot"))

# `settings` can be shown, `secrets` are encrypted with a key kept outside this database.
CONNECTION: Final = Table(
    "connection",
    METADATA,
    _key("name"),
    _text("kind"),
    _text("settings"),
    Column("secrets", LargeBinary, nullable=False),
    _count("version", 1),
    _time("made_at"),
    _time("paused_at"),
)

BINDING: Final = Table(
    "binding",
    METADATA,
    _key("id"),
    _text("event_id"),
    _text("connection"),
    _text("program"),
    _text("vocabulary"),
    _text("labels"),
    _text("options"),
    _count("mapping_version", 1),
    _time("made_at"),
)

SIGHTING: Final = Table(
    "sighting", METADATA, _key("account"), _key("kind"), _key("subject"), _text("value"), _time("read_at")
)

LEDGER: Final = Table(
    "ledger",
    METADATA,
    _key("account"),
    _key("binding"),
    _key("kind"),
    _key("person"),
    _key("session"),
    Column("channel", Integer, primary_key=True, autoincrement=False),
    _text("wanted"),
    _text("claimed"),
    _text("accepted"),
    _text("refused"),
    _text("parking"),
    _text("reason"),
    _text("code"),
    _text("remote_id"),
    _text("refs"),
    _text("values"),
    _text("shape"),
    _text("batch"),
    _time("due"),
    _count("attempts"),
    _time("claimed_at"),
    _time("accepted_at"),
    _time("confirmed_at"),
)

# A bulk job: what it carries are the ledger rows claimed under its number.
JOB: Final = Table(
    "job",
    METADATA,
    _key("account"),
    _key("number"),
    _text("binding"),
    _text("kind"),
    _text("state"),
    _text("remote_id"),
    _count("rows"),
    _time("due"),
    _time("made_at"),
)

# The sets of fields that rows were accepted with.
SHAPE: Final = Table("shape", METADATA, _key("id"), _text("fields"), _count("mapping_version"), _count("catalogue"))

# The history of each record, for a person to read.
MOVEMENT: Final = Table(
    "movement",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _time("at"),
    _text("account"),
    _text("key"),
    _text("what"),
    _text("detail"),
    _text("batch"),
    Index("movement_key", "account", "key"),
)

HALT: Final = Table("halt", METADATA, _key("account"), _key("stream"), _text("reason"), _text("code"), _time("at"))

RUN: Final = Table(
    "run",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _text("command"),
    _time("started_at"),
    _time("ended_at"),
    _text("summary"),
)

CALL: Final = Table(
    "call",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _count("run"),
    _text("account"),
    _time("at"),
    _time("seconds"),
    _text("method"),
    _text("path"),
    _count("writing"),
    _count("status"),
    _text("verdict"),
    _text("words"),
    _text("request_id"),
    _text("batch"),
    Index("call_batch", "account", "batch"),
)
