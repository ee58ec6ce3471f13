import csv
import json

import pytest

from turnout.destinations.kit import Job, Row
from turnout.destinations.salesforce.calls import bulk
from turnout.destinations.salesforce.calls.sheets import pieces
from turnout.destinations.salesforce.members import WRITER as MEMBERS
from turnout.destinations.salesforce.rows import WRITER as ROWS
from turnout.destinations.salesforce.rules import judged
from turnout.values.changes import Op
from turnout.values.records import Kind
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, get

STEP = ROWS.bulk.step
PATH = "/jobs/ingest/750000000000001AAA"


def sheet(*lines):
    return Reply(200, {}, "\n".join(lines).encode())


@pytest.fixture
def rows(config, target, change):
    """Two engagement rows, as the writer renders them."""

    def made(*people):
        found = [change(Kind.ENGAGEMENT, person=one, person_id=lead, values={"plays": 3}) for one, lead in people]
        return [ROWS.render(config, target, one) for one in found]

    return made


@pytest.fixture
def pair(rows):
    return rows(("anna", "00Q00000000000BAAA"), ("bert", "00Q00000000000AAAA"))


@pytest.fixture
def stepped(drive, config, target):
    def taken(job, rows, *replies, writer=ROWS):
        return drive(writer.bulk.step(config, target, job, rows), *replies)

    return taken


def job(state, **more):
    return Job(state, "750000000000001AAA", **more)


def test_a_new_job_upserts_by_our_key(stepped, pair):
    (made,), (seen, outcomes) = stepped(Job(), pair, {"id": "750000000000001AAA", "state": "Open"})

    assert (made.method, made.url, made.writing) == ("POST", "/jobs/ingest", True)
    assert made.json() == {
        "object": "UserSessionEngagement__c",
        "operation": "upsert",
        "contentType": "CSV",
        "lineEnding": "LF",
        "externalIdFieldName": "turnout_key__c",
    }
    assert (seen, outcomes) == (job("made"), None)


def test_the_content_is_made_of_the_rows_those_of_one_lead_together(stepped, pair):
    (put,), (seen, _) = stepped(job("made"), pair, Reply(201))

    assert (put.method, put.url, put.headers) == ("PUT", f"{PATH}/batches", {"Content-Type": "text/csv"})
    assert put.body == b""
    assert b"".join(put.pieces()).decode().splitlines() == [
        "Lead__c,campaign_member__c,plays__c,turnout_key__c",
        "00Q00000000000AAAA,00v000000000001AAA,3,701000000000001AAA_bert_1_live0001_330022",
        "00Q00000000000BAAA,00v000000000001AAA,3,701000000000001AAA_anna_1_live0001_330022",
    ]
    assert seen == job("uploaded")


def test_the_content_can_be_sent_twice(stepped, pair):
    (put,), _ = stepped(job("made"), pair, Reply(201))

    assert b"".join(put.pieces()) == put.whole().body


def test_an_answer_without_a_body_is_what_an_upload_gets(stepped, pair):
    (put,), _ = stepped(job("made"), pair, Reply(201))

    assert judged(put, Reply(201)) is None


def test_an_uploaded_job_is_closed_and_looked_at_soon(stepped, pair):
    (patch,), (seen, _) = stepped(job("uploaded"), pair, {"state": "UploadComplete"})

    assert (patch.method, patch.url, patch.json()) == ("PATCH", PATH, {"state": "UploadComplete"})
    assert seen == job("closed", poll_seconds=2.0)


@pytest.mark.parametrize(
    ("told", "becomes"),
    [
        ("UploadComplete", job("closed", poll_seconds=5.0)),
        ("InProgress", job("closed", poll_seconds=5.0)),
        ("JobComplete", job("done")),
        ("Failed", job("done")),
        ("Aborted", job("done")),
        ("Open", job("uploaded")),
    ],
)
def test_a_closed_job_is_looked_at_until_it_has_ended(stepped, pair, told, becomes):
    _, (seen, outcomes) = stepped(job("closed"), pair, {"state": told})

    assert (seen, outcomes) == (becomes, None)


def test_results_are_told_apart_by_our_key_not_by_their_order(stepped, pair):
    requests, (seen, outcomes) = stepped(
        job("done"),
        pair,
        {"state": "JobComplete", "numberRecordsProcessed": 2, "numberRecordsFailed": 0},
        sheet(
            "sf__Id,sf__Created,turnout_key__c",
            "a0X000000000002AAA,true,701000000000001AAA_bert_1_live0001_330022",
            "a0X000000000001AAA,false,701000000000001AAA_anna_1_live0001_330022",
        ),
    )

    assert [one.url for one in requests] == [PATH, f"{PATH}/successfulResults"]
    assert seen.state == "collected"
    assert {(one.key.person, one.remote_id, one.made) for one in outcomes} == {
        ("anna", "a0X000000000001AAA", False),
        ("bert", "a0X000000000002AAA", True),
    }


