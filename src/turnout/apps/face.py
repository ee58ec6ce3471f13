"""What every command prints with: tables for people, JSON for machines, and how errors look."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec
from msgspec import Struct
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from turnout.errors import TurnoutError

PAPER_WIDTH: Final = 160
WORD: Final = 40  # a word up to this long stays on one line,
PHRASE: Final = 24  # and so do several words


def _width(stream: TextIO) -> int | None:
    """Return how wide to print: a terminal knows its own width; a file or a pipe gets that of a wide sheet."""
    return None if stream.isatty() or os.environ.get("COLUMNS") else PAPER_WIDTH


OUT = Console(highlight=False, soft_wrap=True, width=_width(sys.stdout))
ERR = Console(stderr=True, highlight=False, soft_wrap=True, width=_width(sys.stderr))


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
            if isinstance(part, Table):
                OUT.print()

    def say(self, text: Any) -> None:
        """Print a line for people only: on standard error where standard output is for a machine."""
        (ERR if self.json else OUT).print(text)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return a table of rows: numbers on the right, short texts never broken, long ones folded, no empty columns."""
    lines = [["" if cell is None else str(cell) for cell in row] for row in rows]
    made = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        show_edge=False,
        show_header=any(columns),
    )
    shown = []
    for place, column in enumerate(columns):
        cells = [line[place] for line in lines]
        if lines and not any(cells):
            continue
        shown.append(place)
        numeric = bool(cells) and all(_numeric(cell) for cell in cells)
        short = all(len(cell) <= (PHRASE if " " in cell else WORD) for cell in cells)
        made.add_column(
            column, justify="right" if numeric else "left", overflow="ellipsis" if short else "fold", no_wrap=short
        )
    for line in lines:
        made.add_row(*(line[place].replace("[", r"\[") for place in shown))
    return made


def progressing() -> Progress:
    """Return a progress display on standard error; it leaves nothing behind where that is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        console=ERR,
        transient=True,
        disable=not ERR.is_terminal,
    )


def brief(text: str) -> str:
    """Return the beginning of a text, on one line, with a mark where there is more."""
    line = " ".join(text.split())
    return line if len(line) <= WORD else line[: WORD - 1] + "…"


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
