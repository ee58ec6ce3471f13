"""The pull against an imitated Kaltura account: what it holds is what comes, once, whatever happens on the way."""

from pathlib import Path

import pytest
from tests.contract.kaltura_account import AFTER, DURING, Kaltura, Killed, kaltura

from turnout.clock import iso
from turnout.database import transaction
from turnout.facts.arrived import registrations
from turnout.metrics.reports import reported
from turnout.pipeline import setup
from turnout.state.events import channels, events

# (user, session): plays, minutes of video on demand, minutes live, as the example's readme and captures have them.
WATCHED = {
    ("anon-7f3a", "1_live0001"): (1, 0.0, 0.67),
    ("bob@example.com", "1_live0001"): (1, 0.0, 1.33),
    ("erin@example.com", "1_vod00003"): (1, 0.85, 0.0),
    ("frank@example.com", "1_live0004"): (1, 0.0, 0.5),
    ("ken@example.com", "1_live0004"): (0, 0.0, 0.0),
    ("li.na@example.com", "1_live0001"): (0, 0.0, 0.0),
    ("li.na@example.com", "1_live0004"): (1, 0.0, 0.67),
    ("li.na@example.com", "1_vod00013"): (1, 0.35, 0.0),
    ("olga@example.com", "1_vod00031"): (1, 0.52, 0.0),
    ("paula@example.com", "1_live0001"): (2, 0.0, 5.5),
    ("quentin@example.com", "1_vod00003"): (1, 1.0, 0.0),
    ("rosa@example.com", "1_live0001"): (1, 0.0, 1.0),
    ("rosa@example.com", "1_vod00031"): (1, 0.52, 0.0),
    ("sam@example.com", "1_live0001"): (1, 0.0, 1.17),
    ("victor@example.com", "1_live0001"): (1, 0.0, 1.0),
    ("vpetrov", "1_live0001"): (1, 0.0, 0.5),
    ("wanda-11", "1_live0001"): (1, 0.0, 0.83),
    ("zoe@example.com", "1_live0001"): (1, 0.0, 0.5),
}
CLEAN_CALLS = 70


@pytest.fixture
def account(tmp_path: Path):
    with kaltura(tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory):
    """What one pull without any trouble keeps, how many calls it makes, and a home with its tables made."""
    folder = tmp_path_factory.mktemp("clean")
    with kaltura(folder / "empty"):
        pass
    with kaltura(folder / "home") as made:
        made.pull()
        yield made.everything(), len(made.wire.calls), folder / "empty"


def newest(account: Kaltura):
    """Return each user's newest registration."""
    with transaction(account.home.engine) as connection:
        return {one.user_id: one for one in registrations(connection)}


def reports(account: Kaltura):
    with transaction(account.home.engine) as connection:
        return {(one.user, one.entry_id): one for one in reported(connection)}


def test_the_event_comes_with_its_sessions_durations_and_channels(account: Kaltura) -> None:
    account.pull()
    with transaction(account.home.engine) as connection:
        (event,) = events(connection)
        named = channels(connection)
    assert (event.id, event.name, iso(event.starts_at), iso(event.ends_at)) == (
        "9001",
        "Winter Summit 2026",
        "2026-11-21T19:00:00.000Z",
        "2026-11-22T01:00:00.000Z",
    )
    assert {(one.entry_id, one.name, one.type, one.duration_ms) for one in event.sessions} == {
        ("1_live0001", "Opening keynote", "live", 0),
        ("1_live0004", "Product news, live", "live", 0),
        ("1_vod00003", "Customer story: Größe GmbH", "vod", 60000),
        ("1_vod00005", "Accessibility in practice", "vod", 0),
        ("1_vod00013", 'Workshop: "Polls that work"', "vod", 60000),
        ("1_vod00031", "Roadmap 2027", "vod", 60000),
    }
    assert named == {330022: "Main stage", 330023: "Product track"}


def test_every_person_comes_with_their_status_its_time_and_origin(account: Kaltura) -> None:
    account.act("person", user_id="zoe@example.com", status="participatedPostEvent", origin="webhook")
    account.pull()
    wanted = {
        one["user"]: (one["status"], one["status_at"], one["origin"], one["created_at"])
        for one in account.state()["profiles"]
    }
    found = {
        user: (one.status, one.status_at, one.reg_origin, one.registered_at) for user, one in newest(account).items()
    }
    assert found == wanted
    assert len({status for status, *_ in found.values()}) == 11


