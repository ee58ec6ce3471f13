"""Bulk imports: the queue, the counters, and the rows that failed or deserve a warning."""

from typing import Any

import pytest
from tests.unit.simulators.marketo.caller import ANN, BEN, SUMMIT, Caller, code

from turnout.wire import Request

LEADS = "/bulk/v1/leads"
VISITS = "/bulk/v1/customobjects/visit/import"
MEMBERS = "/bulk/v1/program/1001/members/import.json"
OF_MEMBERS = "/bulk/v1/program/members/import"


def status(caller: Caller, path: str, after: float = 10.0) -> Any:
    caller.clock.sleep(after)
    [shown] = caller.get(path)["result"]
    return shown


def test_people_are_created_and_updated_from_a_file(caller: Caller) -> None:
    queued = caller.upload(f"{LEADS}.json", "email,firstName\nann@example.com,Anna\nnew@example.com,Nora\n")["result"]

    assert queued == [{"batchId": 1001, "importId": "1001", "status": "Queued"}]
    assert status(caller, f"{LEADS}/batch/1001.json") == {
        "batchId": 1001,
        "status": "Complete",
        "numOfLeadsProcessed": 2,
        "numOfRowsFailed": 0,
        "numOfRowsWithWarning": 0,
        "message": "Import succeeded, 2 records imported (2 members)",
    }
    found = caller.get(
        "/rest/v1/leads.json", filterType="email", filterValues="ann@example.com,new@example.com", fields="firstName"
    )
    assert [each["firstName"] for each in found["result"]] == ["Anna", "Nora"]


def test_nothing_is_written_before_a_job_begins(caller: Caller) -> None:
    caller.upload(f"{LEADS}.json", "email,firstName\nann@example.com,Anna\n")

    assert caller.get("/rest/v1/lead/1001.json")["result"][0]["firstName"] == "Ann"


def test_the_counters_grow_while_rows_are_taken_in(caller_with: Any) -> None:
    caller = caller_with(job_seconds=0.0, job_rows_per_second=10.0)
    rows = "".join(f"p{number}@example.com\n" for number in range(100))
    caller.upload(f"{LEADS}.json", "email\n" + rows)

    half = status(caller, f"{LEADS}/batch/1001.json", after=5.0)
    whole = status(caller, f"{LEADS}/batch/1001.json", after=5.0)

    assert (half["status"], half["numOfLeadsProcessed"]) == ("Importing", 50)
    assert (whole["status"], whole["numOfLeadsProcessed"]) == ("Complete", 100)


def test_rows_that_fail_come_back_as_they_came_with_the_reason(caller: Caller) -> None:
    rows = (
        'email,leadScore,lastName\ntwin@example.com,1,Twin\nann@example.com,many,"A, B"\nben@example.com,3,Ben\n,1,No\n'
    )
    caller.upload(f"{LEADS}.json", rows)

    shown = status(caller, f"{LEADS}/batch/1001.json")

    assert shown["message"] == "Import completed with errors, 1 records imported (1 members), 3 failed"
    assert caller.file(f"{LEADS}/batch/1001/failures.json").body.decode() == (
        "email,leadScore,lastName,Import Failure Reason\n"
        "twin@example.com,1,Twin,Multiple lead match lookup criteria\n"
        'ann@example.com,many,"A, B",Invalid data type in field Lead Score\n'
        ",1,No,missing.dedupe.fields\n"
    )


def test_a_space_in_the_header_makes_the_dedupe_field_missing(caller: Caller) -> None:
    caller.upload(f"{VISITS}.json", f"personId, entry_id,plays\n{ANN},1_live0001,2\n{BEN},1_live0001,2\n")

    shown = status(caller, f"{VISITS}/1001/status.json")

    assert shown == {
        "batchId": 1001,
        "operation": "import",
        "status": "Complete",
        "objectApiName": "visit",
        "numOfObjectsProcessed": 0,
        "numOfRowsFailed": 2,
        "numOfRowsWithWarning": 0,
        "importTime": "2 second(s)",
        "message": "Import completed with errors, 0 records imported (0 members), 2 failed",
    }
    assert caller.file(f"{VISITS}/1001/failures.json").body.decode().splitlines()[1] == (
        f"{ANN},1_live0001,2,missing.dedupe.fields"
    )


def test_rows_of_custom_objects_are_updated_by_their_key(caller: Caller) -> None:
    caller.upload(f"{VISITS}.json", f"personId;entry_id;plays\n{ANN};1_live0001;2\n", query="", format="ssv")
    caller.upload(f"{VISITS}.json", f"personId\tentry_id\tplays\n{ANN}\t1_live0001\t3\n", query="", format="tsv")

    status(caller, f"{VISITS}/1002/status.json")

    keys = {"filterType": "dedupeFields", "fields": ["plays"], "input": [{"personId": ANN, "entry_id": "1_live0001"}]}
    rows = caller.post("/rest/v1/customobjects/visit.json", keys, query="_method=GET")["result"]
    assert [row["plays"] for row in rows] == [3]


