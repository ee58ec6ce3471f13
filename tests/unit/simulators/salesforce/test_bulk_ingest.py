import csv
import io
from typing import Any

import pytest

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce
from turnout.wire import Reply, Request

from .conftest import SEED, Client, V, deploy_request, error

JOBS = "/jobs/ingest"
MEMBERS = "CampaignId,LeadId,Status,external_id__c\n"


def put(org: Client, job: str, content: bytes, kind: str = "text/csv") -> Reply:
    headers = {**org.headers, "Content-Type": kind}
    return org.reply(Request("PUT", f"{V}{JOBS}/{job}/batches", headers, content, writing=True))


def opened(org: Client, sobject: str = "Lead", operation: str = "insert", **more: Any) -> str:
    answer = org.send("POST", JOBS, {"object": sobject, "operation": operation, "contentType": "CSV", **more})
    assert answer.status == 200, answer.body
    return str(answer.json()["id"])


def sent(org: Client, content: str, sobject: str = "Lead", operation: str = "insert", **more: Any) -> str:
    """Create a job, upload, close it, and return its id."""
    job = opened(org, sobject, operation, **more)
    assert put(org, job, content.encode()).status == 201
    assert org.send("PATCH", f"{JOBS}/{job}", {"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    return job


def ran(org: Client, content: str, sobject: str = "Lead", operation: str = "insert", **more: Any) -> str:
    """Send a job, and let a minute pass."""
    job = sent(org, content, sobject, operation, **more)
    org.simulator.clock.sleep(60)
    return job


def told(org: Client, job: str) -> dict[str, Any]:
    shown: dict[str, Any] = org.get(f"{JOBS}/{job}").json()
    return shown


def sheet(org: Client, job: str, which: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(org.get(f"{JOBS}/{job}/{which}").body.decode())))


def with_settings(clock: VirtualClock, **settings: Any) -> Client:
    return Client(salesforce(clock=clock, seed={**SEED, "settings": settings}))


def leads(count: int, first: int = 0) -> str:
    return "LastName,Company\n" + "".join(f"Name{n},Company\n" for n in range(first, first + count))


def test_a_new_job_is_open_and_tells_where_to_upload(org: Client) -> None:
    body = {"object": "lead", "operation": "insert"}
    shown = org.send("POST", JOBS, body).json()

    assert shown.pop("id") == (job := shown.pop("contentUrl").split("/")[-2])
    assert job.startswith("750")
    assert {name: shown[name] for name in ("state", "object", "operation", "concurrencyMode", "apiVersion")} == {
        "state": "Open",
        "object": "Lead",
        "operation": "insert",
        "concurrencyMode": "Parallel",
        "apiVersion": 66.0,
    }


def test_the_address_for_the_upload_has_no_slash_before_it(org: Client) -> None:
    shown = org.send("POST", JOBS, {"object": "Lead", "operation": "insert"}).json()

    assert shown["contentUrl"] == f"services/data/v66.0/jobs/ingest/{shown['id']}/batches"


def test_rows_are_written_and_each_tells_its_id(org: Client) -> None:
    job = ran(org, leads(2))

    shown = told(org, job)
    results = sheet(org, job, "successfulResults")

    assert (shown["state"], shown["numberRecordsProcessed"], shown["numberRecordsFailed"]) == ("JobComplete", 2, 0)
    assert sorted(row["LastName"] for row in results) == ["Name0", "Name1"]
    assert {row["sf__Created"] for row in results} == {"true"}
    assert org.one(f"SELECT LastName FROM Lead WHERE Id = '{results[0]['sf__Id']}'") == results[0]["LastName"]


def test_rows_fail_one_by_one_and_the_job_is_complete_all_the_same(org: Client) -> None:
    job = ran(org, "LastName,Company,Email\nA,X,a@example.com\nB,,b@example.com\nC,X,no address\n")

    assert (told(org, job)["state"], told(org, job)["numberRecordsFailed"]) == ("JobComplete", 2)
    assert {row["LastName"]: row["sf__Error"] for row in sheet(org, job, "failedResults")} == {
        "B": "REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --",
        "C": "INVALID_EMAIL_ADDRESS:Email: invalid email address: no address:Email --",
    }
    assert [row["LastName"] for row in sheet(org, job, "successfulResults")] == ["A"]


def test_an_error_without_fields_ends_in_dashes(ready: Client) -> None:
    absent = ready.made("Lead", LastName="Gone", Company="X")
    ready.send("DELETE", f"/sobjects/Lead/{absent}")
    job = ran(
        ready, f"turnout_key__c,Lead__c\nk,{absent}\n", "Watched__c", "upsert", externalIdFieldName="turnout_key__c"
    )

    assert [row["sf__Error"] for row in sheet(ready, job, "failedResults")] == [
        "ENTITY_IS_DELETED:entity is deleted:--"
    ]


def test_results_are_in_an_order_of_their_own_which_a_seed_decides(clock: VirtualClock) -> None:
    def order(seed: int) -> list[str]:
        org = with_settings(clock, bulk_order_seed=seed)
        return [row["LastName"] for row in sheet(org, ran(org, leads(20)), "successfulResults")]

    first, again, other = order(1), order(1), order(2)

    assert first == again
    assert sorted(first) == sorted(other)
    assert len({tuple(first), tuple(other), tuple(f"Name{n}" for n in range(20))}) == 3


def test_an_upsert_creates_and_changes_and_an_empty_id_column_is_accepted(ready: Client) -> None:
    old = ready.made("Watched__c", turnout_key__c="old", entry_id__c="1_a", plays__c=1)
    content = "Id,turnout_key__c,plays__c,entry_id__c\n,OLD,7,\n,new,2,1_b\n"

    job = ran(ready, content, "Watched__c", "upsert", externalIdFieldName="turnout_key__c")

    assert {row["turnout_key__c"]: row["sf__Created"] for row in sheet(ready, job, "successfulResults")} == {
        "OLD": "false",
        "new": "true",
    }
    assert ready.query(f"SELECT plays__c, entry_id__c FROM Watched__c WHERE Id = '{old}'") == [
        {"plays__c": 7.0, "entry_id__c": "1_a"}
    ]


def test_an_empty_cell_leaves_a_field_and_na_empties_it(ready: Client) -> None:
    ready.made("Watched__c", turnout_key__c="k", entry_id__c="1_a", plays__c=1, minutes__c=2.5)

    ran(
        ready,
        "turnout_key__c,plays__c,minutes__c\nk,,#N/A\n",
        "Watched__c",
        "upsert",
        externalIdFieldName="turnout_key__c",
    )

    assert ready.query("SELECT plays__c, minutes__c, entry_id__c FROM Watched__c") == [
        {"plays__c": 1.0, "minutes__c": None, "entry_id__c": "1_a"}
    ]


def test_a_key_twice_in_a_chunk_is_refused_the_second_time(ready: Client) -> None:
    job = ran(ready, "turnout_key__c\nk\nK\n", "Watched__c", "upsert", externalIdFieldName="turnout_key__c")

    [failed] = sheet(ready, job, "failedResults")
    assert failed["sf__Error"] == "DUPLICATE_VALUE:Duplicate external id specified: K:turnout_key__c --"


def test_a_lookup_can_be_told_by_an_external_id(ready: Client) -> None:
    rosa = ready.id("Lead", "Email = 'rosa@example.com'")
    ready.made("CampaignMember", CampaignId=ready.id("Campaign"), LeadId=rosa, external_id__c="x_1")
    job = ran(ready, "turnout_key__c,Lead__r.Email\nk,rosa@example.com\n", "Watched__c", "insert")

    assert told(ready, job)["numberRecordsFailed"] == 0
    assert ready.one("SELECT Lead__c FROM Watched__c") == rosa


def test_a_column_that_the_user_cannot_see_fails_the_whole_job(ready: Client) -> None:
    ready.act("hide_field", field="Watched__c.plays__c")
    job = ran(ready, "turnout_key__c,plays__c\nk,1\n", "Watched__c", "upsert", externalIdFieldName="turnout_key__c")

    shown = told(ready, job)
    assert (shown["state"], shown["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : plays__c")
    assert ready.query("SELECT Id FROM Watched__c") == []
    assert sheet(ready, job, "unprocessedrecords") == [{"turnout_key__c": "k", "plays__c": "1"}]


UNESCAPED = "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('\ufeff"LastName","Company"\nA,B\n', UNESCAPED),
        ("\ufeffLastName,Company\nA,B\n", "InvalidBatch : Field name not found : \ufeffLastName"),
        ('LastName,Company\nA"B,C\n', UNESCAPED),
        (
            "LastName,Company\r\nA,B\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
        (
            "LastName,Company\nA\n",
            "InvalidBatch : Failed to parse CSV. Wrong number of columns in row 2. Expected: 2, found: 1",
        ),
        ("LastName,LastName\nA,B\n", "InvalidBatch : Duplicate field name found : lastname"),
        ("", "InvalidBatch : Failed to parse CSV. The file has no header"),
    ],
)
def test_a_file_that_cannot_be_read_fails_the_job(org: Client, content: str, words: str) -> None:
    shown = told(org, ran(org, content))

    assert (shown["state"], shown["errorMessage"]) == ("Failed", words)


def test_a_line_break_within_a_value_counts_for_the_line_ending(org: Client) -> None:
    good = ran(org, 'LastName,Company\n"A\nB",C\n')
    bad = ran(org, 'LastName,Company\r\n"A\nB",C\r\n', lineEnding="CRLF")

    assert [told(org, job)["state"] for job in (good, bad)] == ["JobComplete", "Failed"]


@pytest.mark.parametrize(
    ("name", "mark"), [("SEMICOLON", ";"), ("TAB", "\t"), ("PIPE", "|"), ("CARET", "^"), ("BACKQUOTE", "`")]
)
def test_other_delimiters_and_line_endings_are_read_and_written(org: Client, name: str, mark: str) -> None:
    content = f'LastName{mark}Company\r\n"A ""x"" {mark}"{mark}B\r\n'
    job = ran(org, content, columnDelimiter=name, lineEnding="CRLF")
    text = org.get(f"{JOBS}/{job}/successfulResults").body.decode()

    assert text.startswith(f'"sf__Id"{mark}"sf__Created"{mark}"LastName"{mark}"Company"\r\n')
    assert f'"A ""x"" {mark}"{mark}"B"\r\n' in text


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("x" * 32_001, "LIMIT_EXCEEDED:Maximum characters in a field is 32000:LastName --"),
        ("y" * 81, f"STRING_TOO_LONG:Last Name: data value too large: {'y' * 81} (max length=80):LastName --"),
    ],
)
def test_cells_that_are_too_long_fail_their_row(org: Client, cell: str, words: str) -> None:
    job = ran(org, f"LastName,Company\n{cell},X\n")

    assert [row["sf__Error"] for row in sheet(org, job, "failedResults")] == [words]


