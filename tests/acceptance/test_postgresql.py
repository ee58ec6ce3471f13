"""The state store's contract on a real PostgreSQL server, which this test starts by itself, not as root."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OWNER = "postgres"  # the user that Debian's package makes; a server refuses to run as root


def as_owner(*command: str | Path) -> None:
    """Run a command as the server's user where we are root, else as ourselves."""
    before = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    subprocess.run([*before, *map(str, command)], check=True, timeout=60, stdout=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def postgresql() -> Iterator[str]:
    """Yield the URL of a server of our own on a loopback port; it ends with the test."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    folder = Path(tempfile.mkdtemp(prefix="turnout-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER)
    port = free_port()
    as_owner(programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "turnout")
    options = f"-k {folder} -p {port} -h 127.0.0.1"
    as_owner(programs / "pg_ctl", "-D", folder / "data", "-o", options, "-w", "-l", folder / "log", "start")
    try:
        yield f"postgresql+psycopg://turnout@127.0.0.1:{port}/postgres"
    finally:
        as_owner(programs / "pg_ctl", "-D", folder / "data", "-m", "fast", "-w", "stop")
        shutil.rmtree(folder)


def test_the_state_store_keeps_its_contract_on_postgresql(postgresql: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/contract/test_state.py", "-n0", "-k", "postgresql", "-rA"],
        cwd=ROOT,
        env={**os.environ, "TURNOUT_TEST_POSTGRES": postgresql},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert done.stdout.count("PASSED") >= 40
