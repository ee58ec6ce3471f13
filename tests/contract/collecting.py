"""The collector as a process of its own, spoken to over HTTP, and what a home holds of what it kept."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from turnout.database import transaction
from turnout.facts.embedded import embedded, file_list
from turnout.facts.parts import Parts
from turnout.inbox.arrivals import quarantined
from turnout.pipeline.home import home as opened_home
from turnout.pipeline.intake import TakenIn, take_in

COMMAND: Final = "import sys; from turnout.apps.cli import main; sys.argv[0] = 'turnout'; main()"
PATH: Final = "/api_v3/index.php"
BEACON: Final = {
    "service": "analytics",
    "action": "trackEvent",
    "eventType": "99",
    "partnerId": "1234567",
    "entryId": "1_live0001",
    "sessionId": "aa:bb",
    "userId": "ada@example.com",
    "eventIndex": "1",
    "playTimeSum": "10",
    "playbackType": "live",
    "soundMode": "2",
    "tabMode": "2",
    "virtualEventId": "9001",
}


class Collecting:
    """A running collector."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 0

    def ask(
        self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request on a connection of its own: status, headers, body."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            connection.request(method, target, body=body, headers=dict(headers or {}))
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
        finally:
            connection.close()

    def get(self, **changed: str) -> int:
        """Send the beacon, with some parameters changed, and return the status."""
        return self.ask("GET", f"{PATH}?{urlencode(BEACON | changed)}")[0]

    def workers(self) -> list[int]:
        """Return the processes that take beacons in: all that belong to the command but itself."""
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        lines = [line.split(None, 1) for line in found.stdout.splitlines()]
        return [int(pid) for pid, args in lines if "resource_tracker" not in args]

    def kill(self) -> None:
        """End all of its processes at once, as a machine that fails would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Tell it to stop, and return its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=30)


@contextmanager
def collecting(home: Path, *options: str, settings: str = "") -> Iterator[Collecting]:
    """Run a collector for partner 1234567 on a free port; none of its processes outlives the block."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text(settings)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            COMMAND,
            "--home",
            str(home),
            *["serve", "--only", "collector", "--partner", "1234567"],
            *options,
        ],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    try:
        yield Collecting(process, json.loads(process.stdout.readline())["url"])
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()


def counted(home: Path) -> TakenIn:
    """Seal and count all that the collectors of a home kept; they must have stopped."""
    with opened_home(home) as found:
        return take_in(found)


def beacons(home: Path, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of all beacons that were sealed, in order."""
    store = Parts(home / "beacons")
    names = sorted(store.names())
    if not names:
        return []
    with embedded(home / "scratch") as work:
        files = file_list([store.locate(name) for name in names])
        return sorted(work.execute(f"SELECT {', '.join(columns)} FROM read_parquet({files})").fetchall())


def aside(home: Path) -> list[str]:
    """Return the reasons of what went to the quarantine, in order."""
    with opened_home(home) as found, transaction(found.engine) as connection:
        return sorted(reason for _kind, _origin, reason, _body in quarantined(connection))
