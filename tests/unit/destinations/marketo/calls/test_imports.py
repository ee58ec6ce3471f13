import pytest
from msgspec import structs
from tests.unit.destinations.marketo.talking import (
    config,
    csv_reply,
    drive,
    no_file,
    ok,
    parts,
    refused,
    seen_target,
    skipped,
)

from turnout.destinations.kit import Job, Row
from turnout.destinations.marketo.calls import members, objects
from turnout.destinations.marketo.calls.imports import reason_ruling
from turnout.destinations.marketo.calls.sheets import line_bytes, sheet
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.verdicts import Outcome, Verdict

TARGET = seen_target()
SESSION = "1_live0001"
CLOSED, DONE = Job("closed", "1234"), Job("done", "1234")


def row(person: str, lead_id: int, **values) -> Row:
    known = {"entry_id": SESSION, "channel_id": 330022, **values}
    change = Change(Key("b1", Kind.ENGAGEMENT, person, SESSION, 330022), Op.UPSERT, known, "d", person_id=str(lead_id))
    found = objects.WRITER.render(config(), TARGET, change)
    assert isinstance(found, Row)
    return found


def member(person: str, lead_id: int, status: str = "Registered", **settings) -> Row:
    values = {"email": f"{person}@Example.com", "label": "Confirmed email"}
    key = Key("b1", Kind.MEMBER, person)
    change = Change(key, Op.CREATE, values, "d", person_id=str(lead_id), status=status, step=30)
    found = members.WRITER.render(config(**settings), TARGET, change)
    assert isinstance(found, Row)
    return found


TWO = [row("p1", 318, plays=2), row("p2", 319, entry_name='Ada, "live"')]


def step(job: Job, rows, *replies, bulk=objects.BULK, **settings):
    requests, (seen, told) = drive(bulk.step(config(**settings), TARGET, job, rows), *replies)
    return requests, seen, None if told is None else {found.key.person: found for found in told}


def status(state: str, **counters):
    return ok({"batchId": 1234, "status": state, **counters})


def verdicts(told: dict[str, Outcome]) -> dict[str, Verdict]:
    return {person: found.ruling.verdict for person, found in told.items()}


def test_rows_are_handed_over_as_one_file_in_one_call():
    requests, seen, told = step(Job(), TWO, ok({"batchId": 1234, "status": "Queued", "objectApiName": "x"}))
    assert (seen.state, seen.remote_id, told) == ("closed", "1234", None)
    assert requests[0].url == "/bulk/v1/customobjects/kalturaUserSessionEngagement/import.json?format=csv"
    assert parts(requests[0]) == [
        (
            "file",
            "channel_id,entry_id,entry_name,personId,plays\n"
            "330022,1_live0001,,318,2\n"
            '330022,1_live0001,"Ada, ""live""",319,\n',
        )
    ]


def test_a_full_queue_takes_nothing_and_is_asked_again_in_a_minute():
    _, seen, told = step(Job(), TWO, refused("1016", "There are 10 imports currently being processed."))
    assert (seen, told) == (Job("new", "", 60.0), None)


def test_an_import_is_looked_at_when_it_should_be_done():
    _, seen, _ = step(Job(), [row(f"p{number}", number) for number in range(1, 20_001)], ok({"batchId": 7}))
    assert seen.poll_seconds == 20.0


def test_an_import_under_way_is_looked_at_again():
    _, seen, told = step(CLOSED, TWO, status("Importing"))
    assert (seen, told) == (Job("closed", "1234", 5.0), None)


def test_an_import_without_refused_rows_costs_one_call_to_look_at():
    requests, seen, told = step(CLOSED, TWO, status("Complete", numOfObjectsProcessed=2, numOfRowsFailed=0))
    assert [request.path for request in requests] == [
        "/bulk/v1/customobjects/kalturaUserSessionEngagement/import/1234/status.json"
    ]
    assert (seen.state, verdicts(told)) == ("collected", {"p1": Verdict.ACCEPT, "p2": Verdict.ACCEPT})