def test_a_number_that_is_none_fails_its_row(ready: Client) -> None:
    job = ran(
        ready, "turnout_key__c,plays__c\nk,many\nl,3\n", "Watched__c", "upsert", externalIdFieldName="turnout_key__c"
    )

    assert {row["turnout_key__c"]: row["sf__Error"] for row in sheet(ready, job, "failedResults")} == {
        "k": "INVALID_TYPE_ON_FIELD_IN_RECORD:plays: value not of required type: many:plays__c --"
    }


def test_update_and_delete_go_by_id(org: Client) -> None:
    rosa = org.id("Lead", "Email = 'rosa@example.com'")
    changed = ran(org, f"Id,FirstName\n{rosa},Rose\n", operation="update")
    seen = org.one(f"SELECT FirstName FROM Lead WHERE Id = '{rosa}'")
    ran(org, f"Id\n{rosa[:15]}\n", operation="delete")

    assert (told(org, changed)["numberRecordsFailed"], seen) == (0, "Rose")
    assert org.query("SELECT Id FROM Lead") == []


def test_a_delete_takes_ids_alone(org: Client) -> None:
    job = ran(org, "Id,FirstName\n00QHs00000000001AA,x\n", operation="delete")

    assert told(org, job)["errorMessage"] == "InvalidBatch : Delete operation only allows Id as column"


