"""Queries: page after page, and asked again where the answer is short of what it counts."""

from typing import Any

import pytest

from turnout.destinations.salesforce.calls.query import query
from turnout.errors import Halted
from turnout.values.records import canonical
from turnout.wire import Reply


def page(*names: str, total: int, following: str = "") -> Reply:
    body: dict[str, Any] = {"totalSize": total, "done": not following, "records": [{"Id": name} for name in names]}
    if following:
        body["nextRecordsUrl"] = following
    return Reply(200, {}, canonical(body))


def held(*replies: Reply) -> tuple[list[str], list[str]]:
    """Hold the talk with some replies; return the ids found and the paths asked."""
    talk = query("SELECT Id FROM Lead")
    paths = [next(talk).path]
    for reply in replies:
        try:
            paths.append(talk.send(reply).path)
        except StopIteration as end:
            return [row["Id"] for row in end.value], paths
    raise AssertionError("the talk wants more replies")


def test_all_pages_are_read() -> None:
    found, paths = held(page("a", "b", total=3, following="/query/01g-2"), page("c", total=3))
    assert (found, paths) == (["a", "b", "c"], ["/query", "/query/01g-2"])


def test_an_answer_short_of_what_it_counts_is_asked_for_again() -> None:
    found, paths = held(page("a", total=2), page("a", "b", total=2))
    assert (found, paths) == (["a", "b"], ["/query", "/query"])


def test_an_answer_that_stays_short_is_never_taken_for_the_truth() -> None:
    with pytest.raises(Halted, match="counts 2 records for a query and answers with 1"):
        held(*[page("a", total=2)] * 3)
