"""A client that others wrote for Node (node-marketo-rest) works with the imitated Marketo over HTTP."""

import ast
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from turnout.clock import iso
from turnout.simulators.kit.door import advance
from turnout.simulators.kit.server import Server
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo.app import CLIENT_ID, CLIENT_SECRET
from turnout.wire import post

FOLDER: Final = Path(__file__).parents[1] / "node-marketo"
ROSA, TESS, GUESTS = 1004, 1005, 1001
CONTENT: Final = "what e-mails and web pages show: Turnout shares none of it, and the simulator answers 610"
BROKEN: Final = "the client throws before it calls anything: it hands a promise to a stream that wants a client"
REFUSED: Final = "it posts _method=GET to the asset API, which takes none: Marketo answers 605"
NOT_EXERCISED: Final = {
    "email.updateEmailContentEditableText": CONTENT,
    "email.approveEmail": CONTENT,
    "email.getEmailContent": CONTENT,
    "email.getEmails": CONTENT,
    "landingPage.getLandingPages": CONTENT,
    "smartList.find": REFUSED,
    "smartList.byId": REFUSED,
    "bulkLeadExtract.fileStream": BROKEN,
    "bulkActivityExtract.fileStream": BROKEN,
}

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def client_files() -> Path:
    lock, made = FOLDER / "package-lock.json", FOLDER / "node_modules/.package-lock.json"
    if not made.exists() or made.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FOLDER, check=True, timeout=300
        )
        made.touch()
    return FOLDER / "drive.js"


@pytest.fixture
def ask(client_files: Path, server: Server) -> Iterator[Ask]:
    command = ["node", "--no-deprecation", str(client_files), server.url, CLIENT_ID, CLIENT_SECRET]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdin
        assert node.stdout

        def asked(object: str, method: str, *args: Any) -> Any:
            node.stdin.write(json.dumps({"object": object, "method": method, "args": args}) + "\n")
            node.stdin.flush()
            told = next(json.loads(line[3:]) for line in node.stdout if line.startswith("=> "))
            assert "error" not in told, told
            return told["answer"]

        yield asked
        node.stdin.close()


def lately(simulator: Simulator) -> dict[str, str]:
    now = simulator.clock.now()
    return {"startAt": iso(now - 86_400), "endAt": iso(now + 86_400)}


def test_it_finds_and_writes_people(ask: Ask) -> None:
    found = ask("lead", "find", "email", ["rosa@example.com", "tess@example.com"], {"fields": ["email", "company"]})
    made = ask("lead", "createOrUpdate", [{"email": "new@example.com"}], {"lookupField": "email"})
    pushed = ask("lead", "push", [{"email": "new@example.com"}], {"programName": "Winter Summit 2026"})
    one = ask("lead", "byId", ROSA, {"fields": ["email"]})

    assert [each["email"] for each in found["result"]] == ["rosa@example.com", "tess@example.com"]
    assert (made["result"][0]["status"], pushed["result"][0]["status"]) == ("created", "updated")
    assert one["result"][0]["email"] == "rosa@example.com"


def test_it_associates_and_merges_people(ask: Ask) -> None:
    [made] = ask("lead", "createOrUpdate", [{"email": "new@example.com", "title": "CTO"}])["result"]
    associated = ask("lead", "associateLead", made["id"], "id:1&token:_mch-example.com-1")
    merged = ask("lead", "mergeLead", ROSA, [made["id"]], {"mergeInCRM": False})
    rosa = ask("lead", "byId", ROSA, {"fields": ["title"]})

    assert (associated["success"], merged["success"]) == (True, True)
    assert rosa["result"][0]["title"] == "CTO"


def test_it_reads_fields_and_partitions(ask: Ask) -> None:
    names = {each["rest"]["name"] for each in ask("lead", "describe")["result"]}

    assert {"id", "email", "leadScore"} <= names
    assert [each["name"] for each in ask("lead", "partitions")["result"]] == ["Default", "Europe"]


def test_it_reads_activities_and_changes(ask: Ask, simulator: Simulator) -> None:
    ask("lead", "createOrUpdate", [{"email": "tess@example.com", "title": "CTO"}])
    token = ask("lead", "getPageToken", iso(simulator.clock.now() - 3_600))["nextPageToken"]

    of_tess = ask("lead", "getActivities", [TESS], [13], token)
    of_list = ask("lead", "getActivitiesForList", GUESTS, [13], token)
    by_options = ask("lead", "getActivitiesWithOptions", {"activityTypeIds": "13", "nextPageToken": token})
    changes = ask("lead", "getChanges", token, {"fields": ["title"]})
    same = ask("lead", "getChangesWithOptions", {"nextPageToken": token, "fields": ["title"]})
    kinds = ask("activities", "getActivityTypes")

    assert [each["primaryAttributeValue"] for each in of_tess["result"]] == ["Job Title"]
    assert of_list["result"] == by_options["result"] == of_tess["result"]
    assert changes["result"][0]["fields"][0]["newValue"] == "CTO"
    assert same["result"] == changes["result"]
    assert {each["id"] for each in kinds["result"]} >= {12, 13, 104}