def test_hard_delete_needs_a_permission_of_its_own_and_leaves_nothing_in_the_bin(clock: VirtualClock) -> None:
    refused = with_settings(clock).send("POST", JOBS, {"object": "Lead", "operation": "hardDelete"})
    org = with_settings(clock, bulk_hard_delete=True)
    ran(org, f"Id\n{org.id('Lead')}\n", operation="hardDelete")

    assert error(refused)[:2] == (400, "FEATURENOTENABLED")
    assert org.get("/queryAll", q="SELECT Id FROM Lead").json()["totalSize"] == 0


def test_time_passes_while_a_job_runs_and_batches_are_written_one_after_another(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_rows_per_second=1.0, bulk_batch_rows=10, bulk_wait_seconds=5.0)
    job = sent(org, leads(25))
    seen = []
    for seconds in (0, 6, 10, 10, 5):
        clock.sleep(seconds)
        shown = told(org, job)
        seen.append((shown["state"], shown["numberRecordsProcessed"]))

    assert seen == [
        ("UploadComplete", 0),
        ("InProgress", 0),
        ("InProgress", 10),
        ("InProgress", 20),
        ("JobComplete", 25),
    ]
    assert told(org, job)["apiActiveProcessingTime"] == 25_000


def test_results_are_refused_while_a_job_runs(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_rows_per_second=1.0)
    job = sent(org, leads(5))

    assert error(org.get(f"{JOBS}/{job}/successfulResults"))[:2] == (400, "INVALIDJOBSTATE")


