"""beacons -> parts, in SQL: the delta step and the merges, written for the embedded engine, readable by Spark."""

from collections.abc import Iterable, Sequence
from typing import Final

import sqlglot

from turnout.facts.beacons import COLUMNS, KEY, PLACE_UNIT, PLAY_TYPES, VIEW_TYPES
from turnout.metrics.parts import BOOKKEEPING, PLAYER_PARTS, Part

ENGINE: Final = "duckdb"

SLACK_MS: Final = 60_000
FASTEST: Final = 4
LONGEST_PLAY_MS: Final = 24 * 3_600_000
"""An absurd jump: more played since the last VIEW than a minute and four times the time that went by;
and no player has played for more than a day without a reset. Such time is not counted."""

SAME: Final = ("event", "channel")
"""Within one viewing session, time counts for the event and the channel that the beacon itself names."""

PLACES: Final = ("view_place", "view_play_ms", "view_received_ms", "counted_place")
"""Where a viewing session stands: its last VIEW and its last counted event."""


def _names(names: Iterable[str], table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else name for name in names)


def _texts(texts: Iterable[str]) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def on_key(left: str, right: str) -> str:
    """Return the condition that two relations speak of one viewing session."""
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in KEY)


# A place orders the beacons of a viewing session; `class` parts VIEWs (2) from counted events (1) and the rest (0).
PLACED: Final = f"""
SELECT *,
  COALESCE(start_s, received_ms // 1000) * {PLACE_UNIT} + COALESCE(idx, 0) AS place,
  CASE WHEN type IN ({_texts(VIEW_TYPES)}) AND play_ms BETWEEN 0 AND {LONGEST_PLAY_MS} THEN 2
       WHEN type IN ({_texts(PLAY_TYPES)}) THEN 1 ELSE 0 END AS class
FROM {{beacons}}
"""

NUMERIC: Final = "REGEXP_MATCHES(context, '^[0-9]{1,18}$')"

# `beacons` are all that is to be counted; `carried` is where sessions stand that are only continued;
# `durations` are the known lengths of entries. A copy of a VIEW adds nothing since its own time is the one before it.
# A channel that is no number is 0; an application's beacon has no number of its own and no channel: NULL.
DELTAS: Final = f"""
WITH placed AS ({PLACED.format(beacons="beacons")}),
stepped AS (
  SELECT placed.*,
    LAG(place) OVER beside AS before_place, LAG(type) OVER beside AS before_type,
    LAG(play_ms) OVER beside AS before_ms, LAG(received_ms) OVER beside AS before_received_ms,
    LEAD(place) OVER beside AS after_place
  FROM placed
  WINDOW beside AS (
    PARTITION BY {_names(KEY)}, class
    ORDER BY place, play_ms, type, received_ms, event, context, position_ms, playback, sound, tab, screen)
),
stepped_on AS (
  SELECT stepped.*,
    CASE WHEN class < 2 THEN 0
         WHEN play_ms >= COALESCE(before_ms, carried.view_play_ms, 0)
         THEN play_ms - COALESCE(before_ms, carried.view_play_ms, 0)
         ELSE play_ms END AS step_ms,
    received_ms - COALESCE(before_received_ms, carried.view_received_ms) AS elapsed_ms,
    COALESCE(durations.duration_ms, 0) AS duration_ms
  FROM stepped
  LEFT JOIN carried ON {on_key("stepped", "carried")}
  LEFT JOIN durations ON stepped.entry = durations.entry
),
timed AS (
  SELECT stepped_on.*,
    CASE WHEN elapsed_ms IS NULL OR step_ms <= {SLACK_MS} + {FASTEST} * GREATEST(elapsed_ms, 0)
         THEN step_ms ELSE 0 END AS delta_ms
  FROM stepped_on
),
sliced AS (
  SELECT timed.*,
    CASE WHEN duration_ms > 0 AND delta_ms > 0 AND position_ms > 0 AND playback = 'vod'
         THEN LEAST(GREATEST(position_ms - delta_ms, 0) * 100 // duration_ms, 99) END AS first_slice,
    CASE WHEN duration_ms > 0 AND delta_ms > 0 AND position_ms > 0 AND playback = 'vod'
         THEN LEAST((position_ms * 100 - 1) // duration_ms, 99) END AS last_slice
  FROM timed
)
SELECT {_names(KEY)}, event, received_ms, place, class, after_place, play_ms, delta_ms, duration_ms,
  CASE WHEN {NUMERIC} THEN CAST(context AS BIGINT) WHEN idx IS NULL AND context = '' THEN NULL ELSE 0 END AS channel,
  CASE WHEN context <> '' AND NOT {NUMERIC} THEN 1 ELSE 0 END AS stray,
  CASE WHEN class < 1 OR class > 1 THEN 0
       WHEN before_place = place AND before_type = type AND NOT before_ms IS DISTINCT FROM play_ms THEN 0
       ELSE 1 END AS counted,
  CASE WHEN class = 2 AND playback IN ('live', 'dvr') THEN 1 ELSE 0 END AS live,
  CASE WHEN class = 2 AND playback = 'vod' THEN 1 ELSE 0 END AS vod,
  CASE WHEN sound = 1 AND tab = 1 THEN 1 WHEN sound = 1 AND tab = 2 THEN 2 WHEN sound = 2 AND tab = 1 THEN 3
       WHEN sound = 2 AND tab = 2 AND screen = 2 THEN 5 WHEN sound = 2 AND tab = 2 THEN 4 ELSE 0 END AS level,
  CASE WHEN first_slice < 50 THEN
    (CAST(1 AS BIGINT) << CAST(LEAST(last_slice, 49) - first_slice + 1 AS INT)) - 1 ELSE 0 END
    * (CAST(1 AS BIGINT) << CAST(CASE WHEN first_slice < 50 THEN first_slice ELSE 0 END AS INT)) AS slices_lo,
  CASE WHEN last_slice >= 50 THEN
    (CAST(1 AS BIGINT) << CAST(last_slice - GREATEST(first_slice, 50) + 1 AS INT)) - 1 ELSE 0 END
    * (CAST(1 AS BIGINT) << CAST(CASE WHEN last_slice >= 50 THEN GREATEST(first_slice, 50) - 50 ELSE 0 END AS INT))
    AS slices_hi
FROM sliced
"""


