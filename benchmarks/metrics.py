"""Metrics from beacons beside the same work written by hand in SQL, and what a cycle costs on a long history.

A generator writes parts of beacons directly: people with pauses, resets, hidden tabs, full screen, copies, and
beacons out of order. For each size it prints time and peak memory of the whole refresh and of the hand-written
query on the same files, and compares their rows both ways; then a cycle of new beacons on old ones beside the new
ones alone. All files are in a temporary folder, and removed.

    python benchmarks/metrics.py [MILLIONS ...]      (default: 20 100; the cycle adds a hundredth of the last size)
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import duckdb
from sqlalchemy import create_engine, insert

from turnout.clock import SystemClock
from turnout.database import opened
from turnout.facts.beacons import FIELDS
from turnout.facts.parts import Parts
from turnout.metrics.state import refresh, state_parts
from turnout.tables import PART

MILLION = 1_000_000
PEOPLE = 100_000
ENTRIES = 5
SLICE_ROWS = 1_000_000
START_MS = 1_795_289_400_000

# Viewing session s (of a person p, in an entry) sends beacon k: a play first, then VIEWs ten seconds apart.
# A run is what lies between two long pauses; the player begins its sum and its numbers anew after each.
GENERATE = """
SELECT 'kaltura' AS source, '1234567' AS partner, printf('%016x', hash(s)) AS viewing,
  '1_entry' || (s % {entries}) AS entry, 'person-' || (s // {entries}) || '@example.com' AS attendee,
  '9001' AS event, CAST(330022 + (s % 2) AS VARCHAR) AS context,
  CASE WHEN k = 0 THEN '3' ELSE '99' END AS type,
  ({start} // 1000) + run * 4000 + (hash(s) % 600)::BIGINT AS start_s,
  CAST(step + 2 AS BIGINT) AS idx,
  CASE WHEN k = 0 THEN NULL ELSE CAST((step + 1) * 10000 AS BIGINT) END AS play_ms,
  CASE WHEN s % {entries} = 0 THEN CAST(step * 10000 % 3600000 AS BIGINT) ELSE -5000 END AS position_ms,
  CASE WHEN s % {entries} = 0 THEN 'vod' ELSE 'live' END AS playback,
  CAST(1 + (hash(s, k // 7) % 10 > 1)::INT AS BIGINT) AS sound,
  CAST(1 + (hash(s, k // 11) % 10 > 2)::INT AS BIGINT) AS tab,
  CAST(1 + (hash(s, k // 13) % 10 > 6)::INT AS BIGINT) AS screen,
  CAST({start} + k * 10000 + run * 40000 + (hash(s) % 600000) + hash(s, k) % 900 AS BIGINT) AS received_ms,
  '' AS raw
FROM (
  SELECT s, k, k // (20 + s % 37) AS run, k % (20 + s % 37) AS step
  FROM range({sessions}) AS people(s), range({first}, {last}) AS beacons(k), range(2) AS copies(copy)
  WHERE copy = 0 OR hash(s, k, 'copy') % 200 = 0
)
ORDER BY viewing, entry, received_ms
"""

# The same work by hand: copies removed, sums turned into steps, levels, hundredths of the length, plays.
BY_HAND = """
WITH placed AS (
  SELECT source, partner, viewing, entry, attendee, event, context, type, play_ms, position_ms, playback,
    sound, tab, screen, received_ms, start_s * 1000000 + idx AS place
  FROM read_parquet({files}) WHERE type IN ('3', '99')
), once AS (
  SELECT *, row_number() OVER same AS copy FROM placed
  WINDOW same AS (PARTITION BY source, partner, viewing, entry, attendee, type, place, play_ms ORDER BY received_ms)
), stepped AS (
  SELECT *, play_ms - coalesce(lag(play_ms) OVER run, 0) AS step, received_ms - lag(received_ms) OVER run AS elapsed
  FROM once WHERE copy = 1
  WINDOW run AS (PARTITION BY source, partner, viewing, entry, attendee, type ORDER BY place)
), timed AS (
  SELECT *, CASE WHEN type <> '99' THEN 0
    WHEN elapsed IS NULL OR (CASE WHEN step < 0 THEN play_ms ELSE step END) <= 60000 + 4 * greatest(elapsed, 0)
    THEN (CASE WHEN step < 0 THEN play_ms ELSE step END) ELSE 0 END AS delta,
    CASE WHEN sound = 1 AND tab = 1 THEN 1 WHEN sound = 1 THEN 2 WHEN tab = 1 THEN 3 WHEN screen = 2 THEN 5 ELSE 4 END
      AS level
  FROM stepped
)
SELECT source, partner, viewing, entry, attendee, event, CAST(context AS BIGINT) AS channel,
  count(*) FILTER (type = '3') AS plays,
  CAST(sum(delta) FILTER (playback = 'vod') AS BIGINT) AS vod_ms,
  CAST(sum(delta) FILTER (playback <> 'vod') AS BIGINT) AS live_ms,
  CAST(sum(delta) FILTER (playback <> 'vod' AND level = 1) AS BIGINT) AS live_no_ms,
  CAST(sum(delta) FILTER (playback <> 'vod' AND level = 2) AS BIGINT) AS live_low_ms,
  CAST(sum(delta) FILTER (playback <> 'vod' AND level = 3) AS BIGINT) AS live_fair_ms,
  CAST(sum(delta) FILTER (playback <> 'vod' AND level = 4) AS BIGINT) AS live_good_ms,
  CAST(sum(delta) FILTER (playback <> 'vod' AND level = 5) AS BIGINT) AS live_high_ms,
  max(place) FILTER (type = '99') AS view_place, max(place) FILTER (type = '3') AS counted_place
FROM timed GROUP BY ALL
"""
SUMS = ["vod_ms", "live_ms", "live_no_ms", "live_low_ms", "live_fair_ms", "live_good_ms", "live_high_ms"]
KEYS = ["source", "partner", "viewing", "entry", "attendee", "event", "channel", "plays", "view_place", "counted_place"]


class Done(NamedTuple):
    seconds: float
    cpu_seconds: float
    peak_mb: float


def generate(home: Path, *, sessions: int, first: int, beacons: int) -> None:
    """Write parts of so many beacons of each session, from the `first` on."""
    engine = opened(f"sqlite:///{home / 'turnout.db'}")
    store = Parts(home / "beacons")
    step = max(SLICE_ROWS // sessions, 1)
    columns = ", ".join(field.name for field in FIELDS)
    with duckdb.connect() as work, engine.begin() as connection:
        for at in range(first, first + beacons, step):
            query = GENERATE.format(
                entries=ENTRIES, start=START_MS, sessions=sessions, first=at, last=min(at + step, first + beacons)
            )
            name = f"made-{at:06d}.parquet"
            copy = f"COPY (SELECT {columns} FROM ({query})) TO '{{}}' (FORMAT parquet, ROW_GROUP_SIZE 20000)"
            sealed = store.seal(name, lambda path, copy=copy: work.execute(copy.format(path)))
            count = work.execute(f"SELECT count(*) FROM read_parquet('{store.locate(name)}')").fetchall()[0][0]
            row = {"writer": name, "seq": 0, "path": name, "rows": count, "sha256": sealed.sha256}
            connection.execute(insert(PART).values(**row, received_at=START_MS / 1000))
    engine.dispose()


def apart(*words: str) -> Done:
    """Run one step in a process of its own, so that its memory can be told."""
    began = perf_counter()
    process = subprocess.Popen([sys.executable, __file__, *words])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)} failed")
    return Done(perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def made(home: str, *numbers: int) -> None:
    """Generate in a process of its own too: a child's peak memory begins with its parent's."""
    apart("--generate", home, *map(str, numbers))


def count(home: Path) -> None:
    engine = create_engine(f"sqlite:///{home / 'turnout.db'}")
    refresh(home, engine, SystemClock())


def by_hand(home: Path) -> None:
    """Run the hand-written query with the engine's own bounds, and write its rows."""
    settings: dict[str, Any] = {"memory_limit": "2GB", "temp_directory": str(home / "scratch")}
    with duckdb.connect(config=settings) as work:
        query = BY_HAND.format(files=f"'{home}/beacons/*.parquet'")
        work.execute(f"COPY ({query}) TO '{home}/by-hand.parquet' (FORMAT parquet, COMPRESSION zstd)")


def difference(home: Path) -> int:
    """Return how many rows one has and the other has not, both ways."""
    columns = ", ".join([*KEYS, *(f"coalesce({name}, 0)" for name in SUMS)])
    files = ", ".join(f"'{state_parts(home).locate(name)}'" for name in state_parts(home).names())
    ours, theirs = f"SELECT {columns} FROM read_parquet([{files}])", f"SELECT {columns} FROM '{home}/by-hand.parquet'"
    with duckdb.connect() as work:
        return sum(
            int(work.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchall()[0][0])
            for left, right in ((ours, theirs), (theirs, ours))
        )


def whole(millions: float) -> None:
    """Compare the refresh with the hand-written query on the same files."""
    rows = int(millions * MILLION)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        beacons = max(rows // (PEOPLE * ENTRIES), 20)
        sessions = rows // beacons
        made(name, sessions, 0, beacons)
        hand = apart("--by-hand", name)
        ours = apart("--count", name)
        differ = difference(home)
    print(
        f"| {millions:g} M | {sessions:,} | {ours.seconds:.1f} | {ours.cpu_seconds:.1f} | {ours.peak_mb:,.0f} "
        f"| {hand.seconds:.1f} | {hand.cpu_seconds:.1f} | {hand.peak_mb:,.0f} "
        f"| {ours.cpu_seconds / hand.cpu_seconds:.2f} | {differ} |",
        flush=True,
    )


def cycle(millions: float) -> None:
    """Compare a cycle of new beacons on old ones with the same new ones alone."""
    old, new = int(millions * MILLION), int(millions * MILLION / 100)
    beacons = max(old // (PEOPLE * ENTRIES), 20)
    sessions = old // beacons
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        made(name, sessions, 0, beacons)
        apart("--count", name)
        fresh = max(new // sessions, 1)
        made(name, sessions, beacons, fresh)
        made(other, sessions, beacons, fresh)
        on_old, alone = apart("--count", name), apart("--count", other)
    print(
        f"\na cycle of {sessions * fresh:,} new on {old:,} old: {on_old.cpu_seconds:.1f} s of processor, "
        f"alone {alone.cpu_seconds:.1f} s: {on_old.cpu_seconds / alone.cpu_seconds:.2f} times; "
        f"peak {on_old.peak_mb:,.0f} MB against {alone.peak_mb:,.0f} MB"
    )


def main() -> None:
    sizes = [float(one) for one in sys.argv[1:]] or [20.0, 100.0]
    print("| beacons | sessions | s | CPU s | peak MB | by hand: s | CPU s | peak MB | CPU ratio | rows that differ |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for millions in sizes:
        whole(millions)
    cycle(sizes[-1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--count"]:
        count(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--generate"]:
        sessions, first, beacons = map(int, sys.argv[3:])
        generate(Path(sys.argv[2]), sessions=sessions, first=first, beacons=beacons)
    elif sys.argv[1:2] == ["--by-hand"]:
        by_hand(Path(sys.argv[2]))
    else:
        main()
