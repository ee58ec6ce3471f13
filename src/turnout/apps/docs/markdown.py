"""Small pieces that the blocks are written with: tables, code, what stands in docstrings and remarks."""

import inspect
import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; bars and line ends inside a cell are made harmless."""
    shown = [[_cell(value) for value in line] for line in lines]
    return "\n".join(
        [_line(head), _line(["---"] * len(head)), *(_line(line) for line in shown)],
    )


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def code(value: object) -> str:
    """Return a value as code, "" for an empty one."""
    return f"`{value}`" if str(value) else ""


def remarks(kind: type) -> dict[str, str]:
    """Return what stands behind each member of an enum in its source: {name: remark}."""
    source = inspect.getsource(kind)
    return {found[1]: found[2].strip() for found in re.finditer(r"^ +([A-Z_]+) = .*?# (.*)$", source, re.MULTILINE)}


def sentence(text: str | None) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join((text or "").split("\n\n")[0].split())