def test_it_works_with_lists(ask: Ask) -> None:
    found = ask("list", "find", {"name": ["Guests"]})
    same = ask("list", "byId", GUESTS)
    [added] = ask("list", "addEmailsToList", ["new@example.com"], GUESTS)["result"]
    again = ask("list", "addLeadsToList", GUESTS, [{"id": added["id"]}, ROSA])
    told = ask("list", "isMember", GUESTS, [added["id"]])
    removed = ask("list", "removeLeadsFromList", GUESTS, [added["id"]])
    left = ask("list", "getLeads", GUESTS, {"fields": "email", "batchSize": 1})

    assert found["result"] == same["result"]
    assert [each["status"] for each in again["result"]] == ["added", "added"]
    assert (told["result"][0]["status"], removed["result"][0]["status"]) == ("memberof", "removed")
    assert [each["id"] for each in left["result"]] == [ROSA]
    assert left["nextPageToken"]


def test_it_reads_page_by_page_as_a_stream(ask: Ask) -> None:
    people = ask("client", "streamify", "list", "getLeads", [GUESTS, {"batchSize": 1}])

    assert [each["id"] for each in people] == [ROSA, TESS]


def test_it_requests_campaigns(ask: Ask) -> None:
    by_name = {each["name"]: each["id"] for each in ask("campaign", "getCampaigns")["result"]}
    tokens = [{"name": "{{my.message}}", "value": "hello"}]
    asked = ask("campaign", "request", by_name["Remind"], [{"id": ROSA}], tokens)
    assets = ask("campaign", "getSmartCampaigns", {"maxReturn": 1})

    assert asked["result"] == [{"id": by_name["Remind"]}]
    assert [each["name"] for each in assets["result"]] == ["Remind"]


def test_it_takes_people_out(ask: Ask, simulator: Simulator) -> None:
    ask("lead", "createOrUpdate", [{"email": "new@example.com"}])
    asked = ["email"], {"createdAt": lately(simulator)}
    [job] = ask("bulkLeadExtract", "create", *asked)["result"]
    ask("bulkLeadExtract", "enqueue", job["exportId"])
    advance(simulator.clock, 60)
    [status] = ask("bulkLeadExtract", "status", job["exportId"])["result"]
    ended = ask("bulkLeadExtract", "statusTilCompleted", job["exportId"])
    file = ask("bulkLeadExtract", "file", job["exportId"])
    [spare] = ask("bulkLeadExtract", "create", *asked)["result"]
    [cancelled] = ask("bulkLeadExtract", "cancel", spare["exportId"])["result"]
    whole = ask("bulkLeadExtract", "get", *asked)

    assert (status["status"], ended["result"], cancelled["status"]) == ("Completed", [status], "Cancelled")
    assert file == "email\nnew@example.com\n"
    assert whole["result"][0]["numberOfRecords"] == 1


def test_it_takes_activities_out(ask: Ask, simulator: Simulator) -> None:
    ask("lead", "createOrUpdate", [{"email": "tess@example.com", "title": "CTO"}])
    asked = {"createdAt": lately(simulator), "activityTypeIds": [13]}
    [job] = ask("bulkActivityExtract", "create", asked)["result"]
    ask("bulkActivityExtract", "enqueue", job["exportId"])
    advance(simulator.clock, 60)
    [status] = ask("bulkActivityExtract", "status", job["exportId"])["result"]
    ended = ask("bulkActivityExtract", "statusTilCompleted", job["exportId"])
    file = ask("bulkActivityExtract", "file", job["exportId"])
    [spare] = ask("bulkActivityExtract", "create", asked)["result"]
    [cancelled] = ask("bulkActivityExtract", "cancel", spare["exportId"])["result"]
    whole = ask("bulkActivityExtract", "get", asked)

    assert (status["status"], ended["result"], cancelled["status"]) == ("Completed", [status], "Cancelled")
    assert '""New Value"":""CTO""' in file.splitlines()[1]
    assert whole["result"][0]["numberOfRecords"] == 1


def test_it_reads_usage_and_errors(ask: Ask) -> None:
    used = [ask("stats", "usage")["result"][-1]["total"], ask("stats", "usageLast7Days")["result"][-1]["total"]]
    failed = [ask("stats", "errors")["result"][-1]["total"], ask("stats", "errorsLast7Days")["result"][-1]["total"]]

    assert (used, failed) == ([1, 2], [0, 0])


def test_it_asks_for_a_new_token_when_the_old_one_has_ended(ask: Ask, simulator: Simulator) -> None:
    first = ask("client", "getOAuthToken")["access_token"]
    simulator(post("/_sim/act", {"do": "expire_tokens"}))

    rosa = ask("lead", "byId", ROSA, {"fields": ["email"]})
    second = ask("client", "getOAuthToken")["access_token"]

    assert rosa["result"][0]["email"] == "rosa@example.com"
    assert first != second


def exercised() -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(Path(__file__).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ask":
            found.add(".".join(each.value for each in node.args[:2] if isinstance(each, ast.Constant)))
    return found


def test_every_method_is_exercised_or_has_a_reason(ask: Ask) -> None:
    known = set(ask("client", "methods"))

    assert sorted(known - exercised() - NOT_EXERCISED.keys()) == []
    assert sorted(NOT_EXERCISED.keys() & exercised()) == []
    assert sorted(NOT_EXERCISED.keys() - known) == []
