"""What only a person decides: that delivered rows may shrink; that a change of mapping is rolled out."""

import pytest
from tests.unit.pipeline.conftest import Simulators, Take, registration

from turnout.clock import VirtualClock
from turnout.errors import InputError
from turnout.pipeline.decisions import confirm, rollout
from turnout.pipeline.home import Home
from turnout.pipeline.sync import Synced, sync


def report(plays: int, minutes: float = 30.0) -> dict[str, object]:
    row = {"event_id": "9001", "user_id": "ann@example.com", "entry_id": "1_live0001", "channel_id": 330022}
    return {**row, "plays": plays, "live_minutes_viewed": minutes}


def plays(simulators: Simulators) -> list[float]:
    tables = simulators["salesforce"].vendor.org.tables  # type: ignore[attr-defined]
    return [row["plays__c"] for row in tables["usersessionengagement__c"].rows.values()]


def of_salesforce(found: list[Synced]) -> Synced:
    return next(one for one in found if one.connection == "salesforce")


@pytest.fixture
def delivered(bound: Home, take: Take) -> Home:
    take("registrations", registration("ann@example.com"))
    take("engagement", report(5))
    sync(bound)
    return bound


def test_rows_that_would_shrink_stop_and_nothing_is_lowered(
    delivered: Home, take: Take, simulators: Simulators
) -> None:
    take("engagement", report(2))

    found = of_salesforce(sync(delivered))

    assert plays(simulators) == [5.0]
    assert found.halted["9001@salesforce/engagement"].startswith("1 of 1 delivered rows would lose values")


def test_once_a_person_confirmed_they_shrink(delivered: Home, take: Take, simulators: Simulators) -> None:
    take("engagement", report(2))
    sync(delivered)

    told = confirm(delivered, connection="salesforce")

    assert told == {"salesforce": 1}
    assert of_salesforce(sync(delivered)).halted == {}
    assert plays(simulators) == [2.0]


def test_a_confirmation_holds_for_one_sync(delivered: Home, take: Take, simulators: Simulators) -> None:
    take("engagement", report(4))
    confirm(delivered)
    sync(delivered)
    take("engagement", report(1))

    sync(delivered)

    assert plays(simulators) == [4.0]


def test_rows_that_grow_go_at_once(delivered: Home, take: Take, simulators: Simulators) -> None:
    take("engagement", report(6))

    sync(delivered)

    assert plays(simulators) == [6.0]


def test_a_small_late_change_goes_a_day_after_the_last_write(
    delivered: Home, take: Take, simulators: Simulators, clock: VirtualClock
) -> None:
    take("engagement", report(5, 30.5))
    before = simulators.writes()
    sync(delivered)
    at_once = simulators.writes() - before
    clock.sleep(86_400)

    sync(delivered)

    assert (at_once, simulators.writes() > before) == (0, True)


def hide(simulators: Simulators, field: str, *, hidden: bool) -> None:
    act = {"do": "hide_field" if hidden else "show_field", "object": "UserSessionEngagement__c", "field": field}
    simulators["salesforce"].vendor.act(act)


def test_a_field_that_comes_is_sent_for_delivered_rows_only_once_it_is_rolled_out(
    bound: Home, take: Take, simulators: Simulators, clock: VirtualClock
) -> None:
    hide(simulators, "plays__c", hidden=True)
    take("registrations", registration("ann@example.com"))
    take("engagement", report(5))
    sync(bound)
    hide(simulators, "plays__c", hidden=False)
    clock.sleep(7200)  # the look at the objects is old now
    before = simulators.writes()
    sync(bound)
    unasked = simulators.writes() - before

    told = rollout(bound, "all", connection="salesforce")
    sync(bound)

    assert (unasked, told, plays(simulators)) == (0, {"salesforce": 1}, [5.0])


def test_new_touches_nothing_that_was_delivered(delivered: Home) -> None:
    assert rollout(delivered, "new") == {"marketo": 0, "salesforce": 0}


def test_another_scope_is_refused_by_name(bound: Home) -> None:
    with pytest.raises(InputError, match="there is no scope 'some'"):
        rollout(bound, "some")


def test_only_rows_are_rolled_out(delivered: Home) -> None:
    assert rollout(delivered, "all") == {"marketo": 1, "salesforce": 1}
