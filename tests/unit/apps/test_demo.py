from typing import Any

import pytest
from msgspec.structs import replace

from turnout.apps.demo import exit_code
from turnout.pipeline.sync import Synced

DONE = Synced(
    connection="marketo",
    created=1,
    updated=0,
    unchanged=0,
    rejected=0,
    held=1,
    parked_anew=1,
    waiting={},
    calls=3,
    seconds=0.1,
    halted={},
)


def summary(*, closes: bool = True, differences: int = 0) -> dict[str, Any]:
    return {"closes": closes, "connections": {"marketo": {"differences": differences}}}


def test_a_sheet_that_closes_without_differences_is_0_whatever_is_held() -> None:
    assert exit_code(summary(), [DONE]) == 0


@pytest.mark.parametrize(
    ("found", "synced"),
    [
        (summary(closes=False), DONE),
        (summary(differences=1), DONE),
        (summary(), replace(DONE, halted={"-/person": "no API"})),
        (summary(), replace(DONE, later="the account did not answer")),
    ],
)
def test_anything_else_is_1(found: dict[str, Any], synced: Synced) -> None:
    assert exit_code(found, [synced]) == 1