@pytest.mark.parametrize("counter", ["numOfRowsFailed", "numOfRowsWithWarning"])
def test_an_import_with_refused_or_doubted_rows_is_collected_next(counter):
    _, seen, told = step(CLOSED, TWO, status("Complete", numOfObjectsProcessed=1, **{counter: 1}))
    assert (seen, told) == (DONE, None)


FAILURES = (
    "channel_id,entry_id,entry_name,personId,plays,Import Failure Reason",
    "330022,1_live0001,,318,2,Invalid data type in field plays",
)


def test_complete_is_no_success_a_refused_row_is_told_apart_by_its_key():
    answers = [status("Complete", numOfObjectsProcessed=1, numOfRowsFailed=1), csv_reply(*FAILURES)]
    _, _, told = step(DONE, TWO, *answers)
    assert verdicts(told) == {"p1": Verdict.REJECT, "p2": Verdict.ACCEPT}
    assert told["p1"].ruling.words == "Invalid data type in field plays"


def test_rows_are_unsure_where_fewer_were_worked_on_than_handed_over():
    _, _, told = step(CLOSED, TWO, status("Complete", numOfObjectsProcessed=1, numOfRowsFailed=0))
    assert told == {}


def test_rows_are_unsure_where_a_failure_is_counted_and_not_named():
    answers = [status("Complete", numOfObjectsProcessed=1, numOfRowsFailed=1), no_file()]
    _, _, told = step(DONE, TWO, *answers)
    assert told == {}


def test_a_warning_is_told_with_the_row():
    warned = ["channel_id,entry_id,personId,Import Warning Reason", "330022,1_live0001,318,Cut"]
    answers = [status("Complete", numOfObjectsProcessed=2, numOfRowsWithWarning=1), csv_reply(*warned)]
    _, _, told = step(DONE, TWO, *answers)
    assert (told["p1"].notes, told["p2"].notes) == (("imported with a warning: Cut",), ())


def test_an_import_that_failed_before_its_first_row_is_tried_again():
    _, _, told = step(DONE, TWO, status("Failed", message="no"))
    assert verdicts(told) == {"p1": Verdict.RETRY, "p2": Verdict.RETRY}


def test_an_import_that_failed_in_its_midst_leaves_its_rows_unsure():
    _, _, told = step(DONE, TWO, status("Failed", numOfObjectsProcessed=1))
    assert verdicts(told) == {"p1": Verdict.UNSURE, "p2": Verdict.UNSURE}


def test_an_import_that_marketo_forgot_leaves_its_rows_unsure():
    _, seen, told = step(DONE, TWO, refused("1013", "not found"))
    assert (seen.state, told) == ("collected", {})


def test_a_row_that_clears_a_value_goes_by_a_call_after_the_import():
    rows = [TWO[0], row("p2", 319, plays=None)]
    _, _, first = step(Job(), rows, ok({"batchId": 1234}))
    answers = [status("Complete", numOfObjectsProcessed=1), ok({"seq": 0, "status": "updated", "marketoGUID": "g"})]
    requests, _, told = step(DONE, rows, *answers)
    assert first is None
    assert requests[1].json()["input"][0]["plays"] is None
    assert (told["p2"].remote_id, verdicts(told)) == ("g", {"p1": Verdict.ACCEPT, "p2": Verdict.ACCEPT})


def test_an_import_that_was_taken_cannot_be_taken_back():
    _, kept = drive(objects.BULK.drop(config(), TARGET, Job("made", "1234")))
    _, dropped = drive(objects.BULK.drop(config(), TARGET, Job()))
    assert (kept, dropped) == (Job("closed", "1234"), Job("dropped"))


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("Lead not found", Verdict.REMATCH),
        ("Multiple lead match lookup criteria", Verdict.REMATCH),
        ("1004: Lead not found", Verdict.REMATCH),
        ("missing.dedupe.fields", Verdict.REJECT),
        ("", Verdict.REJECT),
    ],
)
def test_the_reasons_of_failures_are_ruled_on(reason, verdict):
    assert reason_ruling(reason).verdict is verdict