def test_an_integer_with_a_decimal_point_fails(caller: Caller) -> None:
    caller.upload(f"{VISITS}.json", f"personId,entry_id,plays\n{ANN},1_live0001,2.5\n4711,1_live0001,1\n")

    status(caller, f"{VISITS}/1001/status.json")

    reasons = [row.rsplit(",", 1)[1] for row in caller.file(f"{VISITS}/1001/failures.json").body.decode().splitlines()]
    assert reasons == ["Import Failure Reason", "Invalid data type in field plays", "Lead not found"]


def test_there_is_no_file_where_no_row_failed(caller: Caller) -> None:
    caller.upload(f"{VISITS}.json", f"personId,entry_id\n{ANN},1_live0001\n")
    status(caller, f"{VISITS}/1001/status.json")

    answers = [caller.file(f"{VISITS}/1001/{name}.json") for name in ("failures", "warnings")]

    assert [answer.status for answer in answers] == [404, 404]


def test_members_get_the_status_of_the_job_forward_only(caller: Caller) -> None:
    rows = "email,firstName,seat\nann@example.com,Ann,1A\nben@example.com,Ben,1B\nnew@example.com,Nora,1C\n"
    caller.upload(MEMBERS, rows, query="format=CSV&programMemberStatus=Registered")

    shown = status(caller, f"{OF_MEMBERS}/1001/status.json")
    members = caller.get(
        f"{SUMMIT}/members.json", filterType="statusName", filterValues="Registered,Confirmed", fields="statusName,seat"
    )

    assert shown["message"] == "Import succeeded, 3 records imported (3 members), 1 warning."
    assert [(each["statusName"], each["seat"]) for each in members["result"]] == [
        ("Confirmed", "1A"),
        ("Registered", "1B"),
        ("Registered", "1C"),
    ]


def test_an_invalid_address_of_a_member_is_a_warning(caller: Caller) -> None:
    caller.upload(MEMBERS, "firstName,email\nAerys,INVALID_EMAIL\n", query="format=csv&programMemberStatus=Invited")

    shown = status(caller, f"{OF_MEMBERS}/1001/status.json")

    assert (shown["numOfLeadsProcessed"], shown["numOfRowsWithWarning"]) == (1, 1)
    assert caller.file(f"{OF_MEMBERS}/1001/warnings.json").body.decode() == (
        "firstName,email,Import Warning Reason\nAerys,INVALID_EMAIL,Invalid email address\n"
    )


@pytest.mark.parametrize(
    ("path", "query", "content", "expected"),
    [
        (f"{LEADS}.json", "format=xls", "email\n", "1001"),
        (f"{LEADS}.json", "", "email\n", "1002"),
        (f"{LEADS}.json", "format=csv", "", "1003"),
        (f"{LEADS}.json", "format=csv&listId=9", "email\n", "1013"),
        (f"{LEADS}.json", "format=csv&lookupField=title", "email\n", "1011"),
        (f"{LEADS}.json", "format=csv&partitionName=Mars", "email\n", "1008"),
        ("/bulk/v1/customobjects/nope/import.json", "format=csv", "a\n", "1013"),
        (MEMBERS, "format=csv", "email\n", "1002"),
        (MEMBERS, "format=csv&programMemberStatus=Dancing", "email\n", "1025"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused_at_once(
    caller: Caller, path: str, query: str, content: str, expected: str
) -> None:
    assert code(caller.upload(path, content, query=query)) == expected


def test_a_body_that_is_no_form_is_refused(caller: Caller) -> None:
    assert code(caller.post(f"{LEADS}.json", {"input": []}, query="format=csv")) == "612"


def test_ten_jobs_wait_or_run_and_the_eleventh_is_refused(caller: Caller) -> None:
    answers = [caller.upload(f"{LEADS}.json", "email\n") for _ in range(11)]

    assert [answer["success"] for answer in answers] == [True] * 10 + [False]
    assert answers[-1]["errors"] == [{"code": "1016", "message": "Too many imports"}]


def test_two_jobs_run_at_once_first_in_first_out(caller: Caller) -> None:
    for _ in range(5):
        caller.upload(f"{LEADS}.json", "email\n")

    caller.clock.sleep(3.0)

    told = [caller.get(f"{LEADS}/batch/{batch}.json")["result"][0]["status"] for batch in range(1001, 1006)]
    assert told == ["Complete", "Complete", "Importing", "Importing", "Queued"]


def test_a_batch_is_known_for_seven_days(caller_with: Any) -> None:
    caller = caller_with(token_seconds=30 * 86_400)
    caller.upload(f"{LEADS}.json", "email\n")

    before = status(caller, f"{LEADS}/batch/1001.json", after=7 * 86_400 - 60)
    caller.clock.sleep(60)

    assert before["status"] == "Complete"
    assert code(caller.get(f"{LEADS}/batch/1001.json")) == "1013"


def test_a_body_above_ten_megabytes_is_refused(caller_with: Any) -> None:
    caller = caller_with(bulk_body_bytes=300)
    headers = caller.headers() | {"Content-Type": "multipart/form-data; boundary=x"}

    answer = caller.raw(Request("POST", f"{LEADS}.json?format=csv", headers, b"x" * 301))

    assert answer.status == 413
