"""What goes wrong on the way to Kaltura: a sentence that names it and the way out, and all else goes through."""

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.contract.kaltura_account import SEED, Kaltura, kaltura

from turnout.database import transaction
from turnout.errors import Halted, Later, SettingsError
from turnout.facts.arrived import registrations
from turnout.metrics.reports import reported
from turnout.pipeline import setup
from turnout.pipeline.intake import pull
from turnout.simulators.kit.faults import Fault
from turnout.state.events import events
from turnout.wire import Request


@pytest.fixture
def account(tmp_path: Path):
    with kaltura(tmp_path / "home") as made:
        yield made


def people(account: Kaltura) -> int:
    with transaction(account.home.engine) as connection:
        return len({one.user_id for one in registrations(connection)})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"partner_id": "7654321"}, "there is no such partner"),
        ({"app_token": "wrong"}, "hash type"),
        ({"app_token_id": "1_nobody"}, "application token"),
        ({"app_token_id": "", "app_token": "", "admin_secret": "wrong"}, "do not belong together"),
    ],
)
def test_wrong_credentials_are_told_apart(tmp_path: Path, given: dict[str, str], words: str) -> None:
    with kaltura(tmp_path / "home", **given) as account, pytest.raises(Halted, match=words):
        setup.check(account.home, "kaltura")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"partner_id": "acme"}, "partner_id of 'kaltura' is no number"),
        ({"app_token": ""}, "neither an application token nor an admin secret"),
        ({"service_url": "http://www.kaltura.com"}, "is not https"),
        ({"region": "mars"}, "region cannot be 'mars'"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_any_call(
    tmp_path: Path, given: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError, match=words), kaltura(tmp_path / "home", **given):
        pass


def test_an_admin_secret_serves_as_well(tmp_path: Path) -> None:
    secret = "5e2c1d0f9b8a47669c7e3f2a1b0d4c58"
    given = {"app_token_id": "", "app_token": "", "admin_secret": secret, "user_id": "turnout@example.com"}
    with kaltura(tmp_path / "home", **given) as account:
        found = setup.check(account.home, "kaltura")
        told = account.pull()
    assert [one.code for one in found if one.severity != "ok"] == []
    assert (told.people, told.refused) == (28, {})


def test_a_user_who_is_no_team_member_is_told_so_and_known_sessions_stand(tmp_path: Path) -> None:
    secret = "5e2c1d0f9b8a47669c7e3f2a1b0d4c58"
    given = {"app_token_id": "", "app_token": "", "admin_secret": secret, "user_id": "stranger@example.com"}
    with kaltura(tmp_path / "home", **given) as account:
        setup.add_event(account.home, SEED.parent / "event.json")
        told = account.pull()
        with transaction(account.home.engine) as connection:
            (event,) = events(connection)
    assert any("team member" in why for why in told.refused.values())
    assert (len(event.sessions), told.people) == (6, 28)


def test_a_session_that_ran_out_on_the_way_is_made_anew(account: Kaltura) -> None:
    account.wire.before = lambda number, request: account.clock.sleep(7200) if number == 30 else None
    told = account.pull()
    assert account.wire.calls.count("/api_v3/service/appToken/action/startSession") == 2
    assert (told.people, told.refused, told.later) == (28, {}, "")


def test_a_session_that_somebody_ended_is_made_anew(account: Kaltura) -> None:
    def ended(number: int, request: Request) -> None:
        ks = parse_qs(request.body.decode()).get("ks")
        if number == 30 and ks:
            account.act("end_session", ks=ks[0])

    account.wire.before = ended
    told = account.pull()
    assert (told.people, told.refused, told.later) == (28, {}, "")


def test_more_calls_than_kaltura_takes_are_waited_for(account: Kaltura) -> None:
    account.act("settings", settings={"rates": {"user": [1, 60], "chat": [5, 60]}})
    began = account.clock.now()
    told = account.pull()
    assert (told.people, told.new["polls"], told.later) == (28, 46, "")
    assert account.clock.now() - began > 60


@pytest.mark.parametrize("do", ["cut_before", "cut_after", "unreachable", "error", "throttle"])
def test_every_fifth_call_that_fails_costs_time_and_nothing_else(account: Kaltura, do: str) -> None:
    account.wire.account.faults.set([Fault(do, every=5, times=0)])  # type: ignore[arg-type]
    told = account.pull()
    assert (told.people, told.new["polls"], told.refused, told.later) == (28, 46, {}, "")


def test_a_service_that_never_answers_says_come_back_later_and_the_next_pull_goes_on(account: Kaltura) -> None:
    account.wire.account.faults.set([Fault("error", path=".*user-profile.*", times=0)])
    told = account.pull()
    assert told.later.startswith("user profiles: ")
    account.wire.account.faults.clear()
    account.again()
    assert account.pull().people == 28


def test_what_is_not_kaltura_is_told_so(account: Kaltura) -> None:
    account.wire.account.faults.set([Fault("garbage", path=".*virtualevent.*", times=0)])
    told = account.pull()
    assert any("what answered is not Kaltura" in why for why in told.refused.values())


def test_an_event_that_does_not_exist_is_told_so(account: Kaltura) -> None:
    told = account.pull("4711")
    assert list(told.refused) == ["the event, its sessions and channels"]


def test_an_event_without_people_or_sessions_is_read_and_holds_nothing(tmp_path: Path) -> None:
    seed = json.loads(SEED.read_text())
    seed["events"][0]["sessions"], seed["people"], seed["polls"] = [], [], []
    with kaltura(tmp_path / "home", seed=seed) as account:
        told = account.pull()
    assert (told.people, sum(told.new.values()), told.refused, told.later) == (0, 0, {}, "")


def test_a_person_without_an_address_comes_all_the_same(tmp_path: Path) -> None:
    with kaltura(tmp_path / "home") as account:
        account.act("person", user_id="mute-1", status="registered", origin="admin", user={"first_name": "Mute"})
        account.pull()
        with transaction(account.home.engine) as connection:
            (mute,) = [one for one in registrations(connection) if one.user_id == "mute-1"]
    assert (mute.email, mute.first_name, mute.status) == ("", "Mute", "registered")


def test_names_that_are_refused_cost_the_names_alone(account: Kaltura) -> None:
    account.act("settings", settings={"forbidden": ["user.list"]})
    told = account.pull()
    assert people(account) == 28
    assert any("SERVICE_FORBIDDEN" in why for why in told.refused.values())
    account.act("settings", settings={"forbidden": []})
    account.again()
    account.pull()
    with transaction(account.home.engine) as connection:
        assert [one.first_name for one in registrations(connection) if one.user_id == "bob@example.com"][-1] == "Bob"


def test_a_destination_is_not_pulled(account: Kaltura) -> None:
    given = {"url": "https://acme.my.salesforce.com", "client_id": "a", "client_secret": "b"}
    setup.connect(account.home, "salesforce", "sf", given=given)
    with pytest.raises(SettingsError, match="nothing is pulled from it"):
        pull(account.home, "sf")


def test_a_pull_that_is_running_is_left_alone(account: Kaltura) -> None:
    def second(number: int, request: Request) -> None:
        if number == 10:
            with pytest.raises(Later):
                pull(account.home, "kaltura", "9001")

    account.wire.before = second
    assert account.pull().people == 28


def test_many_pages_come_whole(tmp_path: Path) -> None:
    seed = {**json.loads(SEED.read_text()), "attendees": 1300}
    with kaltura(tmp_path / "home", seed=seed, calls_per_pull="0") as account:
        told = account.pull()
        wanted = {one["user"] for one in account.state()["profiles"]}
        with transaction(account.home.engine) as connection:
            found = {one.user_id for one in registrations(connection)}
            rows = reported(connection)
    assert (found, told.people, told.gone) == (wanted, len(wanted), [])
    assert len(rows) == len({(row.user, row.entry_id) for row in rows}) > 1200