def _merge(part: Part, expr: str) -> str:
    if part.op == "sum":
        return f"CAST(SUM({expr}) AS BIGINT) AS {part.name}"
    return f"{part.op.upper()}({expr}) AS {part.name}"


def _first(part: Part) -> str:
    return _merge(part, f"CASE WHEN {part.where} THEN {part.expr} ELSE 0 END" if part.where else part.expr)


STATE: Final = {
    **dict.fromkeys((*KEY, "event"), "VARCHAR"),
    **dict.fromkeys(
        ("channel", *(part.name for part in (*PLAYER_PARTS, *BOOKKEEPING)), *PLACES, "duration_ms", "step"), "BIGINT"
    ),
}
"""The columns of the state of viewing sessions, and their types; `step` is the refresh that counted it last."""


def totals(deltas: str = "deltas") -> str:
    """Return the query that adds up the delta step's rows: one for each viewing session, event and channel."""
    last = "class = 2 AND after_place IS NULL"
    return f"""
        SELECT {_names(KEY)}, {_names(SAME)}, {", ".join(_first(part) for part in (*PLAYER_PARTS, *BOOKKEEPING))},
          MAX(CASE WHEN {last} THEN place END) AS view_place,
          MAX(CASE WHEN {last} THEN play_ms END) AS view_play_ms,
          MAX(CASE WHEN {last} THEN received_ms END) AS view_received_ms,
          MAX(CASE WHEN class = 1 THEN place END) AS counted_place,
          MAX(duration_ms) AS duration_ms
        FROM {deltas} GROUP BY {_names(KEY)}, {_names(SAME)}
    """


def together(keys: Sequence[str], partials: str = "partials") -> str:
    """Return the query that unites rows of parts which share `keys`."""
    merges = ", ".join(_merge(part, part.name) for part in (*PLAYER_PARTS, *BOOKKEEPING))
    return f"SELECT {_names(keys)}, {merges} FROM {partials} GROUP BY {_names(keys)}"


def states(step: int = 1, partials: str = "partials") -> str:
    """Return the query for the new state of viewing sessions: their parts, the place where each stands, the step."""
    return f"""
        WITH parts AS ({together((*KEY, *SAME), partials)}),
        places AS (
          SELECT {_names(KEY)}, MAX(view_place) AS view_place, ARG_MAX(view_play_ms, view_place) AS view_play_ms,
            ARG_MAX(view_received_ms, view_place) AS view_received_ms, MAX(counted_place) AS counted_place,
            MAX(duration_ms) AS duration_ms
          FROM {partials} GROUP BY {_names(KEY)})
        SELECT parts.*, {_names((*PLACES, "duration_ms"), "places")}, CAST({step} AS BIGINT) AS step
        FROM parts JOIN places ON {on_key("parts", "places")}
    """


