"""The README's first command, as a newcomer types it in a clean clone: `make demo`, looked at, ended by Ctrl-C."""

import os
import signal
import subprocess
from pathlib import Path
from threading import Timer
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
LAST = "Ctrl-C ends the simulators."


def test_make_demo_closes_both_sheets_stays_up_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", ROOT, tmp_path / "clone"], check=True, timeout=60)
    running = subprocess.Popen(
        ["make", "demo"],
        cwd=tmp_path / "clone",  # nothing is set up there: the command does it
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = Timer(400, os.killpg, (running.pid, signal.SIGKILL))
    deadline.start()
    try:
        assert running.stdout is not None
        told = []
        for line in running.stdout:
            told.append(line.strip())
            if told[-1] == LAST:
                break
        assert told[-1] == LAST, told
        (state, *_) = [line.split()[-1] for line in told if line.endswith("/_sim/calls")]
        assert urlopen(state).status == 200  # it is still up
        os.killpg(running.pid, signal.SIGINT)
        running.wait(30)
        running.stdout.close()
    finally:
        deadline.cancel()
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    assert [line for line in told if line.endswith("no differences")] == [
        "marketo: 78 records read back, no differences",
        "salesforce: 79 records read back, no differences",
    ]
    assert [line.split()[0] for line in told if " yes " in f"{line} "].count("person") == 2
