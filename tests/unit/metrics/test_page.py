from pathlib import Path

from turnout.metrics.catalogue import METRICS
from turnout.metrics.page import page

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_the_page_names_every_metric():
    assert all(f"| `{metric.name}` |" in page() for metric in METRICS)


def test_the_page_in_the_docs_is_the_one_made():
    assert (REFERENCE / "metrics.md").read_text(encoding="utf-8") == page()
