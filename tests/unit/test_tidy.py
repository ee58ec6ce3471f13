"""The house rules that a machine can hold: each a row of a table, each shown to be able to fail."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FUNCTION_LINES: Final = 60
MODULE_LINES: Final = 400
FOLDER_MODULES: Final = 10
POSITIONAL: Final = 3
LINE_WIDTH: Final = 120
UNTYPED: Final = 12  # "type: ignore" and "noqa" with a code, in all of src; a new one replaces an old one

NAMES: Final = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager"}
CLASS_ENDS: Final = ("Manager", "Handler", "Processor", "Impl", "Base")
MARKS: Final = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")
MACHINE_PATH: Final = re.compile(r"(?<![\w.:/}-])/(?:work|home|root|Users|tmp)/\w+")
REGISTRY: Final = re.compile(
    r"\b(?:py" + r"pi\.org|pythonhosted\.org|registry\.npm" + r"js\.org|--index-url|proxy\.golang)"
)

TEXTS: Final = {"", ".cfg", ".in", ".md", ".py", ".sh", ".sql", ".toml", ".txt", ".yaml", ".yml"}

RIM: Final = {
    "alembic": ("database", "migrations/"),
    "asyncio": ("collector/",),
    "concurrent": ("delivery/carrier", "apps/"),
    "cryptography": (
        "destinations/salesforce/signing/assertion",
        "inbox/kaltura_session",
        "secrets",
        "simulators/kaltura/account/ks",
        "simulators/kit/tls",
        "simulators/salesforce/identity/assertion",
    ),
    "cyclopts": ("apps/",),
    "duckdb": ("facts/", "inbox/", "metrics/"),
    "granian": ("collector/process",),
    "httpx2": ("delivery/carriers/network", "apps/"),
    "logging": ("apps/", "database", "migrations/"),
    "requests": (),
    "rich": ("apps/",),
    "socket": ("collector/process", "simulators/kit/server", "apps/"),
    "sqlite3": ("database",),
    "subprocess": (),
    "threading": ("collector/process", "delivery/carrier", "simulators/kit/", "apps/"),
    "time": ("clock",),
}
"""Where a library may be imported, as paths below src/turnout; nowhere else."""


@dataclass(frozen=True)
class Module:
    """A module of the package: its path below src/turnout, its text and its tree."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").rsplit("/", 1)[-1]

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


@dataclass(frozen=True)
class Rule:
    """A rule: what is wrong, where it is looked for, and a module that breaks it."""

    name: str
    faults: Callable[[Module], Iterator[str]]
    bad: Module


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        yield node


def long_functions(module: Module) -> Iterator[str]:
    for node in functions(module):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES:
            yield f"{node.name} has {lines} lines"


def long_modules(module: Module) -> Iterator[str]:
    lines = len(module.text.splitlines())
    if lines > MODULE_LINES:
        yield f"{lines} lines"


def long_lines(module: Module) -> Iterator[str]:
    for number, line in enumerate(module.text.splitlines(), 1):
        if len(line) > LINE_WIDTH:
            yield f"line {number} has {len(line)} characters"


def many_positional(module: Module) -> Iterator[str]:
    for node in functions(module):
        if node.name.startswith("__") and node.name.endswith("__"):
            continue
        taken = [one.arg for one in (*node.args.posonlyargs, *node.args.args) if one.arg not in ("self", "cls")]
        free = len(taken) - len(node.args.defaults)
        if max(free, 0) > POSITIONAL:
            yield f"{node.name} takes {free} positional parameters"


def many_constructor_parameters(module: Module) -> Iterator[str]:
    for node in functions(module):
        if node.name == "__init__" and len(node.args.args) - len(node.args.defaults) > POSITIONAL + 1:
            yield f"__init__ at line {node.lineno} takes more than {POSITIONAL} positional parameters"


def unopened_modules(module: Module) -> Iterator[str]:
    first = (ast.get_docstring(module.tree) or "").split("\n\n")[0].replace("\n", " ").strip()
    if not first:
        yield "no docstring"
    elif not first.endswith(".") or re.search(r"[a-z]\. [A-Z]", first):
        yield f"does not open with one sentence: {first!r}"


def banned_names(module: Module) -> Iterator[str]:
    parts = module.path.removesuffix(".py").split("/")
    yield from (f"a module is called {part}" for part in parts if part in NAMES)
    for node in module.nodes(ast.ClassDef):
        assert isinstance(node, ast.ClassDef)
        if node.name.endswith(CLASS_ENDS):
            yield f"a class is called {node.name}"


def prints(module: Module) -> Iterator[str]:
    if module.path.startswith("apps/"):
        return
    for node in module.nodes(ast.Call):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input"):
            yield f"line {node.lineno} calls {node.func.id}"


def own_clocks(module: Module) -> Iterator[str]:
    if module.path == "clock.py":
        return
    for node in module.nodes(ast.Attribute):
        assert isinstance(node, ast.Attribute)
        owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
        if (owner, node.attr) in {("time", "sleep"), ("time", "time"), ("time", "monotonic")} or (
            owner in ("datetime", "date") and node.attr in ("now", "utcnow", "today")
        ):
            yield f"line {node.lineno} reads the machine's clock: {owner}.{node.attr}"


def bare_exemptions(module: Module) -> Iterator[str]:
    for number, line in enumerate(module.text.splitlines(), 1):
        if re.search(r"#\s*noqa(?!: [A-Z]+\d)|#\s*type:\s*ignore(?!\[)", line):
            yield f"line {number} exempts itself without a code"


