from msgspec import structs
from tests.unit.destinations.marketo.talking import config, drive, ok, seen_target, skipped

from turnout.destinations.kit import Difference, Row
from turnout.destinations.marketo.calls.members import WRITER, members
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.sightings import Membership, Seeking
from turnout.values.verdicts import Outcome

TARGET = seen_target()
ALREADY = "Lead skipped because it is already in or past this status"


def change(person: str, lead_id: str, status: str = "Attended", label: str = "Pre-event visit", **more) -> Change:
    key = Key("b1", Kind.MEMBER, person)
    values = {"status": "attended", "code": "Attended", "label": label}
    return Change(key, Op.UPSERT, values, "d1", person_id=lead_id, status=status, step=50, **more)


def row(person: str, lead_id: str, *, settings=(), **more) -> Row:
    made = WRITER.render(config(**dict(settings)), TARGET, change(person, lead_id, **more))
    assert isinstance(made, Row)
    return made


def test_members_are_read_by_lead_id():
    replies = [ok({"seq": 0, "leadId": 318, "statusName": "Registered"})]
    requests, found = drive(
        members(config(), TARGET, [Seeking("p1", "", "318"), Seeking("p2", "", "319"), Seeking("p3", "")]), *replies
    )
    assert requests[0].url == (
        "/rest/v1/programs/1044/members.json?filterType=leadId&filterValues=318%2C319&fields=leadId%2CstatusName"
    )
    assert found == [Membership("p1", "318", "Registered"), Membership("p2"), Membership("p3")]


def test_nobody_is_asked_for_where_nobody_has_an_id():
    assert drive(members(config(), TARGET, [Seeking("p3", "")])) == ([], [Membership("p3")])


def test_step_zero_is_no_membership():
    _, [found] = drive(
        members(config(), TARGET, [Seeking("p1", "", "318")]), ok({"leadId": 318, "statusName": "Not in Program"})
    )
    assert found == Membership("p1")


def test_members_come_in_pages():
    replies = [ok({"leadId": 318, "statusName": "Registered"}, nextPageToken="T===="), ok()]
    requests, _ = drive(members(config(), TARGET, [Seeking("p1", "", "318")]), *replies)
    assert requests[1].query["nextPageToken"] == "T===="


def test_one_call_gives_one_status():
    requests, _ = drive(
        WRITER.talk(config(), TARGET, [row("p1", "318"), row("p2", "319")]),
        ok({"seq": 0, "status": "created", "leadId": 318}, {"seq": 1, "status": "updated", "leadId": 319}),
    )
    assert requests[0].path == "/rest/v1/programs/1044/members/status.json"
    assert requests[0].json() == {"statusName": "Attended", "input": [{"leadId": 318}, {"leadId": 319}]}


def test_a_member_that_was_made_is_told_from_one_that_was_moved():
    _, given = drive(
        WRITER.talk(config(), TARGET, [row("p1", "318"), row("p2", "319")]),
        ok({"seq": 0, "status": "created", "leadId": 318}, {"seq": 1, "status": "updated", "leadId": 319}),
    )
    assert [(found.remote_id, found.made) for found in given] == [("318", True), ("319", False)]


def test_lower_steps_are_sent_first():
    steps = [WRITER.group(change("p", "1", status="Attended")), (30, "Registered"), (40, "Confirmed")]
    assert sorted(steps) == [(30, "Registered"), (40, "Confirmed"), (50, "Attended")]


def test_a_member_past_the_status_is_accepted_with_a_note():
    _, [found] = drive(WRITER.talk(config(), TARGET, [row("p1", "318")]), ok(skipped("1037", ALREADY, seq=0)))
    assert (found.ruling.verdict, found.remote_id) == ("accept", "318")
    assert found.notes == (f"the member is already in this status or past it (1037: {ALREADY})",)


def test_a_merged_person_is_matched_again():
    _, [found] = drive(WRITER.talk(config(), TARGET, [row("p1", "318")]), ok(skipped("1004", "Lead not found", seq=0)))
    assert (found.ruling.verdict, found.remote_id) == ("rematch", "")


def test_the_label_goes_into_the_field_that_is_set_for_it():
    settings = {"status_reason_field": "statusReason"}
    requests, _ = drive(
        WRITER.talk(config(), TARGET, [row("p1", "318", settings=settings)]),
        ok({"seq": 0, "status": "updated", "leadId": 318}),
        ok({"seq": 0, "status": "updated", "leadId": 318}),
    )
    assert requests[1].path == "/rest/v1/programs/1044/members.json"
    assert requests[1].json() == {"input": [{"leadId": 318, "statusReason": "Pre-event visit"}]}