def test_every_person_comes_with_names_e_mail_and_answers(account: Kaltura) -> None:
    account.pull()
    users = {one["id"]: one for one in account.state()["users"]}
    data = {one["user"]: one["data"] for one in account.state()["profiles"]}
    for user, one in newest(account).items():
        known = users[user]
        assert (one.first_name, one.last_name, one.company) == (
            known["first_name"],
            known["last_name"],
            known["company"],
        )
        assert one.email == known["email"].strip()
        told = {**one.custom, "phone": one.phone, "industry": one.industry}
        assert {name: told[name] for name in data[user]} == data[user]


def test_polls_come_in_launch_order_with_type_question_and_every_answer(account: Kaltura) -> None:
    account.pull()
    rows = account.kept("polls")
    launched = [row for row in rows if "user_id" not in row]
    assert [row["poll_id"] for row in launched if row["entry_id"] == "1_live0001"] == [
        f"poll-{number:02d}" for number in range(1, 13)
    ]
    assert launched == sorted(launched, key=lambda row: (row["entry_id"], row["launched_at"]))
    given = {(row["user_id"], row["poll_id"]): row["answer"] for row in rows if "user_id" in row}
    assert given["bob@example.com", "poll-01"] == "Leeds, UK"
    assert given["bob@example.com", "poll-02"] == "4"
    assert {row["type"] for row in launched} >= {"Open ended question", "rating scale", "crowd vote"}
    assert len(given) == 33


def test_engagement_is_one_row_for_each_person_and_session(account: Kaltura) -> None:
    account.pull()
    found = {
        place: (
            one.values["plays"],
            round(one.values["vod_minutes_viewed"], 2),
            round(one.values["live_minutes_viewed"], 2),
        )
        for place, one in reports(account).items()
    }
    assert found == WATCHED


def test_the_five_levels_reactions_and_times_are_those_of_the_captures(account: Kaltura) -> None:
    account.pull()
    bob = reports(account)["bob@example.com", "1_live0001"].values
    assert [bob[f"{one}_live_engagement_rate"] for one in ("no", "low", "fair", "good", "high")] == [
        12.5,
        12.5,
        12.5,
        50.0,
        12.5,
    ]
    assert bob["combined_live_engaged_users_play_time_ratio"] == 0.625
    assert (bob["clap_clicked_count"], bob["total_reactions_activity"], bob["answered_polls"]) == (2, 5, 12)
    assert (bob["raise_hand"], bob["messages_sent_group"], bob["qna_threads"], bob["add_to_calendar"]) == (1, 2, 1, 1)
    paula = reports(account)["paula@example.com", "1_live0001"].values
    assert (paula["mic_on"], paula["cam_on"]) == (1.5, 1.025)


def test_two_people_of_one_address_keep_their_own_numbers(account: Kaltura) -> None:
    account.pull()
    found = reports(account)
    assert found["victor@example.com", "1_live0001"].values["answered_polls"] == 2
    assert found["vpetrov", "1_live0001"].values["answered_polls"] == 1


def test_a_person_without_an_address_is_asked_for_alone(account: Kaltura) -> None:
    account.pull()
    nameless = reports(account)["anon-7f3a", "1_live0001"].values
    assert nameless["total_reactions_activity"] == 1
    assert "clap_clicked_count" not in nameless


def test_a_second_pull_brings_nothing_and_takes_a_handful_of_calls(account: Kaltura) -> None:
    account.pull()
    before = account.everything()
    account.again()
    told = account.pull()
    assert (sum(told.new.values()), account.everything()) == (0, before)
    assert len(account.wire.calls) <= 20


def test_the_session_is_ended(account: Kaltura) -> None:
    account.pull()
    assert account.wire.calls[-1] == "/api_v3/service/session/action/end"


def test_a_pull_that_dies_with_any_page_in_hand_goes_on_and_keeps_the_same(tmp_path: Path, clean) -> None:
    everything, calls, empty = clean
    assert calls <= CLEAN_CALLS
    for number in range(1, calls + 1):
        with kaltura(tmp_path / str(number), template=empty) as account:
            account.wire.dies_at = number
            with pytest.raises(Killed):
                account.pull()
            account.again()
            account.pull()
            assert account.everything() == everything, f"after dying at call {number}: {account.wire.calls}"