def misplaced_imports(module: Module) -> Iterator[str]:
    for node in module.nodes(ast.Import, ast.ImportFrom):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]  # type: ignore[attr-defined]
        for name in (full.split(".")[0] for full in names):
            if name in RIM and not module.path.removesuffix(".py").startswith(RIM[name] or ("-",)):
                yield f"imports {name}, which belongs in {', '.join(RIM[name]) or 'no module'}"


def effects_on_import(module: Module) -> Iterator[str]:
    """Statements at the top of a module only define; nothing runs, nothing registers itself."""
    if module.path.startswith(("migrations/", "apps/cli.py")):
        return  # Alembic runs the first; the other is where the command line is put together, by name
    for node in module.tree.body:
        called = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if called or isinstance(node, ast.For | ast.While | ast.With):
            yield f"line {node.lineno} runs when the module is imported"


def changeable_globals(module: Module) -> Iterator[str]:
    for node in module.nodes(ast.Global):
        assert isinstance(node, ast.Global)
        yield f"line {node.lineno} changes a global: {', '.join(node.names)}"


def swallowed(module: Module) -> Iterator[str]:
    for node in module.nodes(ast.ExceptHandler):
        assert isinstance(node, ast.ExceptHandler)
        if node.type is None:
            yield f"line {node.lineno} catches everything"


def _function(lines: int) -> str:
    return "def f():\n" + "    pass\n" * lines


RULES: Final = (
    Rule("a function has at most 60 lines", long_functions, Module("a.py", _function(60))),
    Rule("a module has at most 400 lines", long_modules, Module("a.py", "x = 1\n" * 401)),
    Rule("a line has at most 120 characters", long_lines, Module("a.py", "#" * 121)),
    Rule("a function takes at most 3 positional parameters", many_positional, Module("a.py", "def f(a, b, c, d): ...")),
    Rule(
        "a class is made from at most 3 positional parameters",
        many_constructor_parameters,
        Module("a.py", "class A:\n def __init__(self, a, b, c, d): ..."),
    ),
    Rule("a module opens with one sentence", unopened_modules, Module("a.py", '"""Two. Sentences here."""')),
    Rule("names tell what is inside", banned_names, Module("facts/utils.py", "")),
    Rule("only the faces print", prints, Module("plan/plan.py", "print(1)")),
    Rule("time is handed in", own_clocks, Module("plan/plan.py", "datetime.now()")),
    Rule("an exemption names its code", bare_exemptions, Module("a.py", "x = 1  # no" + "qa")),
    Rule("effects stay at the rim", misplaced_imports, Module("plan/plan.py", "import threading")),
    Rule("nothing happens on import", effects_on_import, Module("a.py", "register()")),
    Rule("no module changes its globals", changeable_globals, Module("a.py", "def f():\n global x\n x = 1")),
    Rule("an except names what it catches", swallowed, Module("a.py", "try:\n  f()\nexcept:\n  pass")),
)


def modules() -> list[Module]:
    home = ROOT / "src/turnout"
    return [Module(str(path.relative_to(home)), path.read_text()) for path in sorted(home.rglob("*.py"))]


def texts() -> list[Path]:
    """Return the files of the repository that are text and ours."""
    own = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in (".ci", "benchmarks", "docs", "examples", "requirements", "src", "tests"):
        own += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    made = ("__pycache__", ".egg-info", "node_modules")
    return [
        path for path in sorted(own) if path.suffix in TEXTS and not any(part.endswith(made) for part in path.parts)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    found = [f"{module.path}: {fault}" for module in modules() for fault in rule.faults(module)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_module_that_breaks_the_rule_is_found(rule: Rule) -> None:
    assert list(rule.faults(rule.bad)) != []


def test_a_folder_holds_at_most_ten_modules() -> None:
    crowded = {}
    for folder in (ROOT / "src/turnout").rglob("*/"):
        held = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        if len(held) > FOLDER_MODULES:
            crowded[str(folder.relative_to(ROOT))] = len(held)

    assert crowded == {}


def test_functions_are_short_on_the_whole() -> None:
    sizes = sorted((node.end_lineno or 0) - node.lineno + 1 for module in modules() for node in functions(module))

    assert sizes[len(sizes) // 2] <= 10
    assert sizes[len(sizes) * 9 // 10] <= 35


def test_exemptions_are_few() -> None:
    told = [
        line for module in modules() for line in module.text.splitlines() if re.search(r"# (noqa|type: ignore)", line)
    ]

    assert len(told) <= UNTYPED


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("an unfinished place", re.compile(r"(?:#|//|<!--).*\b(?:" + "|".join(MARKS) + r")\b")),
        ("a path of somebody's machine", MACHINE_PATH),
        ("a registry's address", REGISTRY),
    ],
)
def test_no_file_holds(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in texts()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line) and path != Path(__file__)
    ]

    assert not found, "\n".join(found)


def test_tests_neither_sleep_nor_skip() -> None:
    banned = re.compile(r"\btime\.sleep\(|pytest\.(?:mark\.)?(?:skip|xfail)|unittest\.mock|\bmonkeypatch\.setattr")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if "node_modules" not in path.parts and path != Path(__file__)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if banned.search(line)
    ]

    assert not found, "\n".join(found)


def test_no_two_modules_hold_the_same_function() -> None:
    """One copy of everything: two functions of four lines or more with one body are one function too many."""
    seen: dict[str, str] = {}
    doubled = []
    for module in modules():
        for node in functions(module):
            body = [
                line for line in node.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
            ]
            text = "\n".join(ast.unparse(line) for line in body)
            if text.count("\n") < 3:
                continue
            if text in seen:
                doubled.append(f"{module.path}:{node.name} is {seen[text]}")
            seen[text] = f"{module.path}:{node.name}"

    assert doubled == []