def test_an_aborted_job_keeps_what_it_wrote_and_tells_what_it_did_not(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_rows_per_second=1.0, bulk_batch_rows=10)
    job = sent(org, leads(25))
    clock.sleep(11)
    org.send("PATCH", f"{JOBS}/{job}", {"state": "Aborted"})
    clock.sleep(100)

    assert told(org, job)["state"] == "Aborted"
    assert [len(sheet(org, job, which)) for which in ("successfulResults", "unprocessedrecords")] == [10, 15]
    assert [row["LastName"] for row in sheet(org, job, "unprocessedrecords")][:2] == ["Name10", "Name11"]


def test_a_job_can_fail_halfway(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_rows_per_second=1000.0, bulk_batch_rows=10)
    org.act("fail_job", after_rows=7, error="InternalServerError : An internal error has occurred.")
    job, next_job = sent(org, leads(25)), sent(org, leads(3, first=100))
    clock.sleep(10)

    shown = told(org, job)
    assert (shown["state"], shown["errorMessage"]) == (
        "Failed",
        "InternalServerError : An internal error has occurred.",
    )
    assert [len(sheet(org, job, which)) for which in ("successfulResults", "unprocessedrecords")] == [7, 18]
    assert told(org, next_job)["state"] == "JobComplete"


def test_what_a_state_does_not_allow_is_refused(org: Client) -> None:
    job = opened(org)
    closed_empty = org.send("PATCH", f"{JOBS}/{job}", {"state": "UploadComplete"})
    put(org, job, leads(1).encode())
    twice = put(org, job, leads(1).encode())
    org.send("PATCH", f"{JOBS}/{job}", {"state": "UploadComplete"})
    org.simulator.clock.sleep(60)
    aborted = org.send("PATCH", f"{JOBS}/{job}", {"state": "Aborted"})
    other = org.send("PATCH", f"{JOBS}/{job}", {"state": "Closed"})

    assert [error(answer)[1] for answer in (closed_empty, twice, other)] == ["INVALIDJOBSTATE"] * 2 + ["INVALIDJOB"]
    assert error(aborted) == (400, "INVALIDJOBSTATE", "Aborting already Completed Job not allowed")


def test_a_deleted_job_is_gone_and_a_running_one_stays(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_rows_per_second=1.0)
    job = sent(org, leads(5))
    refused = error(org.send("DELETE", f"{JOBS}/{job}"))[:2]
    clock.sleep(10)
    deleted = org.send("DELETE", f"{JOBS}/{job}").status

    assert (refused, deleted) == ((400, "INVALIDJOBSTATE"), 204)
    assert org.get(f"{JOBS}/{job}").status == 404


