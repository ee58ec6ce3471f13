import csv
import io
import json
from pathlib import Path

import pytest

from turnout.errors import InputError
from turnout.facts.columns import Unreadable
from turnout.metrics.catalogue import METRICS
from turnout.sources.page import page
from turnout.sources.schemas import SCHEMAS, schema_of, template

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_a_templates_sample_can_be_read(kind):
    (row,) = csv.DictReader(io.StringIO(template(kind)))
    assert not isinstance(SCHEMAS[kind].read(row, "kaltura", 0.0), Unreadable)


def test_the_template_of_registrations_names_the_documented_columns():
    assert template("registrations").splitlines()[0] == (
        "event_id,user_id,email,first_name,last_name,company,title,phone,country,industry,status,status_at,"
        "reg_origin,registered_at,updated_at"
    )


def test_the_template_of_engagement_names_every_metric():
    header = template("engagement").splitlines()[0].split(",")
    assert header[:6] == ["event_id", "user_id", "entry_id", "channel_id", "final", "as_of"]
    assert header[6:] == [metric.name for metric in METRICS]


def test_the_template_of_beacons_is_a_captured_request():
    assert set(json.loads(template("beacons"))) == {"captured_at", "method", "url", "body"}


def test_an_unknown_kind_is_refused_with_the_kinds_there_are():
    with pytest.raises(InputError) as refusal:
        schema_of("webinars")
    assert refusal.value.hint == "use one of beacons, registrations, engagement, interactions, polls"


def test_the_page_in_the_docs_is_the_one_made():
    assert (REFERENCE / "sources.md").read_text(encoding="utf-8") == page()
