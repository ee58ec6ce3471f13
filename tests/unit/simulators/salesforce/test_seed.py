import json
from pathlib import Path

import pytest

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce
from turnout.simulators.salesforce.fidelity import fidelity
from turnout.simulators.salesforce.seed import read_seed
from turnout.wire import Reply, post

from .conftest import SEED, Client

ROOT = Path(__file__).parents[4]


@pytest.fixture
def summit(clock: VirtualClock) -> Client:
    text = (ROOT / "examples/winter-summit/salesforce-seed.json").read_text()
    return Client(salesforce(clock=clock, seed=read_seed(text)))


def test_the_example_has_the_people_that_matter(summit: Client) -> None:
    members = summit.query("SELECT Lead.FirstName, Status FROM CampaignMember ORDER BY Id")
    assert summit.one("SELECT Email FROM Contact WHERE FirstName = 'Paula'") == "paula@example.com"
    assert summit.one("SELECT ConvertedContact.Email FROM Lead WHERE IsConverted = true")["Email"] == (
        "quentin@example.com"
    )
    assert [(row["Lead"]["FirstName"], row["Status"]) for row in members] == [
        ("Rosa", "Invited by team member"),
        ("Tess", "During-event visit"),
    ]


def test_the_examples_campaign_has_four_statuses(summit: Client) -> None:
    query = "SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus ORDER BY SortOrder"
    assert [tuple(row.values()) for row in summit.query(query)] == [
        ("Sent", True, False),
        ("Responded", False, True),
        ("Invited by team member", False, False),
        ("During-event visit", False, True),
    ]


def test_a_reset_restores_the_seed(org: Client) -> None:
    org.made("Lead", LastName="L", Company="C")
    org.simulator(post("/_sim/reset"))
    assert [row["LastName"] for row in Client(org.simulator).query("SELECT LastName FROM Lead")] == ["Reyes"]


def test_a_seed_may_date_its_records(clock: VirtualClock) -> None:
    dated = {"sobject": "Contact", "modified": "2026-01-02T03:04:05.000+0000", "fields": {"LastName": "Old"}}
    org = Client(salesforce(clock=clock, seed={"records": [dated]}))
    assert org.one("SELECT LastModifiedDate FROM Contact") == "2026-01-02T03:04:05.000+0000"


@pytest.mark.parametrize(
    "seed",
    [
        {"people": []},
        {"records": [{"sobject": "Contact", "fields": {"LastName": "@nobody"}}]},
        {"records": [{"sobject": "Contact", "fields": {}}]},
        {"records": [{"sobject": "Horse", "fields": {}}]},
        {"settings": {"colour": "red"}},
        {"records": [*SEED["records"], SEED["records"][0]]},
    ],
)
def test_a_seed_that_makes_no_sense_is_refused(seed: dict[str, object], clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match=r"seed|unknown field"):
        salesforce(clock=clock, seed=seed)


def test_a_seed_is_an_object() -> None:
    with pytest.raises(ValueError, match="a seed is a JSON object"):
        read_seed("[]")


def test_acts_that_make_no_sense_are_refused(org: Client) -> None:
    answers = [
        org.simulator(post("/_sim/act", what))
        for what in (
            {"do": "fly"},
            {"do": "convert_lead", "id": "x"},
            {"do": "create", "sobject": "Lead", "fields": {}},
            {"do": "drop_field", "field": "Lead.LastName"},
        )
    ]
    assert [answer.status for answer in answers if isinstance(answer, Reply)] == [400] * 4


def test_the_page_about_fidelity_is_current() -> None:
    assert (ROOT / "docs/reference/fidelity-salesforce.md").read_text() == fidelity()


def test_the_state_is_json(ready: Client) -> None:
    assert json.loads(json.dumps(ready.simulator.vendor.state()))["Lead"][0]["LastName"] == "Reyes"
