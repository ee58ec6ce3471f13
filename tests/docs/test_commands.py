"""Every command line that a page, a hint or the demo names can be typed."""

import re
import shlex

import pytest
from cyclopts import App
from tests.docs.reading import ROOT, blocks, pages

from turnout.apps.cli import app
from turnout.sources.schemas import KINDS

TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
SHELL = [block for block in blocks() if block.language == "sh"]
LINES = [
    (block.page, line.strip())
    for block in SHELL
    for line in block.text.replace("\\\n", " ").splitlines()
    if line.strip() and not line.startswith("#")
]
TYPED = [(page, line) for page, line in LINES if shlex.split(line)[0] in ("turnout", ".venv/bin/turnout")]
MADE = [(page, line) for page, line in LINES if line.startswith("make ")]


def parsed(line: str) -> str:
    """Return the name of the function that a command line would run; what cannot be typed raises."""
    _, outer, _ = app.meta.parse_args(shlex.split(line)[1:], exit_on_error=False, print_error=False)
    command, _, _ = app.parse_args(list(outer.args), exit_on_error=False, print_error=False)
    return command.__name__


def command(words: list[str]) -> App | None:
    """Return the command that some words name, None where there is none of that name."""
    found = app
    for word in words:
        if word not in list(found):
            return None
        found = found[word]
    return found


def lowly(words: str) -> list[str]:
    """Return the words of a command's name: what comes before its first argument or option."""
    found = words.split()
    names = [number for number, word in enumerate(found) if not re.fullmatch(r"[a-z]+", word)]
    return found[: names[0]] if names else found


def test_the_pages_show_commands() -> None:
    assert len(TYPED) >= 20
    assert len(MADE) >= 4


@pytest.mark.parametrize(("page", "line"), TYPED)
def test_a_command_line_can_be_typed(page: str, line: str) -> None:
    assert parsed(line)


def test_a_line_with_an_unknown_option_is_found() -> None:
    with pytest.raises(Exception, match="--nowhere"):
        parsed("turnout sync --nowhere 1")


@pytest.mark.parametrize(("page", "line"), MADE)
def test_a_target_of_make_exists(page: str, line: str) -> None:
    assert [word for word in shlex.split(line)[1:] if "=" not in word and word not in TARGETS] == []


def test_every_line_of_a_shell_block_is_checked() -> None:
    assert [line for _, line in LINES if (line.split()[0]) not in ("make", "turnout", ".venv/bin/turnout")] == []


def test_commands_within_sentences_exist() -> None:
    spoken = [(page, words) for page, text in pages().items() for words in re.findall(r"`turnout ([^`]+)`", text)]

    assert len(spoken) >= 20
    assert [(page, words) for page, words in spoken if not named(words)] == []


def test_commands_that_a_message_names_exist() -> None:
    spoken = [
        (path.name, words)
        for path in sorted((ROOT / "src").rglob("*.py"))
        for words in re.findall(r"`turnout ([a-z][^`{]*)", path.read_text())
    ]

    assert len(spoken) >= 5
    assert [(name, words) for name, words in spoken if not named(words)] == []


def named(words: str) -> bool:
    """Return whether the words begin with the name of a command that can be run."""
    names = lowly(words)
    first = command(names[:1])
    return first is not None and (first.default_command is not None or command(names[:2]) is not None)


def test_make_targets_within_sentences_exist() -> None:
    spoken = [(page, word) for page, text in pages().items() for word in re.findall(r"`make ([a-z]+)", text)]

    assert [(page, word) for page, word in spoken if word not in TARGETS] == []


def test_every_target_of_make_is_on_the_menu() -> None:
    menu = set(re.findall(r"^([a-z]+):.*## .+", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert menu == TARGETS


def test_every_command_has_a_sentence() -> None:
    dumb = [name for name in app if not name.startswith("-") and not app[name].help]

    assert dumb == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_has_a_template_that_can_be_asked_for(kind: str) -> None:
    assert parsed(f"turnout ingest {kind} --template") == "ingested"
