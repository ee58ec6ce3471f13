"""Segments: whole lines that are on the disk, complete once their writer is done with them or dead."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from turnout.errors import Later
from turnout.inbox.log import Log, complete_segments

CRASH = """
import os, signal, sys
from pathlib import Path
from turnout.inbox.log import Log
log = Log(Path(sys.argv[1]))
log.write([b"one\\n", b"two\\n"], 0.0)
os.kill(os.getpid(), signal.SIGKILL)
"""


def held(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in complete_segments(folder)]


def test_a_segment_is_complete_once_its_log_is_closed(tmp_path):
    log = Log(tmp_path)
    log.write([b"one\n"], 0.0)
    assert held(tmp_path) == []
    log.write([b"two\n"], 1.0)
    log.close()
    assert held(tmp_path) == [b"one\ntwo\n"]


def test_a_segment_is_complete_once_it_is_old_enough(tmp_path):
    log = Log(tmp_path, segment_seconds=5.0)
    log.write([b"one\n"], 10.0)
    log.rotate(14.9)
    assert held(tmp_path) == []
    log.rotate(15.0)
    assert held(tmp_path) == [b"one\n"]


def test_a_segment_is_complete_once_it_is_large_enough(tmp_path):
    log = Log(tmp_path, segment_bytes=8)
    for _ in range(3):
        log.write([b"one\n"], 0.0)
    assert held(tmp_path) == [b"one\none\n"]


def test_a_log_that_was_never_written_leaves_nothing(tmp_path):
    log = Log(tmp_path / "log")
    log.rotate(100.0)
    log.close()
    assert not (tmp_path / "log").exists()


def test_the_segment_of_a_writer_that_was_killed_is_found(tmp_path):
    killed = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert held(tmp_path) == [b"one\ntwo\n"]


def test_the_segment_of_a_writer_that_lives_is_left_alone(tmp_path):
    log = Log(tmp_path)
    log.write([b"one\n"], 0.0)
    assert held(tmp_path) == []
    assert [path.suffix for path in tmp_path.iterdir()] == [".open"]
    log.close()


def test_lines_that_cannot_be_written_leave_no_half_of_them(tmp_path):
    log = Log(tmp_path)
    log.write([b"one\n"], 0.0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(Later, match="the log cannot be written: File too large"):
            log.write([b"two\n", b"three\n", b"four\n"], 1.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    log.write([b"five\n"], 2.0)
    log.close()
    assert sorted(held(tmp_path)) == [b"five\n", b"one\n"]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "log").write_text("a file")
    with pytest.raises(Later, match="the log cannot be written"):
        Log(tmp_path / "log").write([b"one\n"], 0.0)


def test_a_segment_can_be_read_by_its_owner_alone(tmp_path):
    log = Log(tmp_path)
    log.write([b"one\n"], 0.0)
    (path,) = tmp_path.iterdir()
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    log.close()
