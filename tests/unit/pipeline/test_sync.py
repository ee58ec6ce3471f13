import pytest
from tests.unit.pipeline.conftest import Simulators, Take, registration

from turnout.clock import VirtualClock
from turnout.delivery.lease import leased
from turnout.errors import InputError, Later
from turnout.pipeline import setup
from turnout.pipeline.home import Home
from turnout.pipeline.look import parked, status
from turnout.pipeline.rehearse import rehearse
from turnout.pipeline.sync import Synced, sync
from turnout.pipeline.verify import verify
from turnout.simulators.kit.faults import Fault
from turnout.values.rows import Stand


def by_name(found: list[Synced]) -> dict[str, Synced]:
    return {one.connection: one for one in found}


def test_what_is_registered_stands_in_both_accounts(bound: Home, take: Take) -> None:
    take("registrations", registration("ann@example.com"))

    assert {name: one.created for name, one in by_name(sync(bound)).items()} == {"salesforce": 2, "marketo": 2}


def test_one_connection_can_be_chosen(bound: Home, take: Take) -> None:
    take("registrations", registration("ann@example.com"))

    assert [one.connection for one in sync(bound, connection="marketo")] == ["marketo"]


def test_nothing_bound_is_told(opened: Home) -> None:
    with pytest.raises(InputError, match="there is nothing to do"):
        sync(opened)


def test_an_account_that_another_process_serves_is_left_to_it_and_the_other_goes_on(bound: Home, take: Take) -> None:
    take("registrations", registration("ann@example.com"))

    with leased(bound.path, "marketo"):
        found = by_name(sync(bound))

    assert (found["marketo"].calls, found["salesforce"].created) == (0, 2)
    assert found["marketo"].later == "another process is delivering to 'marketo' now"


def test_an_account_that_is_named_and_served_elsewhere_is_for_later(bound: Home) -> None:
    with leased(bound.path, "marketo"), pytest.raises(Later):
        sync(bound, connection="marketo")


def test_an_account_out_of_reach_is_told_as_later_and_the_other_goes_on(
    bound: Home, simulators: Simulators, take: Take
) -> None:
    take("registrations", registration("ann@example.com"))
    simulators["salesforce"].faults.set([Fault("unreachable", times=0)])

    found = by_name(sync(bound))

    assert (found["marketo"].created, found["marketo"].later) == (2, "")
    assert found["salesforce"].created == 0
    assert found["salesforce"].later


def test_a_lost_answer_doubles_nothing(bound: Home, simulators: Simulators, take: Take) -> None:
    take("registrations", registration("ann@example.com"))
    for kind in ("salesforce", "marketo"):
        simulators[kind].faults.set([Fault("cut_after", method="POST", times=2)])
    sync(bound)
    for kind in ("salesforce", "marketo"):
        simulators[kind].faults.clear()

    sync(bound)
    found = verify(bound)

    assert [(one.read, one.differences) for one in found] == [(2, ()), (2, ())]
    leads = simulators["salesforce"].vendor.state()["Lead"]
    assert [lead["Email"] for lead in leads].count("ann@example.com") == 1


def test_people_of_an_excluded_domain_are_counted_so(bound: Home, take: Take) -> None:
    setup.connect(bound, "marketo", "marketo", given={"excluded_domains": "rival.example"})
    take("registrations", registration("ann@rival.example"))

    (found,) = sync(bound, connection="marketo")
    (read,) = verify(bound, connection="marketo")

    assert (found.created, found.held, found.rejected) == (0, 0, 0)
    (sheet,) = read.sheets
    assert [(line.source, line.excluded, line.waiting) for line in sheet.lines] == [
        (1, 1, 0),
        (1, 1, 0),
        (0, 0, 0),
        (0, 0, 0),
    ]
    assert sheet.closes


def test_a_person_nobody_may_make_is_kept_out_by_the_setting(bound: Home, simulators: Simulators, take: Take) -> None:
    setup.connect(bound, "salesforce", "salesforce", given={"create_people": "no"})
    take("registrations", registration("ann@example.com"), registration("paula@example.com"))
    before = simulators["salesforce"].book.shown()["writes"]

    (told,) = rehearse(bound, connection="salesforce")
    (found,) = sync(bound, connection="salesforce")

    assert (dict(told.create), told.matched, told.writes) == ({"member": 1}, 1, 1)
    assert found.created == 1
    assert simulators["salesforce"].book.shown()["writes"] - before == 1


def test_several_matches_are_held_where_the_policy_says_so(bound: Home, take: Take) -> None:
    setup.connect(bound, "marketo", "marketo", given={"several_matches": "hold"})
    take("registrations", registration("paula@example.com"))

    (told,) = rehearse(bound, connection="marketo")
    (found,) = sync(bound, connection="marketo")

    assert (sum(told.parked.values()), found.held, found.parked_anew) == (1, 1, 1)
    (held,) = parked(bound, [Stand.HELD], "marketo")
    assert (held["email"], held["kind"]) == ("paula@example.com", "person")
    assert "several people in the account share the e-mail address" in held["reason"]


def test_two_people_that_are_one_in_an_account_are_joined(bound: Home, simulators: Simulators, take: Take) -> None:
    take("registrations", registration("ann@example.com"))
    sync(bound, connection="marketo")
    take("registrations", registration("ann.b@example.com"))
    simulators["marketo"].vendor.act({"do": "edit_person", "email": "ann@example.com", "fields": {
        "email": "ann.b@example.com"}})  # fmt: skip

    (told,) = rehearse(bound, connection="marketo")
    (found,) = sync(bound, connection="marketo")

    assert (told.joined, sum(told.create.values())) == (1, 0)
    assert (found.created, found.held, found.waiting) == (0, 0, {})


def test_how_it_stands_tells_when_something_last_went_well(bound: Home, take: Take, clock: VirtualClock) -> None:
    take("registrations", registration("ann@example.com"))
    sync(bound)
    clock.sleep(90)

    told = {
        one["connection"]: (sum(one["stands"].values()), one["latest_success_age_seconds"]) for one in status(bound)
    }

    assert {name: records for name, (records, _) in told.items()} == {"salesforce": 2, "marketo": 2}
    assert all(90 <= age <= 120 for _, age in told.values())


def test_a_first_look_at_a_target_that_is_gone_stops_its_streams(bound: Home, take: Take) -> None:
    setup.bind(bound, "9001", "marketo", program="No such program")
    take("registrations", registration("ann@example.com"))

    (found,) = sync(bound, connection="marketo")

    assert found.created == 0
    assert {stream.split("/")[1] for stream in found.halted} >= {"person", "member"}
