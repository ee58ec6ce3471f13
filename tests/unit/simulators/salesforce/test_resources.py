import pytest

from turnout.clock import VirtualClock
from turnout.simulators.kit.faults import Fault
from turnout.simulators.salesforce.app import salesforce
from turnout.wire import get

from .conftest import SEED, Client, error


def test_versions_are_listed_without_a_session_and_not_counted(org: Client) -> None:
    answer = org.reply(get("/services/data"))
    listed = answer.json()
    assert (listed[0]["version"], listed[-1]) == (
        "31.0",
        {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"},
    )
    assert "sforce-limit-info" not in answer.headers


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [("v30.0", 410, "UNSUPPORTED_API_VERSION"), ("v69.0", 404, "NOT_FOUND"), ("66.0", 404, "NOT_FOUND")],
)
def test_other_versions_are_refused(org: Client, version: str, status: int, code: str) -> None:
    answer = org.reply(get(f"/services/data/{version}/limits", headers=org.headers))
    assert error(answer)[:2] == (status, code)


@pytest.mark.parametrize("version", ["v31.0", "v68.0"])
def test_oldest_and_newest_versions_answer(org: Client, version: str) -> None:
    assert org.reply(get(f"/services/data/{version}/limits", headers=org.headers)).status == 200


def test_every_call_is_counted_and_told(org: Client) -> None:
    told = [org.get("/limits").headers["sforce-limit-info"] for _ in range(2)]
    assert told == ["api-usage=1/100000", "api-usage=2/100000"]
    assert org.get("/limits").json()["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_997}


def test_the_days_last_call_is_refused_until_a_day_has_passed(clock: VirtualClock) -> None:
    org = Client(salesforce(clock=clock, seed={**SEED, "settings": {"api_requests": 3, "session_seconds": 1e6}}))
    org.act("use_calls", calls=2)
    statuses = [org.get("/sobjects").status, org.get("/sobjects").status]
    refused = error(org.get("/sobjects"))
    clock.sleep(86_401)
    assert statuses == [200, 403]
    assert refused == (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    assert org.get("/sobjects").status == 200


def test_limits_need_view_setup(clock: VirtualClock) -> None:
    org = Client(salesforce(clock=clock, seed={"settings": {"view_setup": False}}))
    assert error(org.get("/limits"))[:2] == (403, "INSUFFICIENT_ACCESS")


def test_a_uri_may_have_16384_bytes(org: Client) -> None:
    path = "/services/data/v66.0/query?q="
    fits = path + "x" * (16_384 - len(path))
    answers = [org.reply(get(uri, headers=org.headers)).status for uri in (fits, fits + "x")]
    assert answers == [400, 414]


def test_a_slash_at_the_end_of_a_path_is_accepted(org: Client) -> None:
    assert org.send("POST", "/sobjects/Lead/", {"LastName": "Z", "Company": "Z"}).status == 201


def test_unknown_paths_methods_and_parameters_are_refused_and_booked(org: Client) -> None:
    answers = [
        error(org.get("/appMenu"))[:2],
        error(org.send("PUT", "/sobjects/Lead"))[:2],
        error(org.get("/limits", all="yes"))[:2],
    ]
    assert answers == [(404, "NOT_FOUND"), (405, "METHOD_NOT_ALLOWED"), (400, "INVALID_PARAMETER")]
    assert org.simulator.book.shown()["unknown"] == 3


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("quota"), (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")),
        (
            Fault("throttle"),
            (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
        ),
        (
            Fault("refuse", code="UNABLE_TO_LOCK_ROW"),
            (400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
        ),
        (
            Fault("refuse", code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message="No."),
            (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No."),
        ),
    ],
)
def test_faults_are_worded_as_salesforce_words_them(org: Client, fault: Fault, expected: tuple[int, str, str]) -> None:
    org.simulator.faults.set([fault])
    assert error(org.get("/limits")) == expected


def test_a_short_query_lacks_a_record(org: Client) -> None:
    org.simulator.faults.set([Fault("short", path="query")])
    assert org.query("SELECT Id FROM Lead") == []


def test_every_answer_tells_the_time_of_the_accounts_clock(org: Client, clock: VirtualClock) -> None:
    clock.advance_to(1_795_000_060.0)
    answers = [org.get("/limits"), org.get("/nowhere"), org.reply(get("/services/data/v66.0/limits"))]
    assert [answer.status for answer in answers] == [200, 404, 401]
    assert {answer.headers["date"] for answer in answers} == {"Wed, 18 Nov 2026 11:07:40 GMT"}
