"""The whole flow on one machine: the demo with more and more people, simulators included.

Prints for each size the time, the processor's time and the peak memory of the one process that holds flow and
simulators, and how many calls each account got for a thousand attendees; then the ratios between sizes.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

SIZES = (0, 250, 1000)
ROOT = Path(__file__).parents[1]


class Measured(NamedTuple):
    attendees: int
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float
    calls: dict[str, int]


def measured(more: int) -> Measured:
    """Return what the demo with so many more people took."""
    turnout = str(Path(sys.executable).parent / "turnout")
    with tempfile.TemporaryDirectory() as home:
        line = [turnout, "--home", home, "--json", "demo", "--no-web", "--attendees", str(more)]
        began = perf_counter()
        demo = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE)
        assert demo.stdout is not None
        told = demo.stdout.read()
        _, status, used = os.wait4(demo.pid, 0)
        wall = perf_counter() - began
        demo.returncode = os.waitstatus_to_exitcode(status)
    if demo.returncode:
        sys.exit(f"the demo with {more} more people failed:\n{told.decode()}")
    summary = json.loads(told)
    calls = {name: account["calls"] for name, account in summary["connections"].items()}
    return Measured(summary["attendees"], wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, calls)


def main() -> None:
    """Measure each size once and print a line for each, then the ratios."""
    found = []
    for size in SIZES:
        found.append(measured(size))
        one = found[-1]
        calls = ", ".join(f"{name} {number}" for name, number in one.calls.items())
        print(
            f"{one.attendees:>6} attendees: {one.wall_seconds:7.1f} s, {one.cpu_seconds:7.1f} s of processor, "
            f"{one.peak_mb:6.0f} MB, calls of the sync: {calls}",
            flush=True,
        )
    small, large = found[-2], found[-1]
    people = large.attendees / small.attendees
    print(f"{people:.1f} times the people took {large.cpu_seconds / small.cpu_seconds:.1f} times the processor")


if __name__ == "__main__":
    main()
