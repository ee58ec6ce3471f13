"""Turnout and the simulators as processes of their own, as an administrator runs them; each wait has its deadline."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpx2

from turnout.apps.cli import run
from turnout.apps.demo import ADDRESS
from turnout.apps.demo import FILES as KINDS_AND_FILES

TURNOUT = str(Path(sys.executable).parent / "turnout")
EXAMPLES = Path(__file__).parents[2] / "examples" / "winter-summit"
DEADLINE_SECONDS = 60.0


def until(what: str, true: Callable[[], Any], seconds: float = DEADLINE_SECONDS) -> Any:
    """Wait until something is true, and return what it is; AssertionError once the deadline has passed."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"after {seconds:g} s still not: {what}"
        Event().wait(0.02)
    return found


class Account:
    """A simulator in a process of its own, and its control door."""

    def __init__(self, told: dict[str, str]) -> None:
        self.kind, self.url = told["kind"], told["url"]
        self.credentials = {name: told[name] for name in ("client_id", "client_secret")}

    def state(self) -> dict[str, Any]:
        """Return what stands in the account."""
        return dict(httpx2.get(f"{self.url}/_sim/state").json())

    def calls(self) -> dict[str, Any]:
        """Return the book of all calls."""
        return dict(httpx2.get(f"{self.url}/_sim/calls").json())

    def arm(self, *faults: dict[str, Any]) -> None:
        """Set these faults and no others."""
        httpx2.delete(f"{self.url}/_sim/faults").raise_for_status()
        httpx2.post(f"{self.url}/_sim/faults", json=list(faults)).raise_for_status()


@contextmanager
def simulated(kind: str) -> Iterator[Account]:
    """Run a simulator with the example's seed on a free port."""
    words = [TURNOUT, "simulate", kind, "--port", "0", "--seed", str(EXAMPLES / f"{kind}-seed.json")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Account(json.loads(process.stdout.readline()))
        finally:
            process.kill()


class Site:
    """A home, and the accounts it is connected to."""

    def __init__(self, home: Path, accounts: Sequence[Account]) -> None:
        self.home = home
        self.accounts = accounts

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(self._words(words), capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False)

    def done(self, *words: str) -> None:
        """Run a command that must end well."""
        told = self.run(*words)
        assert told.returncode == 0, (words, told.returncode, told.stdout, told.stderr)

    def typed(self, *words: str) -> int:
        """Run a command line in this process, which is quicker; returns its exit code."""
        return run(self._words(words)[1:])

    def started(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command and leave it running."""
        return subprocess.Popen(self._words(words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _words(self, words: Sequence[str]) -> list[str]:
        return [TURNOUT, "--home", str(self.home), *words]

    def books(self) -> dict[str, dict[str, Any]]:
        """Return each account's book of calls."""
        return {account.kind: account.calls() for account in self.accounts}


@contextmanager
def site(home: Path, **settings: float) -> Iterator[Site]:
    """Run both simulators, and set up a home by the command line: connected, bound, provisioned, all taken in."""
    home.mkdir(parents=True)
    (home / "settings.toml").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    with ExitStack() as stack:
        made = Site(home, [stack.enter_context(simulated(kind)) for kind in ("salesforce", "marketo")])
        assert made.typed("event", "add", str(EXAMPLES / "event.json")) == 0
        for account in made.accounts:
            given = {ADDRESS[account.kind]: account.url, **account.credentials}
            pairs = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
            assert made.typed("connect", account.kind, account.kind, *pairs) == 0
            assert made.typed("event", "bind", "9001", account.kind) == 0
            assert made.typed("provision", account.kind) == 0
        for kind, names in KINDS_AND_FILES:
            code = made.typed("ingest", kind, *(str(EXAMPLES / name) for name in names))
            assert code in (0, 1)  # 1: the example has lines that cannot be read, on purpose
        yield made
