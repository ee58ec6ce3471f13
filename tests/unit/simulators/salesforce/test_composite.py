import gzip
from typing import Any

import pytest

from turnout.wire import get

from .conftest import Client, V, error


def part(name: str, method: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    given = {"referenceId": name, "method": method, "url": V + path, **more}
    return given if body is None else {**given, "body": body}


def composed(org: Client, *parts: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = org.send("POST", "/composite", {"compositeRequest": parts, **more})
    assert answer.status == 200, answer.body
    listed: list[dict[str, Any]] = answer.json()["compositeResponse"]
    return listed


LEAD = {"LastName": "New", "Company": "X", "Email": "new@example.com"}


def test_a_later_part_uses_what_an_earlier_one_answered(org: Client) -> None:
    campaign = org.id("Campaign")
    answers = composed(
        org,
        part("lead", "POST", "/sobjects/Lead", LEAD),
        part("member", "POST", "/sobjects/CampaignMember", {"CampaignId": campaign, "LeadId": "@{lead.id}"}),
        part("seen", "GET", "/query?q=SELECT+LeadId+FROM+CampaignMember+WHERE+Id='@{member.id}'"),
        part("again", "GET", "/sobjects/Lead/@{seen.records[0].LeadId}?fields=Email"),
    )

    assert [one["httpStatusCode"] for one in answers] == [201, 201, 200, 200]
    assert answers[0]["httpHeaders"]["Location"] == f"{V}/sobjects/Lead/{answers[0]['body']['id']}"
    assert answers[3]["body"]["Email"] == "new@example.com"


def test_a_part_whose_reference_failed_is_not_carried_out(org: Client) -> None:
    answers = composed(
        org,
        part("lead", "POST", "/sobjects/Lead", {"LastName": "No company"}),
        part("member", "POST", "/sobjects/CampaignMember", {"CampaignId": org.id("Campaign"), "LeadId": "@{lead.id}"}),
        part("other", "POST", "/sobjects/Lead", LEAD),
    )

    assert [one["body"][0]["errorCode"] for one in answers[:2]] == ["REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert answers[2]["httpStatusCode"] == 201


def test_a_reference_to_nothing_is_told(org: Client) -> None:
    [answer] = composed(org, part("lead", "GET", "/sobjects/Lead/@{nobody.id}"))

    assert answer["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert answer["body"][0]["message"].startswith("Invalid reference specified. No value for nobody.id")


def test_all_or_none_takes_everything_back(org: Client) -> None:
    answers = composed(
        org,
        part("good", "POST", "/sobjects/Lead", LEAD),
        part("bad", "POST", "/sobjects/Lead", {"LastName": "No company"}),
        part("late", "POST", "/sobjects/Lead", LEAD),
        allOrNone=True,
    )

    assert [one["body"][0]["errorCode"] for one in answers] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert answers[0]["body"][0]["message"].startswith("The transaction was rolled back since another operation")
    assert org.query("SELECT Id FROM Lead WHERE LastName = 'New'") == []


def test_collections_and_other_headers_work_within_and_all_is_one_call(org: Client) -> None:
    before = org.get("/limits").json()["DailyApiRequests"]["Remaining"]
    records = [{"attributes": {"type": "Lead"}, **LEAD}]
    answers = composed(
        org,
        part("many", "POST", "/composite/sobjects", {"records": records}),
        part(
            "old", "PATCH", "/sobjects/Lead/@{many[0].id}", {"Title": "T"}, httpHeaders={"Sforce-Auto-Assign": "FALSE"}
        ),
    )
    after = org.get("/limits").json()["DailyApiRequests"]["Remaining"]

    assert [(one["httpStatusCode"], one["body"] is None) for one in answers] == [(200, False), (204, True)]
    assert before - after == 2


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([part(f"p{n}", "GET", "/limits") for n in range(26)], "LIMIT_EXCEEDED"),
        ([part(f"p{n}", "GET", "/query?q=SELECT+Id+FROM+Lead") for n in range(6)], "LIMIT_EXCEEDED"),
        ([part("one", "GET", "/limits"), part("one", "GET", "/limits")], "INVALID_INPUT"),
        ([part("1st", "GET", "/limits")], "INVALID_INPUT"),
        ([part("deploy", "POST", "/metadata/deployRequest")], "INVALID_INPUT"),
        ([{"method": "GET", "referenceId": "one"}], "JSON_PARSER_ERROR"),
    ],
)
def test_what_a_composite_request_may_not_hold_is_refused(org: Client, parts: list[dict[str, Any]], code: str) -> None:
    assert error(org.send("POST", "/composite", {"compositeRequest": parts}))[:2] == (400, code)


def test_an_unknown_address_within_is_an_answer_of_its_own(org: Client) -> None:
    [one, two] = composed(org, part("one", "GET", "/sobjects/Nothing"), part("two", "PUT", "/sobjects/Lead"))

    assert (one["httpStatusCode"], two["httpStatusCode"]) == (404, 405)


def test_a_batch_goes_on_after_a_failure_unless_told_to_halt(org: Client) -> None:
    requests = [
        {"method": "POST", "url": "v66.0/sobjects/Lead", "richInput": {"LastName": "No company"}},
        {"method": "GET", "url": "v66.0/limits/recordCount?sObjects=Lead"},
    ]
    on = org.send("POST", "/composite/batch", {"batchRequests": requests}).json()
    halted = org.send("POST", "/composite/batch", {"batchRequests": requests, "haltOnError": True}).json()

    assert (on["hasErrors"], [one["statusCode"] for one in on["results"]]) == (True, [400, 200])
    assert on["results"][1]["result"] == {"sObjects": [{"count": 1, "name": "Lead"}]}
    assert [one["statusCode"] for one in halted["results"]] == [400, 412]
    assert halted["results"][1]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"


def node(name: str, kind: str = "Campaign", **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": kind, "referenceId": name}, **fields}


def test_a_tree_makes_records_with_their_children(org: Client) -> None:
    member = node("member", "CampaignMember", LeadId=org.id("Lead"))
    answer = org.send(
        "POST", "/composite/tree/Campaign", {"records": [node("made", Name="T", CampaignMembers={"records": [member]})]}
    )

    assert answer.status == 201
    assert [one["referenceId"] for one in answer.json()["results"]] == ["made", "member"]
    assert org.one("SELECT Campaign.Name FROM CampaignMember")["Name"] == "T"


def test_a_tree_with_one_bad_record_makes_nothing(org: Client) -> None:
    records = [node("good", "Lead", **LEAD), node("bad", "Lead", LastName="No company")]
    answer = org.send("POST", "/composite/tree/Lead", {"records": records})

    assert (answer.status, answer.json()["hasErrors"]) == (400, True)
    assert [(one["referenceId"], one["errors"][0]["statusCode"]) for one in answer.json()["results"]] == [
        ("bad", "REQUIRED_FIELD_MISSING")
    ]
    assert len(org.query("SELECT Id FROM Lead")) == 1


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([node(f"n{n}", Name="T") for n in range(201)], "LIMIT_EXCEEDED"),
        ([node("same", Name="T"), node("same", Name="U")], "INVALID_INPUT"),
        ([{"Name": "T"}], "INVALID_INPUT"),
        ([node("lead", "Lead", **LEAD)], "INVALID_INPUT"),
        ([node("made", Name="T", Friends={"records": []})], "INVALID_FIELD"),
    ],
)
def test_a_tree_that_makes_no_sense_is_refused(org: Client, records: list[dict[str, Any]], code: str) -> None:
    assert error(org.send("POST", "/composite/tree/Campaign", {"records": records}))[:2] == (400, code)


def test_each_graph_is_all_or_none_for_itself(org: Client) -> None:
    graphs = [
        {"graphId": "good", "compositeRequest": [part("lead", "POST", "/sobjects/Lead", LEAD)]},
        {
            "graphId": "bad",
            "compositeRequest": [
                part("first", "POST", "/sobjects/Lead", LEAD),
                part("second", "POST", "/sobjects/Lead", {"LastName": "No company"}),
            ],
        },
    ]
    shown = org.send("POST", "/composite/graph", {"graphs": graphs}).json()["graphs"]

    assert [(one["graphId"], one["isSuccessful"]) for one in shown] == [("good", True), ("bad", False)]
    assert len(org.query("SELECT Id FROM Lead WHERE LastName = 'New'")) == 1


def chain(length: int) -> list[dict[str, Any]]:
    first = part("n0", "POST", "/sobjects/Lead", LEAD)
    return [first] + [part(f"n{n}", "PATCH", f"/sobjects/Lead/@{{n{n - 1}.id}}", {}) for n in range(1, length)]


@pytest.mark.parametrize(
    "graphs",
    [
        [{"graphId": f"g{n}", "compositeRequest": chain(1)} for n in range(76)],
        [
            {"graphId": f"g{n}", "compositeRequest": [part(f"p{m}", "GET", "/limits") for m in range(60)]}
            for n in range(9)
        ],
        [{"graphId": "deep", "compositeRequest": chain(16)}],
        [{"graphId": "same", "compositeRequest": chain(1)}] * 2,
    ],
)
def test_graphs_beyond_a_limit_are_refused(org: Client, graphs: list[dict[str, Any]]) -> None:
    assert error(org.send("POST", "/composite/graph", {"graphs": graphs}))[:2] == (400, "LIMIT_EXCEEDED")


def test_after_fourteen_failed_graphs_the_rest_is_not_tried(org: Client) -> None:
    bad = [part("lead", "POST", "/sobjects/Lead", {"LastName": "No company"})]
    graphs = [{"graphId": f"g{n}", "compositeRequest": bad} for n in range(14)]
    last = {"graphId": "last", "compositeRequest": [part("lead", "POST", "/sobjects/Lead", LEAD)]}

    shown = org.send("POST", "/composite/graph", {"graphs": [*graphs, last]}).json()["graphs"]

    assert shown[-1]["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert org.query("SELECT Id FROM Lead WHERE LastName = 'New'") == []


def test_an_answer_is_packed_where_the_caller_takes_it(org: Client) -> None:
    plain = org.get("/sobjects/Lead/describe")
    packed = org.reply(get(V + "/sobjects/Lead/describe", headers={**org.headers, "Accept-Encoding": "gzip, deflate"}))

    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_a_packed_body_is_read(org: Client) -> None:
    body = gzip.compress(b'{"LastName": "Packed", "Company": "X"}')
    headers = {**org.headers, "Content-Type": "application/json", "Content-Encoding": "gzip"}
    request = get(V + "/sobjects/Lead")

    answer = org.reply(type(request)("POST", request.url, headers, body, writing=True))

    assert answer.status == 201


def test_a_description_that_did_not_change_is_not_sent_again(org: Client) -> None:
    first = org.get("/sobjects/Lead/describe")
    known = {**org.headers, "If-None-Match": first.headers["etag"]}
    same = org.reply(get(V + "/sobjects/Lead/describe", headers=known))
    org.act("hide_field", field="Lead.Title")
    changed = org.reply(get(V + "/sobjects/Lead/describe", headers=known))

    assert (same.status, same.body, changed.status) == (304, b"", 200)


def test_records_are_counted(org: Client) -> None:
    asked = org.get("/limits/recordCount", sObjects="Lead,Contact,Nothing").json()["sObjects"]

    assert asked == [{"count": 1, "name": "Lead"}, {"count": 1, "name": "Contact"}]
