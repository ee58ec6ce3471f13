"""The tutorial, followed as a newcomer would: the demo runs, and each command looks at what it made."""

import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.reading import ROOT, blocks

TURNOUT = str(Path(sys.executable).parent / "turnout")
STEPS = [
    line.replace(".venv/bin/turnout", TURNOUT)
    for block in blocks()
    if block.page == "docs/tutorial.md" and block.language == "sh"
    for line in block.text.splitlines()
    if "--home .turnout/demo" in line
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the demo runs, as it does after `make demo`."""
    place = tmp_path_factory.mktemp("newcomer")
    examples = str(ROOT / "examples/winter-summit")
    demo = subprocess.Popen(
        [TURNOUT, "demo", "--examples", examples],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout is not None
    told = []
    for line in demo.stdout:
        told.append(line)
        if "Ctrl-C" in line:
            break
    else:
        pytest.fail("the demo ended by itself:\n" + "".join(told))
    (place / "told").write_text("".join(told))
    yield place
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=20)
    assert demo.returncode == 0


def typed(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(shlex.split(line), cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("line", STEPS, ids=lambda line: line.split("demo ", 1)[1])
def test_a_step_of_the_tutorial_does_what_it_says(line: str, folder: Path) -> None:
    done = typed(line, folder)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_second_sync_makes_no_call_that_writes(folder: Path) -> None:
    done = typed(f"{TURNOUT} --home .turnout/demo --json sync", folder)

    assert re.findall(r'"(created|updated)": *([1-9]\d*)', done.stdout) == []
    assert done.returncode == 0


@pytest.mark.parametrize("command", ["engagement", "holds", "explain bob@example.com"])
def test_what_the_demo_tells_to_try_can_be_tried(command: str, folder: Path) -> None:
    assert f"demo {command}" in (folder / "told").read_text()
    assert typed(f"{TURNOUT} --home .turnout/demo {command}", folder).returncode == 0