def test_a_job_is_forgotten_after_seven_days(clock: VirtualClock) -> None:
    org = with_settings(clock, session_seconds=1e7)
    job = ran(org, leads(1))
    clock.sleep(7 * 86_400 - 100)
    kept = org.get(f"{JOBS}/{job}").status
    clock.sleep(50)

    assert (kept, org.get(f"{JOBS}/{job}").status) == (200, 404)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Lead", "operation": "merge"}, "INVALIDJOB"),
        ({"object": "Led", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Lead", "operation": "upsert"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Nothing__c"}, "INVALID_FIELD"),
        ({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Company"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "insert", "lineEnding": "CR"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "insert", "concurrencyMode": "Serial"}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_job_that_makes_no_sense_is_not_made(org: Client, body: dict[str, str], code: str) -> None:
    assert error(org.send("POST", JOBS, body))[:2] == (400, code)


def test_a_file_of_another_kind_is_refused(org: Client) -> None:
    assert error(put(org, opened(org), b"{}", "application/json"))[:2] == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_file_above_the_limit_is_refused(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_bytes=10)

    assert put(org, opened(org), leads(1).encode()).status == 413


def test_a_day_takes_so_many_jobs(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_batches=1)
    opened(org)

    refused = org.send("POST", JOBS, {"object": "Lead", "operation": "insert"})

    assert error(refused) == (400, "EXCEEDEDQUOTA", "ExceededQuota : ApiBatchItems Limit exceeded.")


def test_a_small_file_may_come_with_the_job(org: Client) -> None:
    template = deploy_request({}, org.headers, {})
    job = b'--cut\r\nContent-Disposition: form-data; name="job"\r\nContent-Type: application/json\r\n\r\n'
    file = (
        b'--cut\r\nContent-Disposition: form-data; name="content"; filename="content"\r\nContent-Type: text/csv\r\n\r\n'
    )
    body = job + b'{"object": "Lead", "operation": "insert"}\r\n' + file + leads(1).encode() + b"\r\n--cut--\r\n"

    answer = org.reply(Request("POST", V + JOBS, template.headers, body, writing=True))

    org.simulator.clock.sleep(60)

    assert answer.json()["state"] == "UploadComplete"
    assert told(org, answer.json()["id"])["numberRecordsProcessed"] == 1


def test_jobs_are_listed_the_newest_first(org: Client) -> None:
    jobs = [opened(org), opened(org)]

    listed = org.get(JOBS).json()

    assert [row["id"] for row in listed["records"]] == jobs[::-1]
    assert listed["done"] is True


def member_rows(org: Client, count: int, first: int = 0) -> str:
    campaign = org.id("Campaign")
    rows = []
    for n in range(first, first + count):
        lead = org.made("Lead", LastName=f"L{n}", Company="X")
        rows.append(f"{campaign},{lead},Sent,{campaign}_{lead}\n")
    return MEMBERS + "".join(rows)


def test_jobs_that_touch_one_campaign_at_the_same_time_lock_each_other_out(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_locks=True, bulk_rows_per_second=1.0)
    org.provision()
    campaign = org.id("Campaign")
    first, second = member_rows(org, 5), member_rows(org, 5, first=5)
    lead = org.made("Lead", LastName="Late", Company="X")
    jobs = [
        sent(org, rows, "CampaignMember", "upsert", externalIdFieldName="external_id__c") for rows in (first, second)
    ]
    clock.sleep(1)
    by_hand = org.send(
        "POST", "/sobjects/CampaignMember", {"CampaignId": campaign, "LeadId": lead, "external_id__c": "x"}
    )
    clock.sleep(20)

    words = f"unable to obtain exclusive access to this record or 1 records: {campaign}"
    assert [told(org, job)["numberRecordsFailed"] for job in jobs] == [0, 5]
    assert {row["sf__Error"] for row in sheet(org, jobs[1], "failedResults")} == {f"UNABLE_TO_LOCK_ROW:{words}:--"}
    assert error(by_hand) == (400, "UNABLE_TO_LOCK_ROW", words)


def test_jobs_one_after_another_do_not_lock_each_other_out(clock: VirtualClock) -> None:
    org = with_settings(clock, bulk_locks=True, bulk_rows_per_second=1.0)
    org.provision()
    failed = []
    for first in (0, 5):
        job = sent(org, member_rows(org, 5, first), "CampaignMember", "upsert", externalIdFieldName="external_id__c")
        clock.sleep(20)
        failed.append(told(org, job)["numberRecordsFailed"])

    assert failed == [0, 0]


def test_a_member_written_in_bulk_gets_the_default_for_an_unknown_status(ready: Client) -> None:
    rows = member_rows(ready, 1).replace("Sent", "Nowhere")

    ran(ready, rows, "CampaignMember", "upsert", externalIdFieldName="external_id__c")

    assert ready.query("SELECT Status FROM CampaignMember") == [{"Status": "Sent"}]


def test_a_rule_of_the_account_refuses_the_rows_that_break_it(clock: VirtualClock) -> None:
    rule = {"object": "Lead", "field": "Company", "matches": "^Bad", "message": "Not these."}
    org = with_settings(clock, validation_rules=[rule])
    job = ran(org, "LastName,Company\nA,Bad Ltd\nB,Good Ltd\n")
    by_hand = org.send("POST", "/sobjects/Lead", {"LastName": "C", "Company": "Bad Inc"})

    words = "FIELD_CUSTOM_VALIDATION_EXCEPTION:Not these.:--"
    assert {row["LastName"]: row["sf__Error"] for row in sheet(org, job, "failedResults")} == {"A": words}
    assert error(by_hand) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not these.")
