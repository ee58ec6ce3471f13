"""What may be written on people whom the Salesforce account has already: nothing, or what a setting names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.example import Example, example

from turnout.pipeline.setup import connect
from turnout.pipeline.sync import sync


@pytest.fixture
def ready(tmp_path: Path) -> Iterator[Example]:
    with example(tmp_path) as made:
        yield made


def title(ready: Example) -> str:
    (found,) = ready.salesforce.query("SELECT Id, Title FROM Contact WHERE Email = 'paula@example.com'")
    return str(found["Title"])


def test_a_contact_keeps_her_title_unless_a_setting_names_it(ready: Example) -> None:
    sync(ready.home, connection="salesforce")
    assert title(ready) == "Head of Events"


def test_a_contact_gets_the_title_that_she_registered_with_where_a_setting_says_so(ready: Example) -> None:
    connect(ready.home, "salesforce", "salesforce", given={"overwrite_fields": "title"})
    sync(ready.home, connection="salesforce")
    assert title(ready) == "VP Marketing"

    writes, _ = ready.writes()
    sync(ready.home, connection="salesforce")
    assert ready.writes()[0] == writes


def test_a_title_that_stands_is_not_filled(ready: Example) -> None:
    connect(ready.home, "salesforce", "salesforce", given={"fill_fields": "title"})
    sync(ready.home, connection="salesforce")
    assert title(ready) == "Head of Events"
