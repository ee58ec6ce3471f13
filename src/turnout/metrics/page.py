"""The reference page of the metrics, made from the catalogue and the table of parts."""

from typing import Final

from turnout.metrics.catalogue import METRICS, Metric
from turnout.metrics.parts import ACTION_PARTS, MASKS, PARTS, PLAYER_PARTS, Part

INTRODUCTION: Final = """\
# Metrics

This page is made from `turnout/metrics/catalogue.py` and `turnout/metrics/parts.py`; a test holds it to them.

Each metric is a sum of parts, or one sum divided by another.
Parts are integers (milliseconds, counts, bit masks) that merge in any order; minutes and rates are made last, to \
two decimals, halves up.
A metric is sent only where a source that can see its group of facts was read for the session: missing is not zero.
Rates are missing where there was no time to divide by, completion where the length of the recording is not known.
"""

METRICS_HEAD: Final = """\
| metric | unit | made of | seen by | description |
|---|---|---|---|---|
"""

PARTS_HEAD: Final = """
## Parts

A part of the player is what its expression adds for each beacon where the condition holds.
The other parts count interactions of the type and value named, or add up how long they lasted.

| part | merges by | adds | where | group |
|---|---|---|---|---|
"""

NOTES: Final = """
## How beacons become time

A viewing session is one player session id for one partner, session (entry) and user: the player gives the first \
two media of a page the same id.
Its VIEW beacons are put in order by the start of playing (where it is absent, the second in which the beacon came) \
and the beacon's number.
Each counts for what it adds to the sum of the one before; a smaller sum means that the player began anew, and \
counts whole.
A sum of more than a day is no time, and so is a step of more than a minute and four times what the clock shows.
The time counts for the level, the kind of play (live and dvr, or vod), the channel and the event of the VIEW that \
reports it.

| level | sound | tab | screen |
|---|---|---|---|
| no | off | not in focus | any |
| low | off | in focus | any |
| fair | on | not in focus | any |
| good | on | in focus | normal, or not told |
| high | on | in focus | full |

A VIEW of a recording marks the hundredths of its length between its position and as much before it as was played \
since the last VIEW.
Kaltura does not publish which hundredths its own reports mark, nor whether they count ten seconds a VIEW instead; \
both may differ a little.
"""


def page() -> str:
    """Return the page as Markdown."""
    metrics = "".join(_metric(metric) for metric in METRICS)
    parts = "".join(_part(part) for part in (*PLAYER_PARTS, *ACTION_PARTS))
    return f"{INTRODUCTION}\n{METRICS_HEAD}{metrics}{PARTS_HEAD}{parts}{NOTES}"


def _metric(metric: Metric) -> str:
    made = " + ".join(f"`{name}`" for name in metric.top)
    if metric.bottom:
        made = f"({made}) / ({' + '.join(f'`{name}`' for name in metric.bottom)})"
    unit = {"slices": "0..100", "%": "0..100", "ratio": "0..1"}.get(metric.unit, metric.unit)
    groups = sorted({PARTS[part].group for name in metric.top for part in MASKS.get(name, (name,))})
    return f"| `{metric.name}` | {unit} | {made} | {' or '.join(groups)} | {metric.help} |\n"


def _part(part: Part) -> str:
    return f"| `{part.name}` | {part.op} | `{part.expr}` | `{part.where}` | {part.group} |\n"
