from pathlib import Path

import pytest
from tests.unit.pipeline.conftest import ADDRESSES, FILES, Simulators, Take, registration

from turnout.apps.simulate import CREDENTIALS
from turnout.errors import Halted, InputError, SettingsError
from turnout.pipeline import setup
from turnout.pipeline.home import Home, config
from turnout.pipeline.sync import sync
from turnout.simulators.kit.faults import Fault
from turnout.values.findings import Severity

CLIENT_ID, CLIENT_SECRET = CREDENTIALS["salesforce"]
GIVEN = {"url": ADDRESSES["salesforce"], "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def test_a_setting_not_given_again_keeps_its_value(opened: Home) -> None:
    setup.connect(opened, "salesforce", "sf", given=GIVEN)

    setup.connect(opened, "salesforce", "sf", given={"share_percent": "80"})

    kept = config(opened, "sf")
    assert (kept.get("client_secret"), kept.get("share_percent")) == (CLIENT_SECRET, "80")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Salesforce needs the setting 'url'"),
        ({**GIVEN, "client_secret": ""}, "needs the setting 'client_secret'"),
        ({**GIVEN, "colour": "red"}, "Salesforce has no setting 'colour'"),
        ({**GIVEN, "rate_scale": "7"}, "rate_scale cannot be '7'"),
        ({**GIVEN, "url": "http://summit.my.salesforce.com"}, "is not https"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_nothing_kept(opened: Home, given: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        setup.connect(opened, "salesforce", "sf", given=given)

    with pytest.raises(SettingsError, match="there is no connection 'sf'"):
        config(opened, "sf")


def test_a_name_belongs_to_one_kind(opened: Home) -> None:
    setup.connect(opened, "salesforce", "sf", given=GIVEN)

    with pytest.raises(SettingsError, match="is of kind 'salesforce'"):
        setup.connect(opened, "marketo", "sf", given={})


def test_binding_again_makes_a_new_version_of_the_mapping(bound: Home) -> None:
    again = setup.bind(bound, "9001", "marketo", vocabulary="codes")

    assert (again.mapping_version, again.vocabulary, again.program) == (2, "codes", "Winter Summit 2026")


def test_an_event_that_is_not_known_cannot_be_bound(bound: Home) -> None:
    with pytest.raises(InputError, match="there is no event '1'"):
        setup.bind(bound, "1", "marketo")


@pytest.mark.parametrize("kind", ["salesforce", "marketo"])
def test_provisioning_again_makes_nothing(bound: Home, simulators: Simulators, kind: str) -> None:
    before = simulators.writes()

    (again,) = setup.provision(bound, kind)

    assert {step.state for step in again.steps} == {"done"}
    assert simulators.writes() == before


def test_a_plan_of_provisioning_writes_nothing(opened: Home, simulators: Simulators) -> None:
    setup.add_event(opened, FILES / "event.json")
    setup.connect(opened, "salesforce", "sf", given=GIVEN)
    setup.bind(opened, "9001", "sf")

    (planned,) = setup.provision(opened, "sf", plan_only=True)

    assert simulators.writes() == 0
    assert {step.state for step in planned.steps} == {"done", "todo"}


def test_provisioning_without_a_binding_says_how_to_bind(opened: Home) -> None:
    setup.connect(opened, "salesforce", "sf", given=GIVEN)

    with pytest.raises(InputError, match="no event is bound to 'sf'") as told:
        setup.provision(opened, "sf")

    assert told.value.hint == "`turnout event bind EVENT sf` binds one"


def test_a_wrong_secret_is_named_and_not_shown(opened: Home) -> None:
    setup.connect(opened, "salesforce", "sf", given={**GIVEN, "client_secret": "mistyped"})

    told = stopped_or_found(opened)

    assert "secret" in told.lower()
    assert "mistyped" not in told


def stopped_or_found(opened: Home) -> str:
    """Return what the doctor says, be it as findings or as a reason to stop."""
    try:
        found = setup.check(opened, "sf")
    except Halted as stopped:
        return f"{stopped.message} {stopped.hint}"
    return " ".join(f"{one.what} {one.fix}" for one in found if one.severity is Severity.PROBLEM)


def test_what_was_halted_goes_on_after_resume(bound: Home, simulators: Simulators, take: Take) -> None:
    take("registrations", registration("ann@example.com"))
    simulators["salesforce"].faults.set([Fault("refuse", path="/composite/", times=1, code="API_DISABLED_FOR_ORG")])
    halted = sync(bound, connection="salesforce")

    lifted = setup.resume(bound, "salesforce")
    after = sync(bound, connection="salesforce")

    assert (set(halted[0].halted), lifted, after[0].created, after[0].halted) == ({"-/person"}, 1, 2, {})


def test_a_broken_event_file_is_told(opened: Home, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text('{"id": "1"}')

    with pytest.raises(InputError, match=r"event\.json describes no event"):
        setup.add_event(opened, file)