def test_a_label_that_is_the_status_is_not_written_again():
    settings = {"status_reason_field": "statusReason"}
    requests, _ = drive(
        WRITER.talk(config(), TARGET, [row("p1", "318", settings=settings, status="Registered", label="Registered")]),
        ok({"seq": 0, "status": "updated", "leadId": 318}),
    )
    assert len(requests) == 1


def test_a_label_that_is_refused_leaves_the_status_accepted():
    settings = {"status_reason_field": "statusReason"}
    _, [found] = drive(
        WRITER.talk(config(), TARGET, [row("p1", "318", settings=settings)]),
        ok({"seq": 0, "status": "updated", "leadId": 318}),
        ok(skipped("1001", "Invalid value", seq=0)),
    )
    assert found.ruling.verdict == "accept"
    assert found.notes[0].startswith("the label was not written: a value has a type the field does not take")


def test_a_label_is_written_for_those_alone_whose_status_stands():
    settings = {"status_reason_field": "statusReason"}
    rows = [row("p1", "318", settings=settings), row("p2", "319", settings=settings)]
    requests, _ = drive(
        WRITER.talk(config(), TARGET, rows),
        ok(skipped("1004", seq=0), {"seq": 1, "status": "updated", "leadId": 319}),
        ok({"seq": 0, "status": "updated", "leadId": 319}),
    )
    assert [item["leadId"] for item in requests[1].json()["input"]] == [319]


def test_a_member_without_a_status_to_give_is_refused():
    found = WRITER.render(config(), TARGET, change("p1", "318", status=""))
    assert isinstance(found, Outcome)
    assert found.ruling.verdict == "reject"


def test_a_member_whose_status_is_left_needs_no_call():
    requests, [found] = drive(WRITER.talk(config(), TARGET, [row("p1", "318", status="", member_id="318")]))
    assert (requests, found.remote_id, found.ruling.verdict) == ([], "318", "accept")


def test_a_member_that_stands_as_written_shows_no_difference():
    _, found = drive(
        WRITER.read_back(config(), TARGET, [row("p1", "318")]), ok({"leadId": 318, "statusName": "Attended"})
    )
    assert found == []


def test_a_member_with_another_status_is_a_difference():
    made = row("p1", "318")
    _, found = drive(WRITER.read_back(config(), TARGET, [made]), ok({"leadId": 318, "statusName": "Participated"}))
    assert found == [Difference(made.change.key, "statusName", "Attended", "Participated")]


def test_a_member_that_is_gone_is_a_difference():
    made = row("p1", "318")
    _, found = drive(WRITER.read_back(config(), TARGET, [made]), ok())
    assert found == [Difference(made.change.key, "", "Attended", None)]


LEADING = {"leave_outside": "yes"}
OUTSIDE = structs.replace(TARGET, more={"outside": "Blocked\nUn-registered"})
PASSED = skipped("1037", ALREADY, seq=0)


def test_a_member_who_left_is_deleted_and_made_anew_where_a_setting_allows_it():
    replies = [
        ok(PASSED),
        ok({"leadId": 318, "statusName": "Un-registered"}),
        ok({"seq": 0, "status": "deleted", "leadId": 318}),
        ok({"seq": 0, "status": "created", "leadId": 318}),
    ]
    requests, [found] = drive(WRITER.talk(config(**LEADING), OUTSIDE, [row("p1", "318")]), *replies)
    assert [request.path.rpartition("/")[2] for request in requests] == [
        "status.json",
        "members.json",
        "delete.json",
        "status.json",
    ]
    assert found == Outcome(
        found.key, remote_id="318", made=True, notes=("the membership was deleted and made anew, to lead it back",)
    )


def test_a_member_who_is_further_on_the_ladder_is_never_deleted():
    replies = [ok(PASSED), ok({"leadId": 318, "statusName": "Participated"})]
    _, [found] = drive(WRITER.talk(config(**LEADING), OUTSIDE, [row("p1", "318")]), *replies)
    assert found.ruling.code == "1037"


def test_nobody_is_deleted_without_the_setting():
    requests, _ = drive(WRITER.talk(config(), OUTSIDE, [row("p1", "318")]), ok(PASSED))
    assert len(requests) == 1


def test_nobody_is_deleted_who_is_to_be_blocked():
    blocked = row("p1", "318", status="Blocked")
    requests, _ = drive(WRITER.talk(config(**LEADING), OUTSIDE, [blocked]), ok(PASSED))
    assert len(requests) == 1