def test_a_row_that_met_a_lock_goes_again_and_a_row_that_was_not_reached_too(stepped, pair):
    requests, (_, outcomes) = stepped(
        job("done"),
        pair,
        {"state": "JobComplete", "numberRecordsProcessed": 1, "numberRecordsFailed": 1},
        sheet("sf__Id,sf__Created,turnout_key__c"),
        sheet(
            "sf__Id,sf__Error,turnout_key__c",
            ",UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--,"
            "701000000000001AAA_anna_1_live0001_330022",
        ),
        sheet("turnout_key__c", "701000000000001AAA_bert_1_live0001_330022"),
    )

    assert [one.url for one in requests[1:]] == [
        f"{PATH}/successfulResults",
        f"{PATH}/failedResults",
        f"{PATH}/unprocessedrecords",
    ]
    assert [(one.key.person, one.ruling.verdict, one.ruling.code) for one in outcomes] == [
        ("anna", Verdict.RETRY, "UNABLE_TO_LOCK_ROW"),
        ("bert", Verdict.RETRY, "unprocessed"),
    ]


def test_a_refused_row_carries_the_code_and_the_words_without_the_list_of_fields(stepped, rows):
    _, (_, (outcome,)) = stepped(
        job("done"),
        rows(("anna", "00Q00000000000BAAA")),
        {"state": "JobComplete", "numberRecordsProcessed": 1, "numberRecordsFailed": 1},
        sheet("sf__Id,sf__Created,turnout_key__c"),
        sheet(
            "sf__Id,sf__Error,turnout_key__c",
            ',"FIELD_CUSTOM_VALIDATION_EXCEPTION:No weekends: ask Jo:plays__c--",'
            "701000000000001AAA_anna_1_live0001_330022",
        ),
    )

    assert (outcome.ruling.verdict, outcome.ruling.code, outcome.ruling.words) == (
        Verdict.REJECT,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "No weekends: ask Jo",
    )


def test_a_row_of_which_no_result_speaks_has_no_outcome(stepped, rows):
    _, (_, outcomes) = stepped(
        job("done"),
        rows(("anna", "00Q00000000000BAAA")),
        {"state": "JobComplete", "numberRecordsProcessed": 1},
        sheet("sf__Id,sf__Created,turnout_key__c"),
        sheet("sf__Id,sf__Error,turnout_key__c"),
        sheet("turnout_key__c"),
    )

    assert outcomes == []


def test_a_job_that_failed_for_a_field_nobody_may_see_stops_the_stream_with_the_fields_name(stepped, rows):
    told = "InvalidBatch : Field name not found : plays__c"
    _, (_, (outcome,)) = stepped(
        job("done"),
        rows(("anna", "00Q00000000000BAAA")),
        {"state": "Failed", "errorMessage": told, "numberRecordsProcessed": 0},
        Reply(404),
        Reply(404),
        Reply(404),
    )

    assert outcome.ruling.verdict is Verdict.HALT
    assert "Field name not found : plays__c" in outcome.ruling.sentence()
    assert "Set Field-Level Security" in outcome.ruling.sentence()


def test_an_aborted_job_leaves_what_it_did_not_reach_to_go_again(stepped, rows):
    _, (_, (outcome,)) = stepped(
        job("done"),
        rows(("anna", "00Q00000000000BAAA")),
        {"state": "Aborted", "numberRecordsProcessed": 0},
        sheet("sf__Id,sf__Created,turnout_key__c"),
        sheet("sf__Id,sf__Error,turnout_key__c"),
        sheet("turnout_key__c", "701000000000001AAA_anna_1_live0001_330022"),
    )

    assert (outcome.ruling.verdict, outcome.ruling.code) == (Verdict.RETRY, "unprocessed")


def test_a_job_that_is_not_there_any_more_leaves_its_rows_unsure(stepped, pair):
    assert judged(get(PATH), Reply(404)) is None
    _, (seen, outcomes) = stepped(job("closed"), pair, Reply(404))
    assert seen == job("done")
    _, (_, outcomes) = stepped(job("done"), pair, Reply(404))
    assert outcomes == []


