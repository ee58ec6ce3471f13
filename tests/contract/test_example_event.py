"""The hard cases of the example event, one by one, as they stand in both accounts after one sync."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from tests.contract.example import Example, example

from turnout.pipeline.look import engagement, explain, parked
from turnout.pipeline.rehearse import Rehearsed, rehearse
from turnout.pipeline.sync import Synced, sync
from turnout.pipeline.verify import Verified, verify
from turnout.values.rows import Stand

LIVE, NEWS = "1_live0001", "1_live0004"
NO_EMAIL = "the attendee has no e-mail address: give one at the source, or leave the person out"


class Done(NamedTuple):
    example: Example
    rehearsed: dict[str, Rehearsed]
    writes_by_rehearsal: tuple[int, int]
    writes_by_sync: tuple[int, int]
    synced: dict[str, Synced]
    verified: dict[str, Verified]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    with example(tmp_path_factory.mktemp("example")) as ready:
        before = ready.writes()
        rehearsed = rehearse(ready.home)
        after = ready.writes()
        synced = sync(ready.home)
        written = ready.writes()
        verified = verify(ready.home)
        yield Done(
            ready,
            {one.connection: one for one in rehearsed},
            (after[0] - before[0], after[1] - before[1]),
            (written[0] - after[0], written[1] - after[1]),
            {one.connection: one for one in synced},
            {one.connection: one for one in verified},
        )


@pytest.fixture(scope="module")
def accounts(done: Done) -> Example:
    return done.example


STATUSES = [
    ("carol", "created, by single sign-on", "SSO login", "Created"),
    ("dave", "created", "Invited by team member", "Created"),
    ("ivan", "invited", "Invited by team member", "Invited"),
    ("judy", "invitedPendingRegistration", "Invited by team member to register", "Invited"),
    ("ken", "registered", "Registered", "Registered"),
    ("mia", "confirmed", "Confirmed email", "Confirmed"),
    ("nina", "autoConfirmed", "Registered no confirmation required", "autoConfirmed"),
    ("omar", "attended", "Pre-event visit", "Attended"),
    ("bob", "participated", "During-event visit", "Participated"),
    ("pia", "participatedPostEvent", "Registered", "Attended"),
    ("rick", "blocked", "Blocked", "Blocked"),
    ("uma", "unregistered", "Un-registered", "Un-registered"),
    ("sam", "registered again, then participated", "During-event visit", "Participated"),
    ("rosa", "a member added by someone else", "During-event visit", "Participated"),
    ("tess", "set by a person, only registered with us", "During-event visit", "Participated"),
]


@pytest.mark.parametrize(("name", "case", "label", "code"), STATUSES)
def test_a_status_stands_in_salesforce_as_its_label(
    accounts: Example, name: str, case: str, label: str, code: str
) -> None:
    assert accounts.salesforce.member(f"{name}@example.com")["Status"] == label


@pytest.mark.parametrize(("name", "case", "label", "code"), STATUSES)
def test_a_status_stands_in_marketo_as_its_code(accounts: Example, name: str, case: str, label: str, code: str) -> None:
    assert accounts.marketo.status(f"{name}@example.com") == code


@pytest.mark.parametrize(
    ("name", "responded"),
    [("carol", False), ("judy", False), ("ken", True), ("omar", True), ("rick", False), ("uma", False)],
)
def test_a_member_has_responded_where_the_status_is_a_success(accounts: Example, name: str, responded: bool) -> None:
    assert accounts.salesforce.member(f"{name}@example.com")["HasResponded"] is responded


def test_a_visit_after_the_event_without_a_label_of_its_own_is_told(accounts: Example) -> None:
    told = accounts.told("pia@example.com", "salesforce")["records"]

    assert [one["reason"] for one in told if one["kind"] == "member"] == [
        "the account has no status for Kaltura's 'participatedPostEvent': the one before it stands"
    ]


def test_an_attendee_without_an_address_is_held_with_all_that_refers_to_them(accounts: Example) -> None:
    held = parked(accounts.home, [Stand.HELD])

    assert [(one["connection"], one["user"], one["kind"], one["session"]) for one in held] == [
        (connection, "anon-7f3a", kind, session)
        for connection in ("marketo", "salesforce")
        for kind, session in (("person", ""), ("engagement", LIVE), ("member", ""), ("polls", LIVE))
    ]
    assert {one["reason"] for one in held} == {NO_EMAIL}


def test_two_users_with_one_address_are_one_lead_with_folded_rows(accounts: Example) -> None:
    (lead,) = accounts.salesforce.leads("victor@example.com")
    (row,) = accounts.salesforce.engagement("victor@example.com")

    assert (lead["FirstName"], lead["LastName"], lead["Company"]) == ("Victor", "Petrov", "North Wind d.o.o.")
    assert (row["user"], row["plays"], row["live_minutes_viewed"]) == ("vpetrov", 2, 1.5)
    assert (row["low_live_engagement_rate"], row["good_live_engagement_rate"]) == (33.33, 66.67)
    assert (row["wow_clicked_count"], row["answered_polls"]) == (2, 3)


def test_two_users_with_one_address_are_one_person_in_marketo(accounts: Example) -> None:
    (person,) = accounts.marketo.people("victor@example.com")
    (row,) = accounts.marketo.engagement("victor@example.com")

    assert (person["firstName"], person["lastName"]) == ("Victor", "Petrov")
    assert (row["personId"], row["plays"], row["live_minutes_viewed"]) == (person["id"], 2, 1.5)


def test_the_fold_is_told(accounts: Example) -> None:
    assert explain(accounts.home, "victor@example.com")["notes"] == [
        "2 users are one person: victor@example.com, vpetrov"
    ]


def test_a_changed_address_is_told(accounts: Example) -> None:
    story = explain(accounts.home, "wanda.meier@example.com")

    assert story["notes"] == ["e-mail changed from wanda@example.com to wanda.meier@example.com"]
    assert len(accounts.salesforce.leads("wanda.meier@example.com")) == 1
    assert accounts.salesforce.leads("wanda@example.com") == []
    assert accounts.marketo.people("wanda@example.com") == []


def test_a_contact_that_exists_is_matched_and_its_fields_are_left(accounts: Example) -> None:
    (contact,) = accounts.salesforce.contacts("paula@example.com")
    member = accounts.salesforce.member("paula@example.com")

    assert accounts.salesforce.leads("paula@example.com") == []
    assert (member["ContactId"], member["LeadId"]) == (contact["Id"], None)
    assert contact["LastName"] == "Peters"


def test_of_two_people_in_marketo_the_latest_modified_is_taken(accounts: Example) -> None:
    older, newer = accounts.marketo.people("paula@example.com")

    assert (newer["lastName"], newer["updatedAt"], newer["unsubscribed"]) == (
        "Park-Meyer",
        "2026-09-17T15:40:00Z",
        True,
    )
    assert [member["leadId"] for member in accounts.marketo.members("paula@example.com")] == [newer["id"]]
    assert {row["personId"] for row in accounts.marketo.engagement("paula@example.com")} == {newer["id"]}
    steps = accounts.told("paula@example.com", "marketo")["history"]
    assert steps[0]["detail"] == f"matched {newer['id']}, chosen of 2"
    assert older["updatedAt"] == "2025-03-04T09:12:00Z"


def test_a_converted_lead_is_followed_to_its_contact(accounts: Example) -> None:
    (lead,) = accounts.salesforce.leads("quentin@example.com")
    member = accounts.salesforce.member("quentin@example.com")

    assert lead["IsConverted"] is True
    assert (member["ContactId"], member["LeadId"]) == (lead["ConvertedContactId"], None)
    assert member["external_id__c"] == f"{member['CampaignId']}_{lead['ConvertedContactId']}"


def test_a_member_added_by_someone_else_is_found_and_given_its_external_id(accounts: Example) -> None:
    (lead,) = accounts.salesforce.leads("rosa@example.com")
    member = accounts.salesforce.member("rosa@example.com")

    assert member["external_id__c"] == f"{member['CampaignId']}_{lead['Id']}"
    assert len(member["external_id__c"]) == 37
    assert (lead["LastName"], lead["Company"]) == ("Reyes", "Reyes & Sons")


def test_a_status_set_by_a_person_is_kept_and_counted_so(done: Done) -> None:
    for connection in ("salesforce", "marketo"):
        (sheet,) = done.verified[connection].sheets
        assert [line.kept for line in sheet.lines if line.kind == "member"] == [1]
    told = done.example.told("tess@example.com", "marketo")["records"]
    assert [one["stands"] for one in told if one["kind"] == "member"] == ["kept"]


def test_a_member_that_is_kept_has_its_external_id_all_the_same(accounts: Example) -> None:
    (lead,) = accounts.salesforce.leads("tess@example.com")

    assert accounts.salesforce.member("tess@example.com")["external_id__c"].endswith(f"_{lead['Id']}")


def test_slots_are_in_launch_order_and_only_the_answered_are_filled(accounts: Example) -> None:
    for account in (accounts.salesforce, accounts.marketo):
        (row,) = account.polls("rosa@example.com")
        answered = {number: row.get(f"poll_{number}_answer") for number in range(1, 11)}
        assert {number: answer for number, answer in answered.items() if answer is not None} == {
            1: "Cádiz",
            2: "3",
            7: 'No, "crackling"',
        }


def test_an_answer_that_was_changed_is_the_latest(accounts: Example) -> None:
    for account in (accounts.salesforce, accounts.marketo):
        (row,) = account.polls("paula@example.com")
        assert row["poll_2_answer"] == "4"


def test_polls_beyond_ten_are_kept_and_counted(accounts: Example) -> None:
    told = explain(accounts.home, "bob@example.com")["polls"]
    (row,) = accounts.salesforce.engagement("bob@example.com")

    assert [(one["slot"], one["answer"], one["kept_only"]) for one in told if one["slot"] >= 10] == [
        (10, "9", False),
        (11, "Yes", True),
        (12, "Thanks, all!", True),
    ]
    assert row["answered_polls"] == 12


def test_a_long_answer_is_cut_to_what_each_account_holds(accounts: Example) -> None:
    (narrow,) = accounts.salesforce.polls("bob@example.com")
    (wide,) = accounts.marketo.polls("bob@example.com")

    assert len(narrow["poll_5_answer"]) == 255
    assert len(wide["poll_5_answer"]) == 1500
    assert wide["poll_5_answer"].startswith(narrow["poll_5_answer"])
    assert (len(narrow["poll_8_question"]), len(wide["poll_8_question"])) == (255, 350)


@pytest.mark.parametrize(
    ("connection", "told"),
    [
        ("salesforce", "poll_5_answer cut from 1600 to 255 characters"),
        ("marketo", "poll_5_answer was cut from 1600 to 1500 characters"),
    ],
)
def test_a_cut_is_told_in_the_history(accounts: Example, connection: str, told: str) -> None:
    steps = accounts.told("bob@example.com", connection)["history"]

    assert [step["what"] for step in steps if told in step["detail"]] == ["accepted"]


def test_the_whole_answer_is_kept(accounts: Example) -> None:
    (answer,) = [one["answer"] for one in explain(accounts.home, "bob@example.com")["polls"] if one["slot"] == 5]

    assert len(answer) == 1600
    assert answer.endswith("schedEnd")


def test_a_session_seen_in_two_channels_makes_two_rows(accounts: Example) -> None:
    for account in (accounts.salesforce, accounts.marketo):
        rows = account.engagement("paula@example.com")
        shown = [(row["entry_id"], row["channel_id"], row["channel_name"], row["live_minutes_viewed"]) for row in rows]
        assert shown == [(LIVE, 330022, "Main stage", 4.67), (LIVE, 330023, "Product track", 0.83)]


def test_what_has_no_channel_counts_on_one_row_only(accounts: Example) -> None:
    for account in (accounts.salesforce, accounts.marketo):
        home, other = account.engagement("paula@example.com")
        counted = ("answered_polls", "total_reactions_activity", "mic_on", "cam_on")
        assert [home[name] for name in counted] == [8, 2, 1.5, 1.03]
        assert [other[name] for name in counted] == [0, 0, 0, 0]


@pytest.mark.parametrize(("name", "entry"), [("zoe", LIVE), ("li.na", NEWS)])
def test_a_channel_that_is_no_number_or_not_named_is_0(accounts: Example, name: str, entry: str) -> None:
    for account in (accounts.salesforce, accounts.marketo):
        rows = account.engagement(f"{name}@example.com")
        assert [row["channel_id"] for row in rows if row["entry_id"] == entry] == [0]


@pytest.mark.parametrize(
    ("name", "first", "last", "company", "title"),
    [
        ("sam", "Sam", '"Sammy" Stone, Jr.', "Stone, Stone & Daughters", "Partner"),
        ("erin", "Erin", "O'Brien", 'Fabrikam "Labs"', "Producer"),
        ("olga", "Ольга", "Соколова", "ООО «Ромашка»", "Аналитик"),
        ("omar", "عمر", "الخطيب", "شركة المستقبل", "مهندس"),
        ("li.na", "娜", "李", "北京示例科技有限公司", "工程师"),
    ],
)
def test_names_arrive_as_they_are(
    accounts: Example, name: str, first: str, last: str, company: str, title: str
) -> None:
    (lead,) = accounts.salesforce.leads(f"{name}@example.com")
    (person,) = accounts.marketo.people(f"{name}@example.com")

    assert [lead[column] for column in ("FirstName", "LastName", "Company", "Title")] == [first, last, company, title]
    assert [person[field] for field in ("firstName", "lastName", "company", "title")] == [first, last, company, title]


def test_a_line_break_in_a_field_of_one_line_becomes_a_blank_in_salesforce(accounts: Example) -> None:
    (lead,) = accounts.salesforce.leads("zoe@example.com")
    (person,) = accounts.marketo.people("zoe@example.com")

    assert lead["Company"] == "Räksmörgås AB (Nordic branch)"
    assert person["company"] == "Räksmörgås AB\n(Nordic branch)"


def test_the_oracle_of_the_captures_stands_in_both_accounts(accounts: Example) -> None:
    expected = {
        "plays": 1,
        "live_minutes_viewed": 1.33,
        "no_live_engagement_rate": 12.5,
        "low_live_engagement_rate": 12.5,
        "fair_live_engagement_rate": 12.5,
        "good_live_engagement_rate": 50.0,
        "high_live_engagement_rate": 12.5,
        "combined_live_engaged_users_play_time_ratio": 0.63,
        "clap_clicked_count": 2,
        "heart_clicked_count": 1,
        "wow_clicked_count": 1,
        "total_reactions_activity": 5,
        "messages_sent_group": 2,
        "qna_threads": 1,
        "raise_hand": 1,
        "add_to_calendar": 1,
        "entry_name": "Opening keynote",
    }
    for account in (accounts.salesforce, accounts.marketo):
        (row,) = account.engagement("bob@example.com")
        assert {name: row[name] for name in expected} == expected


MISSING = [
    ("quentin", "1_vod00003", "clap_clicked_count"),  # reactions of that session were not read
    ("quentin", "1_vod00003", "high_live_engagement_rate"),  # no live time
    ("hal", "1_vod00005", "total_vod_completion_rate"),  # the length is not known
    ("ken", NEWS, "good_live_engagement_rate"),  # no live time of this person
    ("frank", NEWS, "mic_on"),  # the room of that session was not read
]


@pytest.mark.parametrize(("name", "entry", "metric"), MISSING)
def test_missing_is_not_zero(accounts: Example, name: str, entry: str, metric: str) -> None:
    for account in (accounts.salesforce, accounts.marketo):
        (row,) = [row for row in account.engagement(f"{name}@example.com") if row["entry_id"] == entry]
        assert row.get(metric) is None


@pytest.mark.parametrize(
    ("name", "entry", "metric"), [("ken", NEWS, "plays"), ("rosa", LIVE, "mic_on"), ("wanda.meier", LIVE, "raise_hand")]
)
def test_zero_is_sent_where_a_source_was_read(accounts: Example, name: str, entry: str, metric: str) -> None:
    for account in (accounts.salesforce, accounts.marketo):
        (row,) = [row for row in account.engagement(f"{name}@example.com") if row["entry_id"] == entry]
        assert row[metric] == 0


def test_a_row_names_its_member_and_its_lead(accounts: Example) -> None:
    member = accounts.salesforce.member("rosa@example.com")
    rows = accounts.salesforce.engagement("rosa@example.com") + accounts.salesforce.polls("rosa@example.com")

    assert [(row["campaign_member"], row["Lead"]) for row in rows] == [(member["Id"], member["LeadId"])] * 3


@pytest.mark.parametrize("name", ["paula", "quentin"])
def test_a_row_of_a_contact_names_no_lead(accounts: Example, name: str) -> None:
    member = accounts.salesforce.member(f"{name}@example.com")
    rows = accounts.salesforce.engagement(f"{name}@example.com")

    assert {(row["campaign_member"], row["Lead"]) for row in rows} == {(member["Id"], None)}


def test_a_row_of_an_event_that_is_not_registered_is_listed_and_goes_nowhere(accounts: Example) -> None:
    rows = [row for row in engagement(accounts.home) if row["user"] == "gina@example.com"]

    assert [(row["event_id"], row["entry_id"], row["vod_minutes_viewed"]) for row in rows] == [
        ("9002", "1_vod00004", 0.18)
    ]
    assert accounts.salesforce.leads("gina@example.com") == []
    assert accounts.marketo.people("gina@example.com") == []


def test_the_counts_are_those_of_the_example(done: Done) -> None:
    counted = {
        name: (one.created, one.updated, one.unchanged, one.rejected, one.held) for name, one in done.synced.items()
    }

    assert counted == {"salesforce": (73, 2, 4, 0, 4), "marketo": (73, 1, 5, 0, 4)}


def test_the_sheets_close(done: Done) -> None:
    for one in done.verified.values():
        (sheet,) = one.sheets
        lines = [(line.kind, line.source, line.delivered, line.held, line.unconfirmed) for line in sheet.lines]
        assert lines == [
            ("person", 27, 26, 1, 0),
            ("member", 27, 26, 1, 0),
            ("engagement", 21, 20, 1, 0),
            ("polls", 8, 7, 1, 0),
        ]
        assert sheet.closes


def test_nothing_differs_when_read_back(done: Done) -> None:
    assert {name: (one.differences, one.refused) for name, one in done.verified.items()} == {
        "salesforce": ((), ""),
        "marketo": ((), ""),
    }


def test_no_call_was_made_that_the_vendors_do_not_know(accounts: Example) -> None:
    assert accounts.salesforce.calls()["unknown"] == 0
    assert accounts.marketo.calls()["unknown"] == 0


def test_a_rehearsal_writes_nothing(done: Done) -> None:
    assert done.writes_by_rehearsal == (0, 0)


def test_a_rehearsal_tells_what_the_sync_then_does(done: Done) -> None:
    counted = {
        name: (sum(one.create.values()), sum(one.update.values()), sum(one.parked.values()))
        for name, one in done.rehearsed.items()
    }

    assert counted == {name: (one.created, one.updated, one.held) for name, one in done.synced.items()}
    assert counted == {"salesforce": (73, 2, 4), "marketo": (73, 1, 4)}


def test_a_rehearsal_tells_who_is_matched_what_is_kept_and_what_is_cut(done: Done) -> None:
    told = {
        name: (one.matched, sum(one.kept.values()), one.cut, dict(one.waiting)) for name, one in done.rehearsed.items()
    }

    assert told == {"salesforce": (4, 1, 3, {}), "marketo": (4, 1, 1, {})}


def test_a_rehearsal_tells_the_writing_calls(done: Done) -> None:
    rehearsed = (done.rehearsed["salesforce"].writes, done.rehearsed["marketo"].writes)

    assert rehearsed == done.writes_by_sync == (5, 12)
