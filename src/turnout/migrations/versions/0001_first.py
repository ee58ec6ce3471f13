"""The first tables, as they were then: nothing here changes when `tables.py` does."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    _make_what_arrives()
    _make_events()
    _make_people()
    _make_accounts()
    _make_ledger()
    _make_journal()


def downgrade() -> None:
    """Drop every table, with its indexes."""
    for name in (
        *("call", "run", "halt", "movement", "shape", "ledger", "sighting", "binding", "connection"),
        *("slot", "home", "alias", "attendee", "channel", "session", "event", "generation", "part", "arrival"),
    ):
        op.drop_table(name)


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]


def _time(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Float(), server_default="0", nullable=False) for name in names]


def _count(*names: str, default: str = "0") -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), server_default=default, nullable=False) for name in names]


def _word(name: str, width: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=width), nullable=False)


def _keys(*names: str) -> list[Any]:
    return [*(_word(name, 200) for name in names), sa.PrimaryKeyConstraint(*names)]


def _numbered() -> list[Any]:
    return [sa.Column("id", sa.Integer(), autoincrement=True, nullable=False), sa.PrimaryKeyConstraint("id")]


def _make_what_arrives() -> None:
    op.create_table(
        "arrival",
        *_numbered(),
        _word("kind", 40),
        _word("source", 100),
        _word("digest", 80),
        *_time("received_at"),
        *_text("body", "origin", "reason"),
    )
    op.create_index("arrival_once", "arrival", ["kind", "source", "digest"], unique=True)
    op.create_table(
        "part",
        *_numbered(),
        _word("writer", 100),
        *_count("seq"),
        *_text("path"),
        *_count("rows"),
        *_text("sha256"),
        *_time("received_at"),
        *_count("generation"),
    )
    op.create_index("part_once", "part", ["writer", "seq"], unique=True)
    op.create_table("generation", *_numbered(), *_text("path"), *_time("made_at"))


def _make_events() -> None:
    op.create_table("event", *_keys("id"), *_text("name"), *_time("starts_at", "ends_at"))
    op.create_table("session", *_keys("entry_id"), *_text("event_id", "name", "type"), *_count("duration_ms"))
    op.create_table("channel", *_keys("id"), *_text("name"))


def _make_people() -> None:
    op.create_table("attendee", *_keys("source", "user"), *_text("person", "email"), *_time("since"))
    op.create_table("alias", *_keys("person"), *_text("into", "account", "remote_id"), *_time("made_at"))
    op.create_table("home", *_keys("person", "session"), *_count("channel"))
    op.create_table("slot", *_keys("session", "poll"), *_count("slot"))


def _make_accounts() -> None:
    op.create_table(
        "connection",
        *_keys("name"),
        *_text("kind", "settings"),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        *_count("version", default="1"),
        *_time("made_at", "paused_at"),
    )
    op.create_table(
        "binding",
        *_keys("id"),
        *_text("event_id", "connection", "program", "vocabulary", "labels", "options"),
        *_count("mapping_version", default="1"),
        *_time("made_at"),
    )
    op.create_table("sighting", *_keys("account", "kind", "subject"), *_text("value"), *_time("read_at"))


def _make_ledger() -> None:
    names = ("account", "binding", "kind", "person", "session")
    op.create_table(
        "ledger",
        *(_word(name, 200) for name in names),
        sa.Column("channel", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(*names, "channel"),
        *_text("wanted", "claimed", "accepted", "refused", "parking", "reason", "code"),
        *_text("remote_id", "refs", "values", "shape", "batch"),
        *_time("due"),
        *_count("attempts"),
        *_time("claimed_at", "accepted_at", "confirmed_at"),
    )
    op.create_table("shape", *_keys("id"), *_text("fields"), *_count("mapping_version", "catalogue"))
    op.create_table("movement", *_numbered(), *_time("at"), *_text("account", "key", "what", "detail", "batch"))
    op.create_index("movement_key", "movement", ["account", "key"])


def _make_journal() -> None:
    op.create_table("halt", *_keys("account", "stream"), *_text("reason", "code"), *_time("at"))
    op.create_table("run", *_numbered(), *_text("command"), *_time("started_at", "ended_at"), *_text("summary"))
    op.create_table(
        "call",
        *_numbered(),
        *_count("run"),
        *_text("account"),
        *_time("at", "seconds"),
        *_text("method", "path"),
        *_count("writing", "status"),
        *_text("verdict", "words", "request_id", "batch"),
    )
    op.create_index("call_batch", "call", ["account", "batch"])