def test_members_that_stand_are_updated_by_their_record_id(stepped, config, target, change):
    moved = change(
        Kind.MEMBER,
        Op.UPDATE,
        status="During-event visit",
        remote_id="00v000000000009AAA",
        person_id="00Q000000000001AAA",
        values={"external_id": "given"},
    )
    row = MEMBERS.render(config, target, moved)
    (made,), _ = stepped(Job(), [row], {"id": "750000000000001AAA"}, writer=MEMBERS)
    (put,), _ = stepped(job("made"), [row], Reply(201), writer=MEMBERS)
    _, (_, (outcome,)) = stepped(
        job("done"),
        [row],
        {"state": "JobComplete"},
        sheet("sf__Id,sf__Created,Id,Status", "00v000000000009AAA,false,00v000000000009AAA,During-event visit"),
        writer=MEMBERS,
    )

    assert (made.json()["operation"], made.json()["object"]) == ("update", "CampaignMember")
    assert b"".join(put.pieces()) == b"Id,Status\n00v000000000009AAA,During-event visit\n"
    assert (outcome.remote_id, outcome.made) == ("00v000000000009AAA", False)


def test_rows_of_an_object_without_our_key_are_told_apart_by_what_they_are_about(stepped, config, target, change):
    values = {"entry_id": "1_live0001", "poll_3_answer": "Yes"}
    row = ROWS.render(config, target, change(Kind.POLLS, Op.CREATE, values=values))
    (made,), _ = stepped(Job(), [row], {"id": "750000000000001AAA"})
    _, (_, (outcome,)) = stepped(
        job("done"),
        [row],
        {"state": "JobComplete"},
        sheet(
            "sf__Id,sf__Created,campaign_member__c,entry_id__c,poll_3_answer__c",
            "a0Y000000000001AAA,true,00v000000000001AAA,1_live0001,Yes",
        ),
    )

    assert (made.json()["operation"], "externalIdFieldName" in made.json()) == ("insert", False)
    assert (outcome.remote_id, outcome.made) == ("a0Y000000000001AAA", True)


def test_giving_up_an_open_job_aborts_it(drive, config, target):
    open_then_gone = ({"state": "Open"}, {"state": "Aborted"}, {"state": "Aborted"})
    requests, left = drive(bulk.drop(config, target, job("made")), *open_then_gone)

    assert [(one.method, one.url) for one in requests] == [("GET", PATH), ("PATCH", PATH), ("GET", PATH)]
    assert json.loads(requests[1].body) == {"state": "Aborted"}
    assert left == job("dropped")


@pytest.mark.parametrize("state", ["UploadComplete", "InProgress", "JobComplete", "Failed"])
def test_a_job_that_was_closed_after_all_is_not_given_up(drive, config, target, state):
    requests, left = drive(bulk.drop(config, target, job("uploaded")), {"state": state})

    assert len(requests) == 1
    assert left == job("closed")


def test_a_job_that_was_never_made_is_given_up_without_a_call(drive, config, target):
    assert drive(bulk.drop(config, target, Job())) == ([], Job("dropped"))


def test_an_empty_cell_leaves_a_field_and_the_mark_of_a_null_clears_it():
    told = b"".join(pieces(["a", "b", "c"], [{"a": None, "c": 1.5}, {"b": 'x,"y"\n', "c": True}])).decode()

    assert list(csv.reader(told.splitlines(keepends=True))) == [
        ["a", "b", "c"],
        ["#N/A", "", "1.5"],
        ["", 'x,"y"\n', "true"],
    ]


def test_an_answer_that_is_the_mark_of_a_null_is_not_taken_for_one():
    assert b"".join(pieces(["a"], [{"a": "#N/A"}])) == b"a\n#N/A \n"


def test_no_piece_of_a_sheet_is_much_larger_than_a_quarter_of_a_megabyte():
    sizes = [len(one) for one in pieces(["a"], ({"a": "x" * 1000} for _ in range(1000)))]

    assert (len(sizes), max(sizes) < 270_000, sum(sizes)) == (4, True, 1_001_002)


def test_a_job_takes_no_more_than_salesforce_advises():
    assert (ROWS.bulk.rows, ROWS.bulk.bytes, ROWS.bulk.least, ROWS.bulk.acts_at_once) == (
        150_000,
        100_000_000,
        2_000,
        False,
    )


def test_a_row_with_nothing_to_write_needs_no_job(stepped, change):
    row = Row(change(Kind.MEMBER, Op.UPDATE, remote_id="00v000000000009AAA"), {"id": "00v000000000009AAA"}, 10)
    requests, (seen, outcomes) = stepped(Job(), [row], writer=MEMBERS)

    assert requests == []
    assert (seen.state, [one.remote_id for one in outcomes]) == ("collected", ["00v000000000009AAA"])
