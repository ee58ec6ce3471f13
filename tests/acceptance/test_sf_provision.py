"""An administrator deploys what `turnout provision --out` writes by the real `sf`; Turnout makes the rest."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from turnout.apps.cli import run
from turnout.simulators.kit.server import serve
from turnout.simulators.salesforce.app import CLIENT_ID, CLIENT_SECRET, salesforce

from .salesforce_app import unknown_calls
from .sf_command import Cli, environment

EXAMPLES = Path(__file__).parents[2] / "examples" / "winter-summit"
BY_HAND = [
    "SSO login",
    "Invited by team member to register",
    "Registered",
    "Confirmed email",
    "Registered no confirmation required",
    "Pre-event visit",
    "Blocked",
    "Un-registered",
]
"""The statuses that the example's campaign lacks: no deployment can bring them."""


class Desk:
    """Turnout's command line, in a home of its own."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.capsys = capsys

    def do(self, *words: str) -> Any:
        """Run what must end well, and return what it tells."""
        self.capsys.readouterr()
        code = run(["--home", str(self.home), "--json", *words])
        told = self.capsys.readouterr()
        assert code == 0, (words, told.out, told.err)
        return json.loads(told.out)

    def steps(self, *words: str) -> dict[str, list[str]]:
        """Return {state: names} of what provisioning did, or would do."""
        found: dict[str, list[str]] = {}
        for step in self.do("provision", "crm", *words)[0]["steps"]:
            found.setdefault(step["state"], []).append(step["name"])
        return found


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[Cli]:
    """An org that has only the example's seed, and the command in the folder where the project will be."""
    server = serve(salesforce(seed=json.loads((EXAMPLES / "salesforce-seed.json").read_text())))
    (tmp_path / "sf").mkdir()
    yield Cli(server.url, tmp_path / "project", tmp_path / "none.key", environment(tmp_path / "sf"))
    server.close()


@pytest.fixture
def desk(cli: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A home in which the org is connected and the event bound, and nothing provisioned."""
    made = Desk(tmp_path / "home", capsys)
    given = {"url": cli.url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    made.do("event", "add", str(EXAMPLES / "event.json"))
    made.do("connect", "salesforce", "crm", *(f"--set={name}={value}" for name, value in given.items()))
    made.do("event", "bind", "9001", "crm")
    return made


def deployments(cli: Cli) -> int:
    calls = requests.get(f"{cli.url}/_sim/calls", timeout=10).json()["calls"]
    return sum(call["method"] == "POST" and "/deployRequest" in call["path"] for call in calls)


def test_the_written_folder_deploys_and_only_statuses_are_left_to_make(cli: Cli, desk: Desk) -> None:
    written = desk.do("provision", "crm", "--out", str(cli.folder))["written"]
    cli.sign_in()
    deployed = cli.do("project", "deploy", "start")
    cli.do("org", "assign", "permset", "--name", "Turnout")
    left = desk.steps("--plan")
    made = desk.steps()
    found = desk.do("check", "crm")

    files = {Path(one["filePath"]) for one in deployed["files"] if "filePath" in one}
    assert (deployed["status"], deployed["numberComponentErrors"]) == ("Succeeded", 0)
    assert {cli.folder / path for path in written} - files == {cli.folder / "sfdx-project.json"}
    assert left["todo"] == made["made"] == [f"member status {label}" for label in BY_HAND]
    assert (set(left), set(made)) == ({"done", "todo"}, {"done", "made"})
    assert [one for one in found if one["severity"] != "ok"] == []
    assert {"clock", "quota", "object:UserSessionEngagement__c", "object:Kaltura_User_Polls_c__c"} <= {
        one["code"] for one in found
    }
    assert deployments(cli) == 1
    assert unknown_calls(cli.url) == []
    assert set(desk.steps()) == {"done"}


def test_without_the_assignment_turnout_makes_it_and_all_is_well(cli: Cli, desk: Desk) -> None:
    desk.do("provision", "crm", "--out", str(cli.folder))
    cli.sign_in()
    cli.do("project", "deploy", "start")
    made = desk.steps()

    assert "permission set Turnout for the integration user" in made["made"]
    assert [one for one in desk.do("check", "crm") if one["severity"] != "ok"] == []
    assert unknown_calls(cli.url) == []
