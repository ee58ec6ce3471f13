"""tables of the code -> blocks of the documentation: what a page tells of the code is made from the code.

A page is written by hand, and holds places for blocks, each between two marks:

    <!-- generated: statuses -->
    <!-- end -->

`python -m turnout.apps.docs` fills them; with `--check` it only tells which pages are not current.
"""

import ast
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import turnout
from turnout.destinations.kit import POLICIES, Setting
from turnout.destinations.marketo import fields as marketo_fields
from turnout.destinations.marketo.rules import RULES as MARKETO_RULES
from turnout.destinations.marketo.settings import SETTINGS as MARKETO_SETTINGS
from turnout.destinations.salesforce import fields as salesforce_fields
from turnout.destinations.salesforce.rules import RULES as SALESFORCE_RULES
from turnout.destinations.salesforce.settings import SETTINGS as SALESFORCE_SETTINGS
from turnout.ledger import moves
from turnout.metrics.catalogue import METRIC
from turnout.records.statuses import LABEL_STEPS, SSO_LABEL, STATUSES, successful
from turnout.settings import Settings
from turnout.values import records, rows, verdicts
from turnout.values.records import Key, Kind, Parking
from turnout.values.rows import LedgerRow, Stand, stand
from turnout.values.verdicts import Rules, Verdict

ROOT: Final = Path(__file__).parents[3]
PACKAGE: Final = Path(turnout.__file__).parent
MARK: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


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


# What may import what


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


FLOW: Final = ("sources", "inbox", "facts", "metrics", "records", "survey", "plan", "delivery", "ledger")


def imports() -> str:
    """Return the import contracts as a list of sentences."""
    found = contracts((ROOT / "pyproject.toml").read_text())
    return "\n".join(f"- {one['name']}." for one in found)


# The destinations


def rules_of(rules: Rules) -> str:
    """Return a vendor's table of codes."""
    return table(
        ("code", "verdict", "what it means", "what to do", "wait"),
        [
            (code(rule.code), rule.verdict.name, rule.meaning, rule.fix, f"{rule.seconds:g} s" if rule.seconds else "")
            for rule in rules.table.values()
        ],
    )


def settings_of(settings: Sequence[Setting]) -> str:
    """Return a vendor's own settings, those that all destinations share left out."""
    return _settings([one for one in settings if one not in POLICIES])


def _settings(settings: Sequence[Setting]) -> str:
    return table(
        ("setting", "what it is", "default", "choices"),
        [
            (
                code(one.name) + (" (secret)" if one.secret else ""),
                one.help,
                "must be given" if one.default is None else code(one.default),
                ", ".join(code(choice) for choice in one.choices),
            )
            for one in settings
        ],
    )


def home_settings() -> str:
    """Return the settings of a home as they stand in its file, with their defaults."""
    parts = re.split(r"`(\w+)`: ", " ".join((Settings.__doc__ or "").split()))[1:]
    inline = dict(re.findall(r"^ +(\w+): .*# (.*)$", inspect.getsource(Settings), re.MULTILINE))
    told = {**dict(zip(parts[::2], parts[1::2], strict=True)), **inline}
    defaults = zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True)
    return table(
        ("setting", "default", "what it is"),
        [(code(name), code(json.dumps(value)), told.get(name, "").strip(" .")) for name, value in defaults],
    )


def verdict_table() -> str:
    """Return the verdicts with what each means."""
    told = remarks(verdicts.Verdict)
    return table(("verdict", "the account says"), [(one.name, told[one.name]) for one in Verdict])


# Statuses and fields


def statuses() -> str:
    """Return the table of attendance statuses in both vocabularies."""
    return table(
        ("Kaltura", "code", "step", "rank", "success", "label", "on the ladder", "Kaltura's page shows"),
        [
            (
                code(one.word),
                one.code,
                one.step,
                one.rank,
                _yes(one.success),
                f"{SSO_LABEL} if it came by SSO, else {one.label}" if one.word == "created" else one.label,
                _yes(one.ladder),
                one.shown,
            )
            for one in STATUSES
        ],
    )


def labels() -> str:
    """Return the labels that are provisioned, with their steps."""
    steps = sorted(LABEL_STEPS.items(), key=lambda item: item[1])
    return table(("label", "step", "success"), [(name, step, _yes(successful(step))) for name, step in steps])


def _yes(fact: bool) -> str:
    return "yes" if fact else ""


def fields_of(kind: Kind) -> str:
    """Return the columns of one object in both destinations, in the order in which they are made."""
    ours = {column.name: column for column in salesforce_fields.COLUMNS[kind]}
    theirs = {field.name: field for field in marketo_fields.OBJECTS[kind].fields}
    return table(
        ("column", "Salesforce", "Marketo", "unit", "what it is"),
        [
            (
                code(name),
                _salesforce(ours[name]) if name in ours else "",
                _marketo(theirs[name]) if name in theirs else "",
                METRIC[name].unit if name in METRIC else "",
                (ours[name] if name in ours else theirs[name]).help,
            )
            for name in dict.fromkeys((*ours, *theirs))
        ],
    )


def _salesforce(column: salesforce_fields.Column) -> str:
    size = f"({column.width},{column.scale})" if column.type == "number" else f"({column.width})"
    return f"{code(column.api_name)} {column.type.capitalize()}{size if column.type in ('number', 'text') else ''}"


def _marketo(field: marketo_fields.Field) -> str:
    return f"{code(field.name)} {field.type}" + (f" ({field.width})" if field.width else "")


def people() -> str:
    """Return what a registration tells of a person, and where it goes."""
    names = dict.fromkeys((*salesforce_fields.PERSON, *marketo_fields.PERSON_FIELDS))
    return table(
        ("of the person", "Salesforce", "Marketo"),
        [
            (
                code(name),
                code(salesforce_fields.PERSON.get(name, "")),
                code(marketo_fields.PERSON_FIELDS.get(name, "")),
            )
            for name in names
        ],
    )


# The ledger


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


BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "folders": folders,
    "stages": stages,
    "imports": imports,
    "verdicts": verdict_table,
    "rules-salesforce": lambda: rules_of(SALESFORCE_RULES),
    "rules-marketo": lambda: rules_of(MARKETO_RULES),
    "settings-home": home_settings,
    "settings-shared": lambda: _settings(POLICIES),
    "settings-salesforce": lambda: settings_of(SALESFORCE_SETTINGS),
    "settings-marketo": lambda: settings_of(MARKETO_SETTINGS),
    "statuses": statuses,
    "labels": labels,
    "fields-engagement": lambda: fields_of(Kind.ENGAGEMENT),
    "fields-polls": lambda: fields_of(Kind.POLLS),
    "fields-person": people,
    "standings": standings,
    "standing-order": standing_order,
    "moves": ledger_moves,
}


def filled(text: str) -> str:
    """Return a page with each of its blocks made anew; KeyError names a block that there is none of."""
    return MARK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}\n{found[3]}", text)


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Return every page that holds a generated block, as it should be."""
    texts = {path: path.read_text() for path in (root / "README.md", *sorted((root / "docs").rglob("*.md")))}
    return {path: filled(text) for path, text in texts.items() if MARK.search(text)}


def main() -> int:
    """Write the pages that are not current, or with --check only name them; 1 where there are some."""
    stale = {path: text for path, text in pages().items() if path.read_text() != text}
    for path, text in stale.items():
        print(
            f"{path.relative_to(ROOT)} is not current" if "--check" in sys.argv else f"{path.relative_to(ROOT)} written"
        )
        if "--check" not in sys.argv:
            path.write_text(text)
    if stale and "--check" in sys.argv:
        print("run: make docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
