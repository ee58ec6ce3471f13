"""What every command prints with: tables for people, JSON for machines, and how errors look."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from turnout.errors import TurnoutError

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


class Face(Struct, frozen=True):
    """The options that every command has: where the home is, and whether to print JSON."""

    home: Path
    json: bool = False

    def show(self, value: Any, told: Iterable[Any] = ()) -> None:
        """Print `value` as JSON, or what is `told` of it for people: texts and tables."""
        if self.json:
            sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
            return
        for part in told:
            OUT.print(part)

    def say(self, text: str) -> None:
        """Print a line for people only: on standard error where standard output is for a machine."""
        (ERR if self.json else OUT).print(text)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return a table of rows; numbers stand on the right."""
    lines = [["" if cell is None else str(cell) for cell in row] for row in rows]
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold", expand=False)
    for place, column in enumerate(columns):
        numeric = bool(lines) and all(_numeric(line[place]) for line in lines)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        made.add_row(*(cell.replace("[", r"\[") for cell in line))
    return made


def _numeric(cell: str) -> bool:
    return cell.replace(".", "", 1).lstrip("-").isdigit() or cell == ""


def counts(told: Mapping[str, int]) -> str:
    """Return counts as one line: `3 person, 2 member`."""
    return ", ".join(f"{number} {name}" for name, number in told.items() if number) or "none"


def complain(failure: TurnoutError, *, json: bool) -> None:
    """Print a reason to stop: what, and what to do next."""
    if json:
        told = {"error": type(failure).__name__, "message": failure.message, "hint": failure.hint}
        sys.stderr.write(msgspec.json.encode(told).decode() + "\n")
        return
    ERR.print(f"[bold red]{type(failure).__name__}[/]: {_plain(failure.message)}")
    ERR.print(f"  what to do: {_plain(failure.hint)}")


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