# New beacons at or before the place where their viewing session stands, or another length of the entry,
# mean that the session is counted again from all of its beacons; the rest goes on from where it stands.
TOUCHED: Final = f"""
WITH placed AS ({PLACED.format(beacons="fresh")}),
came AS (
  SELECT {_names(KEY)}, MIN(CASE WHEN class = 2 THEN place END) AS view_from,
    MIN(CASE WHEN class = 1 THEN place END) AS counted_from
  FROM placed GROUP BY {_names(KEY)}
)
SELECT {_names(KEY, "came")}, COALESCE(
  stands.view_place >= came.view_from, FALSE) OR COALESCE(stands.counted_place >= came.counted_from, FALSE)
  OR COALESCE(stands.duration_ms <> COALESCE(durations.duration_ms, 0), FALSE) AS again
FROM came
LEFT JOIN stands ON {on_key("came", "stands")}
LEFT JOIN durations ON came.entry = durations.entry
UNION
SELECT {_names(KEY, "stands")}, TRUE AS again
FROM stands
LEFT JOIN durations ON stands.entry = durations.entry
WHERE stands.duration_ms <> COALESCE(durations.duration_ms, 0)
"""


def countable(dropped_ms: int = 0) -> str:
    """Return the query for what is counted: all that came, but for sessions to be counted again whose beacons are gone.

    Beacons from before `dropped_ms` may have been dropped.
    """
    gone = f"again AND EXISTS (SELECT 1 FROM stood WHERE {on_key('stood', 'came')} AND stood.first_ms < {dropped_ms})"
    return f"SELECT * FROM came WHERE NOT ({gone})"


STANDS: Final = f"SELECT DISTINCT {_names((*KEY, *PLACES, 'duration_ms'))} FROM stood"

# Entries whose length is not the one they were counted with: all of an entry's sessions are counted with one.
CHANGED: Final = """
SELECT counted.entry FROM (
  SELECT entry, ARG_MAX(duration_ms, generation) AS duration_ms FROM generations GROUP BY entry
) AS counted LEFT JOIN durations ON counted.entry = durations.entry
WHERE counted.duration_ms <> COALESCE(durations.duration_ms, 0)
"""

# All rows of the state that a refresh may touch, so that it does not sort the rest.
NEAR: Final = """
SELECT * FROM generations
WHERE viewing IN (SELECT viewing FROM fresh) OR entry IN (SELECT entry FROM changed)
"""


def lately(since: int = 0) -> str:
    """Return the query for the state of all attendees whom a later step than `since` touched."""
    touched = "SELECT source, attendee FROM generations AS late"
    return f"SELECT * FROM generations WHERE (source, attendee) IN ({touched} WHERE late.step > {since})"


# Of each viewing session, the rows of the newest generation that holds it.
STOOD: Final = f"""
SELECT * FROM (
  SELECT *, MAX(generation) OVER (PARTITION BY {_names(KEY)}) AS newest FROM near
) AS held WHERE generation = newest
"""

COUNTED: Final = f"""
SELECT {_names(COLUMNS, "fresh")} FROM fresh JOIN touched ON {on_key("fresh", "touched")} WHERE NOT touched.again
UNION ALL
SELECT {_names(COLUMNS, "consumed")} FROM consumed JOIN touched ON {on_key("consumed", "touched")} WHERE touched.again
"""

CARRIED: Final = f"""
SELECT {_names((*KEY, *PLACES), "stands")} FROM stands JOIN touched ON {on_key("stands", "touched")}
WHERE NOT touched.again
"""

# What an attendee did: viewing sessions of one event, entry and channel, with the event that lists the entry
# where the beacon named none.
MEASURED_KEY: Final = ("source", "attendee", "event", "entry", "channel")

VIEWED: Final = f"""
SELECT source, attendee, COALESCE(NULLIF(stood.event, ''), listed.event, '') AS event, stood.entry, channel,
  {_names(part.name for part in (*PLAYER_PARTS, *BOOKKEEPING))}
FROM stood LEFT JOIN listed ON stood.entry = listed.entry
"""

STATEMENTS: Final = {
    "deltas": DELTAS,
    "totals": totals(),
    "states": states(),
    "touched": TOUCHED,
    "countable": countable(),
    "changed": CHANGED,
    "near": NEAR,
    "lately": lately(),
    "stands": STANDS,
    "stood": STOOD,
    "counted": COUNTED,
    "carried": CARRIED,
    "viewed": VIEWED,
    "measured": together(MEASURED_KEY, "viewed"),
}
"""Every statement of the metrics by name, in the embedded engine's words."""


def spark(statement: str) -> str:
    """Return a statement in the distributed engine's words."""
    return sqlglot.transpile(statement, read=ENGINE, write="spark")[0]
