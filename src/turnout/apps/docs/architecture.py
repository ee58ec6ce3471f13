"""The package and its contracts -> what a stranger should see first: folders, stages, what may import what."""

import ast
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import turnout
from turnout.apps.docs.markdown import code, sentence, table

ROOT: Final = Path(__file__).parents[4]
PACKAGE: Final = Path(turnout.__file__).parent
FLOW: Final = ("sources", "inbox", "facts", "metrics", "records", "survey", "plan", "delivery", "ledger")


def contracts(pyproject: str) -> list[Mapping[str, Any]]:
    """Return the import contracts that stand in a pyproject.toml."""
    found: list[Mapping[str, Any]] = tomllib.loads(pyproject)["tool"]["importlinter"]["contracts"]
    return found


def layers() -> list[list[str]]:
    """Return the layers from the top down, each with the names of its packages and modules."""
    order = next(one for one in contracts((ROOT / "pyproject.toml").read_text()) if one["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in order["layers"]]


def opening(name: str) -> tuple[str, str]:
    """Return where a package or module of turnout is, below src/turnout, and its opening sentence."""
    package = PACKAGE / name / "__init__.py"
    path = package if package.exists() else PACKAGE / f"{name}.py"
    shown = f"{name}/" if package.exists() else f"{name}.py"
    return shown, sentence(ast.get_docstring(ast.parse(path.read_text())))


def folders() -> str:
    """Return the table of folders, from the top layer down."""
    names = [(number, name) for number, layer in enumerate(layers(), 1) for name in layer]
    return table(
        ("layer", "where", "what"), [(number, code(opening(name)[0]), opening(name)[1]) for number, name in names]
    )


def stages() -> str:
    """Return the modules that are stages, in the flow's order: those whose sentence reads `A -> B`."""
    told = []
    for name in FLOW:
        for path in sorted((PACKAGE / name).rglob("*.py")):
            text = sentence(ast.get_docstring(ast.parse(path.read_text())))
            if "->" in text:
                shown = str(path.relative_to(PACKAGE)).removesuffix("__init__.py")
                told.append((code(shown), text))
    return table(("where", "what becomes what"), told)


def imports() -> str:
    """Return the import contracts as a list of sentences."""
    found = contracts((ROOT / "pyproject.toml").read_text())
    return "\n".join(f"- {one['name']}." for one in found)