def test_a_line_never_takes_more_bytes_than_were_reckoned():
    values = {"a": 'say "hé"\n', "b": None, "c": 12.5}
    header, line = len("a,b,c,d\n"), sheet(("a", "b", "c", "d"), [values])
    assert line_bytes(values, 4) >= len(line) - header


LEADS = [{"id": 318, "email": "p1@example.com"}, {"id": 319, "email": "p2@example.com"}]


def test_members_are_imported_with_one_status_by_their_addresses():
    rows = [member("p1", 318), member("p2", 319)]
    requests, seen, _ = step(Job(), rows, ok(*LEADS), ok({"batchId": 55, "importId": "55"}), bulk=members.BULK)
    assert requests[1].url == ("/bulk/v1/program/1044/members/import.json?format=CSV&programMemberStatus=Registered")
    assert parts(requests[1]) == [("file", "email\np1@example.com\np2@example.com\n")]
    assert seen.remote_id == "55"


def test_who_shares_an_address_is_no_member_by_import():
    rows = [member("p1", 318), member("p2", 319)]
    twice = [*LEADS, {"id": 400, "email": "P2@example.com"}]
    requests, _, _ = step(Job(), rows, ok(*twice), ok({"batchId": 55}), bulk=members.BULK)
    assert parts(requests[1]) == [("file", "email\np1@example.com\n")]


def test_whom_the_counters_leave_out_is_read_and_written_by_a_call():
    rows = [member("p1", 318), member("p2", 319)]
    answers = [
        status("Complete", numOfLeadsProcessed=1),
        ok({"leadId": 318, "statusName": "Registered"}),
        ok({"seq": 0, "status": "created", "leadId": 319}),
    ]
    requests, _, told = step(DONE, rows, *answers, bulk=members.BULK)
    assert requests[2].json() == {"statusName": "Registered", "input": [{"leadId": 319}]}
    assert {person: found.remote_id for person, found in told.items()} == {"p1": "318", "p2": "319"}


def test_a_member_of_whom_the_import_warns_is_written_by_a_call():
    rows = [member("p1", 318), member("p2", 319)]
    answers = [
        status("Complete", numOfLeadsProcessed=2, numOfRowsWithWarning=1),
        csv_reply("email,Import Warning Reason", "p2@example.com,Invalid email"),
        ok(skipped("1037", "already in or past this status", seq=0)),
    ]
    _, _, told = step(DONE, rows, *answers, bulk=members.BULK)
    assert verdicts(told) == {"p1": Verdict.ACCEPT, "p2": Verdict.ACCEPT}


def test_labels_are_written_once_the_import_is_in():
    rows = [member("p1", 318, status_reason_field="statusReason")]
    answers = [status("Complete", numOfLeadsProcessed=1), ok({"seq": 0, "status": "updated", "leadId": 318})]
    requests, _, told = step(DONE, rows, *answers, bulk=members.BULK)
    assert requests[1].json() == {"input": [{"leadId": 318, "statusReason": "Confirmed email"}]}
    assert verdicts(told) == {"p1": Verdict.ACCEPT}


def test_members_none_of_whom_can_be_imported_go_by_calls_at_once():
    rows = [structs.replace(member("p1", 318))]
    answers = [ok({"id": 400, "email": "p1@example.com"}), ok({"seq": 0, "status": "created", "leadId": 318})]
    _, seen, told = step(Job(), rows, *answers, bulk=members.BULK)
    assert (seen.state, verdicts(told)) == ("collected", {"p1": Verdict.ACCEPT})