def test_a_page_that_was_kept_is_not_asked_for_again(tmp_path: Path, clean) -> None:
    everything, calls, empty = clean
    with kaltura(tmp_path / "home", template=empty) as account:
        account.wire.dies_at = calls - 25
        with pytest.raises(Killed):
            account.pull()
        tables = [path for path in account.wire.calls if "getTable" in path]
        account.again()
        account.pull()
        assert len([path for path in account.wire.calls if "getTable" in path]) < len(tables)
        assert account.everything() == everything


def test_only_who_changed_is_read_again(account: Kaltura) -> None:
    account.pull()
    account.again()
    account.clock.sleep(60)
    account.act("person", user_id="nina@example.com", status="blocked", origin="registration")
    told = account.pull()
    assert (told.new["registrations"], told.people) == (1, 1)
    assert newest(account)["nina@example.com"].status == "blocked"


def test_whoever_was_deleted_is_found_by_a_census_and_told_once(account: Kaltura) -> None:
    account.pull()
    account.act("delete", user_id="tess@example.com")
    account.again()
    first = account.pull()
    account.again()
    second = account.pull()
    assert (first.gone, second.gone) == (["tess@example.com"], [])
    assert "tess@example.com" in newest(account)


def test_a_report_of_a_running_event_is_not_final_and_becomes_so_after_its_end(tmp_path: Path) -> None:
    with kaltura(tmp_path / "home", now=DURING) as account:
        account.pull()
        during = {one.final for one in reports(account).values()}
        account.clock.advance_to(AFTER)
        account.again()
        account.pull()
        after = {one.final for one in reports(account).values()}
    assert (during, after) == ({False}, {True})


def test_a_status_that_fell_back_and_came_again_is_three_observations(account: Kaltura) -> None:
    account.pull()
    for status in ("unregistered", "registered"):
        account.clock.sleep(60)
        account.act("person", user_id="tess@example.com", status=status, origin="registration")
        account.again()
        account.pull()
    with transaction(account.home.engine) as connection:
        words = [one.status for one in registrations(connection) if one.user_id == "tess@example.com"]
    assert words[-2:] == ["unregistered", "registered"]


def test_a_budget_of_calls_spreads_single_persons_over_pulls(tmp_path: Path) -> None:
    with kaltura(tmp_path / "home", calls_per_pull="10") as account:
        waiting = []
        for _ in range(12):
            waiting.append(account.pull().waiting)
            account.again()
        levels = [one for one in reports(account).values() if "good_live_engagement_rate" in one.values]
        answers = [row for row in account.kept("polls") if "user_id" in row]
    assert waiting[0] > 0
    assert waiting[-1] == 0
    assert len(levels) == len([one for one in WATCHED.values() if one[2] > 0])
    assert len(answers) == 33


def test_who_may_not_is_told_with_the_service_and_whom_to_ask(account: Kaltura) -> None:
    account.act("settings", settings={"forbidden": ["user"]})
    found = {one.code: one for one in setup.check(account.home, "kaltura")}
    refused = found["service.refused:users"]
    assert "SERVICE_FORBIDDEN" in refused.what
    assert refused.who == "a KMC administrator"
    assert found["service:report:4021"].severity == "ok"


@pytest.mark.parametrize("report", ["60013", "40009", "4021", "3037", "60011"])
def test_a_report_that_is_not_enabled_costs_its_own_numbers_alone(account: Kaltura, report: str) -> None:
    account.act("settings", settings={"reports_off": [report]})
    told = account.pull()
    assert [what for what in told.refused if report in what] != []
    assert "ask your Kaltura representative" in " ".join(told.refused.values())
    assert len(newest(account)) == 28


def test_a_column_that_has_another_name_is_named(account: Kaltura) -> None:
    account.act("settings", settings={"renamed": {"60013.email": "e_mail"}})
    told = account.pull()
    (sentence,) = [why for what, why in told.refused.items() if "60013" in what]
    assert "no column 'email'" in sentence
    assert "e_mail" in sentence
    assert reports(account)["bob@example.com", "1_live0001"].values["plays"] == 1
    assert "messages_sent_group" not in reports(account)["bob@example.com", "1_live0001"].values
