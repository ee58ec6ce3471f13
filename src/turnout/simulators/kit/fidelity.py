"""The fidelity table: each behaviour of a vendor, where it is documented, and how far it is imitated."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct


class Behaviour(Struct, frozen=True):
    """One behaviour: `source` names the documentation, `how` tells what the simulator does or leaves out."""

    name: str
    source: str
    imitated: Literal["yes", "partly", "no"]
    how: str


def table(title: str, behaviours: Sequence[Behaviour]) -> str:
    """Return the table as a page of Markdown."""
    rows = [f"| {b.name} | {b.source} | {b.imitated} | {b.how} |" for b in behaviours]
    head = [
        f"# {title}",
        "",
        "Generated from the simulator's own table; a test keeps it current.",
        "",
        "| behaviour | documented | imitated | how |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])
