"""The demo from Kaltura's simulator: people, polls and reports pulled beside the real player's beacons."""

import json
from pathlib import Path

import pytest

from turnout.apps.cli import run

EXAMPLES = Path(__file__).parents[2] / "examples" / "winter-summit"


def test_pulled_people_and_beacons_go_through_the_whole_flow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--home", str(tmp_path), "--json", "demo", "--no-web", "--source", "kaltura", "--examples", str(EXAMPLES)]

    code = run(words)

    told = json.loads(capsys.readouterr().out)
    assert (code, told["attendees"], told["closes"]) == (0, 28, True)
    assert {one["differences"] for one in told["connections"].values()} == {0}
    assert {one["rejected"] for one in told["connections"].values()} == {0}


def test_a_source_that_is_none_is_refused(tmp_path: Path) -> None:
    assert run(["--home", str(tmp_path), "demo", "--source", "rumours", "--examples", str(EXAMPLES)]) == 2
