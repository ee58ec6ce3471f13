"""The real `sf` command (npm @salesforce/cli, Apache-2.0) on the imitated Salesforce.

Nothing of it is patched: environment variables switch its telemetry, updates and log file off, and choose REST for
deployments. It runs on the Node 22 that npm brings.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from turnout.simulators.salesforce.app import CLIENT_ID, CLIENT_SECRET

from .salesforce_app import installed

USER = "integration@example.com"


@dataclass
class Cli:
    """The command, with a home, a project folder and an org of its own."""

    url: str
    folder: Path
    key: Path
    variables: dict[str, str]

    def run(self, *words: str, **more: str) -> dict[str, Any]:
        """Run `sf` with --json and return what it tells, whatever came of it."""
        command = [str(installed() / ".bin" / "sf"), *words, "--json"]
        variables = {**self.variables, **more}
        done = subprocess.run(command, cwd=self.folder, env=variables, capture_output=True, timeout=100, check=False)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def do(self, *words: str, org: bool = True) -> Any:
        """Run `sf` on the org and return the result of what must succeed."""
        told = self.run(*words, *(("--target-org", "sim") if org else ()))
        assert told["status"] == 0, told
        return told["result"]

    def sign_in(self) -> None:
        """Let the command know the org, as `sim`."""
        login = ("org", "login", "access-token", "--instance-url", self.url, "--no-prompt", "--alias", "sim")
        assert self.run(*login, SF_ACCESS_TOKEN=self.token())["result"]["username"] == USER

    def file(self, name: str, *lines: str) -> str:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines))
        return name

    def token(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        answer = requests.post(f"{self.url}/services/oauth2/token", form, timeout=10).json()
        return str(answer["access_token"])

    def ids(self, query: str) -> list[str]:
        headers = {"Authorization": f"Bearer {self.token()}"}
        answer = requests.get(f"{self.url}/services/data/v66.0/query", {"q": query}, headers=headers, timeout=10)
        return [str(row["Id"]) for row in answer.json()["records"]]


def environment(home: Path) -> dict[str, str]:
    """Return the variables that the command runs with, its home folder being `home`."""
    path = f"{installed() / 'node' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    switches = ("SF_DISABLE_TELEMETRY", "SF_AUTOUPDATE_DISABLE", "SF_USE_GENERIC_UNIX_KEYCHAIN", "SF_DISABLE_LOG_FILE")
    chosen = {**dict.fromkeys(switches, "true"), "SF_ORG_METADATA_REST_DEPLOY": "true"}
    return {"PATH": path, "HOME": str(home), "NO_PROXY": "127.0.0.1", **chosen}
