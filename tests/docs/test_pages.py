"""Links lead somewhere, code runs, and pages can be found from the first one."""

import re
from pathlib import Path

import pytest
from tests.docs.reading import ROOT, Block, blocks, pages

from turnout import __version__

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PYTHON = [block for block in blocks() if block.language == "python"]


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def links(page: str, text: str) -> list[tuple[str, Path, str]]:
    found = [link for link in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)) if "://" not in link]
    split = [link.partition("#") for link in found]
    here = (ROOT / page).parent
    return [(page, (here / path).resolve() if path else ROOT / page, mark) for path, _, mark in split]


def test_every_link_leads_to_a_page() -> None:
    lost = [
        f"{page} -> {path.name}"
        for name, text in pages().items()
        for page, path, _ in links(name, text)
        if not path.exists()
    ]

    assert lost == []


def test_every_link_into_a_page_leads_to_a_heading() -> None:
    lost = []
    for name, text in pages().items():
        for page, path, mark in links(name, text):
            headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE) if mark and path.exists() else []
            if mark and mark not in {anchor(heading) for heading in headings}:
                lost.append(f"{page} -> {path.name}#{mark}")

    assert lost == []


def test_every_page_can_be_reached_from_the_first() -> None:
    reached, waiting = set(), ["README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        there = [str(path.relative_to(ROOT)) for _, path, _ in links(page, pages()[page]) if path.suffix == ".md"]
        waiting += [one for one in there if one not in reached and one in pages()]

    assert sorted(set(pages()) - reached) == []


def test_every_page_begins_with_its_title() -> None:
    assert [page for page, text in pages().items() if not text.startswith("# ")] == []


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.page)
def test_a_block_of_python_runs(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    exec(compile(block.text, block.page, "exec"), {"__name__": block.page})


def test_every_test_that_holds_a_guarantee_exists() -> None:
    named = re.findall(r"`(tests/[^`]+)`", pages()["docs/guarantees.md"])

    assert len(named) >= 5
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_promise_names_its_test_or_says_that_there_is_none() -> None:
    lines = re.findall(r"^\| (?!promised|---)(.*) \| (.*) \|$", pages()["docs/guarantees.md"], re.MULTILINE)

    assert len(lines) == 15
    assert [promise for promise, test in lines if "tests/" not in test and test != "no test yet"] == []


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## (\S+)", pages()["CHANGELOG.md"], re.MULTILINE)

    assert versions[0] == __version__
