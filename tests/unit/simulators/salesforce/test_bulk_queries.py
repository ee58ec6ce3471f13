from typing import Any

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce

from .conftest import SEED, Client, error

JOBS = "/jobs/query"


def asked(org: Client, query: str, **more: Any) -> str:
    answer = org.send("POST", JOBS, {"operation": "query", "query": query, **more})
    assert answer.status == 200, answer.body
    return str(answer.json()["id"])


def test_a_query_is_answered_as_a_file(org: Client) -> None:
    org.made("Lead", LastName='Q"uote', Company="X, Y", NumberOfEmployees=7)
    job = asked(
        org, "SELECT LastName, Company, NumberOfEmployees, IsConverted, Owner.Email FROM Lead ORDER BY LastName"
    )

    shown = org.get(f"{JOBS}/{job}").json()
    answer = org.get(f"{JOBS}/{job}/results")

    assert (shown["state"], shown["numberRecordsProcessed"], shown["object"]) == ("JobComplete", 2, "Lead")
    assert answer.body.decode() == (
        '"LastName","Company","NumberOfEmployees","IsConverted","Owner.Email"\n'
        '"Q""uote","X, Y","7","false","integration@example.com"\n'
        '"Reyes","Reyes","","false","integration@example.com"\n'
    )
    assert (answer.headers["sforce-locator"], answer.headers["sforce-numberofrecords"]) == ("null", "2")


def test_an_answer_is_fetched_in_parts(org: Client) -> None:
    for n in range(4):
        org.made("Lead", LastName=f"A{n}", Company="X")
    job = asked(org, "SELECT LastName FROM Lead ORDER BY LastName")
    found, locator = [], ""
    while locator != "null":
        answer = org.get(f"{JOBS}/{job}/results", maxRecords="2", **({"locator": locator} if locator else {}))
        found += answer.body.decode().splitlines()[1:]
        locator = answer.headers["sforce-locator"]

    assert found == ['"A0"', '"A1"', '"A2"', '"A3"', '"Reyes"']


def test_deleted_records_are_found_by_query_all(org: Client) -> None:
    org.send("DELETE", f"/sobjects/Lead/{org.id('Lead')}")

    job = asked(org, "SELECT LastName FROM Lead", operation="queryAll")

    assert org.get(f"{JOBS}/{job}/results").body == b'"LastName"\n"Reyes"\n'


def test_a_query_waits_its_turn_and_can_be_given_up(clock: VirtualClock) -> None:
    org = Client(salesforce(clock=clock, seed={**SEED, "settings": {"bulk_wait_seconds": 10.0}}))
    jobs = [asked(org, "SELECT Id FROM Lead") for _ in range(2)]
    early = error(org.get(f"{JOBS}/{jobs[0]}/results"))[:2]
    org.send("PATCH", f"{JOBS}/{jobs[1]}", {"state": "Aborted"})
    clock.sleep(11)

    assert early == (400, "INVALIDJOBSTATE")
    assert [org.get(f"{JOBS}/{job}").json()["state"] for job in jobs] == ["JobComplete", "Aborted"]


def test_a_query_that_is_wrong_or_counts_is_refused_at_once(org: Client) -> None:
    bodies = ["SELECT Nothing FROM Lead", "SELECT COUNT() FROM Lead", "SELECT"]

    answers = [error(org.send("POST", JOBS, {"operation": "query", "query": query}))[1] for query in bodies]

    assert answers == ["INVALID_FIELD", "API_ERROR", "MALFORMED_QUERY"]


def test_jobs_are_listed_deleted_and_of_their_own_kind(org: Client) -> None:
    job = asked(org, "SELECT Id FROM Lead")
    listed = [row["id"] for row in org.get(JOBS).json()["records"]]
    foreign = org.get(f"/jobs/ingest/{job}").status
    org.get(f"{JOBS}/{job}")
    deleted = org.send("DELETE", f"{JOBS}/{job}").status

    assert (listed, foreign, deleted, org.get(f"{JOBS}/{job}").status) == ([job], 404, 204, 404)


def test_a_day_takes_so_many_queries(clock: VirtualClock) -> None:
    org = Client(salesforce(clock=clock, seed={**SEED, "settings": {"bulk_query_jobs": 1}}))
    asked(org, "SELECT Id FROM Lead")

    refused = org.send("POST", JOBS, {"operation": "query", "query": "SELECT Id FROM Lead"})

    assert error(refused)[:2] == (400, "EXCEEDEDQUOTA")
