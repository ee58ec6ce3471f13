"""pieces -> arrivals: keep what came, as it came, once."""

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from turnout.tables import ARRIVAL

LOOK_UP = 500


class Piece(Struct, frozen=True):
    """One piece that came: its body as text, where it came from, and why it cannot be read ("" where it can)."""

    body: str
    origin: str
    reason: str = ""

    @property
    def digest(self) -> str:
        """Return what tells this piece from others: the same line twice is one arrival."""
        return blake2b(self.body.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def body_of(row: dict[str, Any]) -> str:
    """Return a row as the text that is kept: JSON with sorted names, so that equal rows are equal texts."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def keep(connection: Connection, kind: str, pieces: Sequence[Piece], *, source: str, now: float) -> list[Piece]:
    """Write the pieces that have not come before, and return them."""
    fresh = {piece.digest: piece for piece in pieces}
    for digest in _known(connection, list(fresh), kind=kind, source=source):
        del fresh[digest]
    rows = [
        {
            "kind": kind,
            "source": source,
            "digest": digest,
            "received_at": now,
            "body": piece.body,
            "origin": piece.origin,
            "reason": piece.reason,
        }
        for digest, piece in fresh.items()
    ]
    if rows:
        connection.execute(insert(ARRIVAL), rows)
    return list(fresh.values())


def quarantined(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Return what cannot be read, oldest first: kind, origin, reason, body."""
    columns = (ARRIVAL.c.kind, ARRIVAL.c.origin, ARRIVAL.c.reason, ARRIVAL.c.body)
    rows = connection.execute(select(*columns).where(ARRIVAL.c.reason != "").order_by(ARRIVAL.c.id))
    return [(row.kind, row.origin, row.reason, row.body) for row in rows]


def _known(connection: Connection, digests: Sequence[str], *, kind: str, source: str) -> list[str]:
    known: list[str] = []
    for start in range(0, len(digests), LOOK_UP):
        some = digests[start : start + LOOK_UP]
        query = select(ARRIVAL.c.digest).where(
            ARRIVAL.c.kind == kind, ARRIVAL.c.source == source, ARRIVAL.c.digest.in_(some)
        )
        known += connection.execute(query).scalars()
    return known
