"""The ledger's own functions -> the standings, their order, and all that can happen to a row."""

import inspect
from collections.abc import Mapping
from itertools import product
from typing import Final

from turnout.apps.docs.markdown import code, remarks, sentence, table
from turnout.ledger import moves
from turnout.values import records, rows
from turnout.values.records import Key, Kind, Parking
from turnout.values.rows import LedgerRow, Stand, stand


def standings() -> str:
    """Return the standings with their remarks."""
    told = remarks(rows.Stand) | remarks(records.Parking)
    return table(("standing", "what it says"), [(code(one.value), told[one.name]) for one in Stand])


def standing_order() -> str:
    """Return which standing each state of a row has, as the function itself answers, first match first."""
    answered: dict[tuple[str, ...], Stand] = {}
    for claimed, wanted, accepted, parking, confirmed in product(
        ("", "a"), ("", "a"), ("", "a", "b"), (None, *Parking), (0.0, 2.0)
    ):
        row = LedgerRow(
            _SOME_KEY,
            wanted=wanted,
            claimed=claimed,
            accepted=accepted,
            refused="a" if parking else "",
            parking=parking,
            accepted_at=1.0 if accepted else 0.0,
            confirmed_at=confirmed,
        )
        answered.setdefault(_state(row), stand(row))
    return table(("a call carries it", "wanted", "parked", "accepted", "read back", "standing"), _told(answered))


_SOME_KEY: Final = Key("", Kind.PERSON, "p")


def _state(row: LedgerRow) -> tuple[str, ...]:
    """Return a row's state in words; what cannot matter any more is left open."""
    if row.claimed:
        return ("yes", "any", "any", "any", "any")
    accepted = "as wanted" if row.wanted and row.accepted == row.wanted else "otherwise" if row.accepted else "never"
    if not row.wanted:
        return ("no", "no", "any", "ever" if row.accepted else "never", "any")
    if row.parking:
        return ("no", "yes", row.parking.value, "any", "any")
    read = ("yes" if row.confirmed_at >= row.accepted_at else "no") if accepted == "as wanted" else "any"
    return ("no", "yes", "no", accepted, read)


def _told(answered: Mapping[tuple[str, ...], Stand]) -> list[tuple[str, ...]]:
    first = list(Stand)
    order = sorted(answered.items(), key=lambda item: (item[0][0] == "no", item[0][1] == "yes", first.index(item[1])))
    return [(*state, code(standing.value)) for state, standing in order]


def ledger_moves() -> str:
    """Return all that can happen to a row."""
    found = [
        (name, one) for name, one in vars(moves).items() if inspect.isfunction(one) and one.__module__ == moves.__name__
    ]
    return table(("move", "what happened"), [(code(name), sentence(one.__doc__)) for name, one in found])
