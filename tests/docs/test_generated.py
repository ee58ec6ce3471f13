"""What a page tells of the code is what the code says."""

import msgspec
from tests.docs.reading import ROOT, pages

from turnout.apps.docs import accounts, markdown, standing
from turnout.apps.docs import blocks as docs
from turnout.destinations.salesforce.rules import RULES
from turnout.settings import Settings


def test_every_generated_block_is_current() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in docs.pages().items()
        if not path.exists() or path.read_text() != text
    ]

    assert stale == []


def test_every_block_stands_on_some_page() -> None:
    told = "\n".join(pages().values())

    assert [name for name in docs.BLOCKS if f"<!-- generated: {name} -->" not in told] == []


def test_a_mark_without_its_end_is_found() -> None:
    for page, text in pages().items():
        assert text.count("<!-- generated:") == text.count("<!-- end -->"), page


def test_a_page_that_is_not_current_is_made_anew() -> None:
    page = "before\n<!-- generated: labels -->\nold\n<!-- end -->\nafter\n"

    made = docs.filled(page)

    assert made.startswith("before\n<!-- generated: labels -->\n| label | step | success |\n| --- | --- | --- |\n")
    assert made.endswith("| Un-registered | 80 | |\n<!-- end -->\nafter\n")
    assert docs.filled(made) == made


def test_a_bar_in_a_cell_does_not_break_the_table() -> None:
    assert markdown.table(("a", "b"), [("x|y", "")]) == "| a | b |\n| --- | --- |\n| x\\|y | |"


def test_the_reference_lists_every_code_of_a_vendor() -> None:
    told = pages()["docs/reference/rules.md"]

    assert [code for code in RULES.table if f"| `{code}` |" not in told] == []


def test_every_setting_of_a_home_is_told_in_words() -> None:
    lines = [line for line in accounts.home_settings().splitlines() if line.startswith("| `")]

    assert [line for line in lines if line.endswith("| |")] == []
    assert len(lines) == len(msgspec.structs.fields(Settings))


def test_the_order_of_standings_is_the_one_that_the_function_answers() -> None:
    lines = standing.standing_order().splitlines()

    assert "| yes | any | any | any | any | `unsure` |" in lines
    assert "| no | yes | no | as wanted | no | `accepted` |" in lines
    assert "| no | no | any | ever | any | `withdrawn` |" in lines
