"""The real `sf` command (npm @salesforce/cli, Apache-2.0) works with the imitated Salesforce over http.

The folder that `turnout provision --out` writes is deployed in test_sf_provision.py.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from turnout.simulators.kit.server import serve
from turnout.simulators.salesforce.app import CLIENT_ID, salesforce

from .salesforce_app import project, signer, unknown_calls
from .sf_command import USER, Cli, environment

SEED = {
    "records": [
        {"sobject": "Campaign", "ref": "summit", "fields": {"Name": "Winter Summit 2026"}},
        {
            "sobject": "Lead",
            "ref": "rosa",
            "fields": {"LastName": "Reyes", "Company": "X", "Email": "rosa@example.com"},
        },
        {"sobject": "CampaignMember", "fields": {"CampaignId": "@summit", "LeadId": "@rosa"}},
    ]
}


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """An org with the custom object, and someone who may see it."""
    folder, home = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("home")
    _, certificate = signer(home)
    server = serve(salesforce(seed={**SEED, "settings": {"certificate": certificate, "bulk_hard_delete": True}}))
    made = Cli(server.url, folder, home / "app.key", environment(home))
    project(folder)
    made.sign_in()
    assert made.do("project", "deploy", "start")["numberComponentsDeployed"] == 6
    made.do("org", "assign", "permset", "--name", "Turnout")
    yield made
    server.close()


def lead(cli: Cli, name: str) -> str:
    return str(cli.do("data", "create", "record", "-s", "Lead", "-v", f"LastName={name} Company=X")["id"])


def columns(name: str, of: str) -> tuple[str, ...]:
    return (f"{name},{of}", *(f"{name}{n},{n}" for n in range(3)))


# -- what is exercised


def login_access_token(cli: Cli) -> None:
    words = ("org", "login", "access-token", "--instance-url", cli.url, "--no-prompt", "--alias", "second")
    told = cli.run(*words, SF_ACCESS_TOKEN=cli.token())["result"]
    assert (told["username"], told["instanceApiVersion"], told["orgEdition"]) == (USER, "68.0", "Enterprise Edition")


def login_jwt(cli: Cli) -> None:
    who = ("--username", USER, "--jwt-key-file", str(cli.key), "--client-id", CLIENT_ID)
    told = cli.run("org", "login", "jwt", *who, "--instance-url", cli.url, HOME=str(cli.folder))
    assert (told["status"], told["result"]["username"]) == (0, USER)
    wrong = cli.run("org", "login", "jwt", *who[:-1], "other", "--instance-url", cli.url, HOME=str(cli.folder))
    assert (wrong["status"], "client identifier invalid" in wrong["message"]) == (1, True)


def logout(cli: Cli) -> None:
    who = ("--username", USER, "--jwt-key-file", str(cli.key), "--client-id", CLIENT_ID)
    home = str(cli.folder / "other")
    cli.run("org", "login", "jwt", *who, "--instance-url", cli.url, HOME=home)
    assert cli.run("org", "logout", "--target-org", USER, "--no-prompt", HOME=home)["result"] == [USER]


def display(cli: Cli) -> None:
    assert cli.do("org", "display")["username"] == USER


def display_user(cli: Cli) -> None:
    assert cli.do("org", "display", "user")["profileName"] == "Minimum Access - API Only Integrations"


def list_orgs(cli: Cli) -> None:
    assert [one["username"] for one in cli.do("org", "list", org=False)["other"]] == [USER]


def list_auth(cli: Cli) -> None:
    assert [one["username"] for one in cli.do("org", "list", "auth", org=False)] == [USER]


def list_limits(cli: Cli) -> None:
    limits = {one["name"]: one["max"] for one in cli.do("org", "list", "limits")}
    assert (limits["DailyApiRequests"], limits["DailyBulkApiBatches"]) == (100_000, 15_000)


def record_counts(cli: Cli) -> None:
    assert cli.do("org", "list", "sobject", "record-counts", "--sobject", "Campaign") == [
        {"count": 1, "name": "Campaign"}
    ]


def list_users(cli: Cli) -> None:
    assert USER in [one["username"] for one in cli.do("org", "list", "users")]


def assign_permset(cli: Cli) -> None:
    cli.do("data", "create", "record", "-s", "PermissionSet", "-v", "Name=Readers Label=Readers")
    told = cli.do("org", "assign", "permset", "--name", "Readers")
    assert (told["successes"], told["failures"]) == ([{"name": USER, "value": "Readers"}], [])


def show_access_token(cli: Cli) -> None:
    told = cli.do("org", "auth", "show-access-token", "--no-prompt")
    assert str(told["accessToken"] if isinstance(told, dict) else told).startswith("00D")


def sobject_describe(cli: Cli) -> None:
    told = cli.do("sobject", "describe", "--sobject", "Watched__c")
    fields = {one["name"]: one for one in told["fields"]}
    assert (fields["plays__c"]["precision"], fields["turnout_key__c"]["unique"]) == (18, True)


def sobject_list(cli: Cli) -> None:
    assert cli.do("sobject", "list", "--sobject", "custom") == ["Watched__c"]


def query(cli: Cli) -> None:
    soql = "SELECT Name, (SELECT Status, Lead.Email FROM CampaignMembers) FROM Campaign"
    told = cli.do("data", "query", "--query", soql)
    [member] = told["records"][0]["CampaignMembers"]["records"]
    assert (told["totalSize"], member["Status"], member["Lead"]["Email"]) == (1, "Sent", "rosa@example.com")


def create_record(cli: Cli) -> None:
    assert lead(cli, "Created")[:3] == "00Q"


def get_record(cli: Cli) -> None:
    made = lead(cli, "Got")
    assert cli.do("data", "get", "record", "-s", "Lead", "-w", "LastName=Got")["Id"] == made


def update_record(cli: Cli) -> None:
    made = lead(cli, "Changed")
    cli.do("data", "update", "record", "-s", "Lead", "-i", made, "-v", "Title=Reader")
    assert cli.ids("SELECT Id FROM Lead WHERE Title = 'Reader'") == [made]


def delete_record(cli: Cli) -> None:
    made = lead(cli, "Deleted")
    cli.do("data", "delete", "record", "-s", "Lead", "-i", made)
    assert cli.ids("SELECT Id FROM Lead WHERE LastName = 'Deleted'") == []


def upsert_bulk(cli: Cli) -> None:
    file = cli.file("upsert.csv", *columns("turnout_key__c", "plays__c"))
    into = ("-s", "Watched__c", "-i", "turnout_key__c", "-f", file)
    told = cli.do("data", "upsert", "bulk", *into, "--wait", "2")["jobInfo"]
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("JobComplete", 3, 0)
    assert len(cli.ids("SELECT Id FROM Watched__c WHERE turnout_key__c LIKE 'turnout\\_key%'")) == 3


def upsert_resume(cli: Cli) -> None:
    file = cli.file("later.csv", *columns("turnout_key__c", "plays__c"))
    into = ("-s", "Watched__c", "-i", "turnout_key__c", "-f", file)
    job = cli.do("data", "upsert", "bulk", *into)["jobInfo"]["id"]
    assert cli.do("data", "upsert", "resume", "--job-id", job)["jobInfo"]["state"] == "JobComplete"


def import_bulk(cli: Cli) -> None:
    file = cli.file("import.csv", *columns("LastName", "Company"))
    told = cli.do("data", "import", "bulk", "-s", "Lead", "-f", file, "--wait", "2")
    assert (told["successfulRecords"], told["failedRecords"]) == (3, 0)


def import_resume(cli: Cli) -> None:
    file = cli.file("resumed.csv", *columns("LastName", "Company"))
    job = cli.do("data", "import", "bulk", "-s", "Lead", "-f", file)["jobId"]
    assert cli.do("data", "import", "resume", "--job-id", job, org=False)["successfulRecords"] == 3


def update_bulk(cli: Cli) -> None:
    file = cli.file("update.csv", "Id,Title", f"{lead(cli, 'Bulk')},Writer")
    told = cli.do("data", "update", "bulk", "-s", "Lead", "-f", file, "--wait", "2")
    assert (told["successfulRecords"], len(cli.ids("SELECT Id FROM Lead WHERE Title = 'Writer'"))) == (1, 1)


def update_resume(cli: Cli) -> None:
    file = cli.file("change.csv", "Id,Title", f"{lead(cli, 'Later')},Editor")
    job = cli.do("data", "update", "bulk", "-s", "Lead", "-f", file)["jobId"]
    assert cli.do("data", "update", "resume", "--job-id", job, org=False)["successfulRecords"] == 1


def delete_bulk(cli: Cli) -> None:
    made = lead(cli, "Gone")
    told = cli.do("data", "delete", "bulk", "-s", "Lead", "-f", cli.file("delete.csv", "Id", made), "--wait", "2")
    assert told["jobInfo"]["state"] == "JobComplete"
    assert cli.ids("SELECT Id FROM Lead WHERE LastName = 'Gone'") == []


def delete_resume(cli: Cli) -> None:
    file = cli.file("remove.csv", "Id", lead(cli, "Removed"))
    job = cli.do("data", "delete", "bulk", "-s", "Lead", "-f", file)["jobInfo"]["id"]
    assert cli.do("data", "delete", "resume", "--job-id", job)["jobInfo"]["state"] == "JobComplete"


def bulk_results(cli: Cli) -> None:
    file = cli.file("partly.csv", "LastName,Company", "Whole,X", "Half,")
    told = cli.run("data", "import", "bulk", "-s", "Lead", "-f", file, "--wait", "2", "--target-org", "sim")
    job = told["data"]["jobId"]
    results = cli.do("data", "bulk", "results", "--job-id", job)
    assert (told["name"], results["successfulRecords"], results["failedRecords"]) == ("FailedRecordDetailsError", 1, 1)
    assert "Required fields are missing: [Company]" in (cli.folder / results["failedFilePath"]).read_text()


def export_bulk(cli: Cli) -> None:
    words = ("--query", "SELECT Name, Owner.Email FROM Campaign", "--output-file", "out.csv", "--wait", "2")
    assert cli.do("data", "export", "bulk", *words)["totalSize"] == 1
    assert f'"Winter Summit 2026","{USER}"' in (cli.folder / "out.csv").read_text()


def export_resume(cli: Cli) -> None:
    words = ("--query", "SELECT Name FROM Campaign", "--output-file", "late.csv")
    job = cli.do("data", "export", "bulk", *words)["jobId"]
    assert cli.do("data", "export", "resume", "--job-id", job, org=False)["totalSize"] == 1


def export_tree(cli: Cli) -> None:
    cli.do("data", "export", "tree", "--query", "SELECT Name, (SELECT Status FROM CampaignMembers) FROM Campaign")
    told = json.loads((cli.folder / "Campaign-CampaignMember.json").read_text())
    assert told["records"][0]["CampaignMembers"]["records"][0]["Status"] == "Sent"


def import_tree(cli: Cli) -> None:
    record = {"attributes": {"type": "Lead", "referenceId": "one"}, "LastName": "Tree", "Company": "X"}
    file = cli.file("tree.json", json.dumps({"records": [record]}))
    assert cli.do("data", "import", "tree", "--files", file)[0]["refId"] == "one"


def request_rest(cli: Cli) -> None:
    told = cli.do("api", "request", "rest", "/services/data/v66.0/limits")
    assert told["body"]["DailyApiRequests"]["Max"] == 100_000


def deploy_start(cli: Cli) -> None:
    folder = cli.folder / "force-app/main/default/objects/Watched__c/fields"
    (folder / "minutes__c.field-meta.xml").write_text(
        (folder / "plays__c.field-meta.xml").read_text().replace("plays", "minutes")
    )
    told = cli.do("project", "deploy", "start", "--source-dir", "force-app")
    assert (told["status"], told["numberComponentErrors"]) == ("Succeeded", 0)
    (folder / "minutes__c.field-meta.xml").unlink()


def deploy_validate(cli: Cli) -> None:
    told = cli.do("project", "deploy", "validate", "--source-dir", "force-app")
    assert (told["checkOnly"], told["status"]) == (True, "Succeeded")


def deploy_report(cli: Cli) -> None:
    job = cli.do("project", "deploy", "start", "--async")["id"]
    assert cli.do("project", "deploy", "report", "--job-id", job, "--wait", "2")["status"] == "Succeeded"


EXERCISES: dict[str, Callable[[Cli], None]] = {
    "api:request:rest": request_rest,
    "data:bulk:results": bulk_results,
    "data:create:record": create_record,
    "data:delete:bulk": delete_bulk,
    "data:delete:record": delete_record,
    "data:delete:resume": delete_resume,
    "data:export:bulk": export_bulk,
    "data:export:resume": export_resume,
    "data:export:tree": export_tree,
    "data:get:record": get_record,
    "data:import:bulk": import_bulk,
    "data:import:resume": import_resume,
    "data:import:tree": import_tree,
    "data:query": query,
    "data:update:bulk": update_bulk,
    "data:update:record": update_record,
    "data:update:resume": update_resume,
    "data:upsert:bulk": upsert_bulk,
    "data:upsert:resume": upsert_resume,
    "org:assign:permset": assign_permset,
    "org:auth:show-access-token": show_access_token,
    "org:display": display,
    "org:display:user": display_user,
    "org:list": list_orgs,
    "org:list:auth": list_auth,
    "org:list:limits": list_limits,
    "org:list:sobject:record-counts": record_counts,
    "org:list:users": list_users,
    "org:login:access-token": login_access_token,
    "org:login:jwt": login_jwt,
    "org:logout": logout,
    "project:deploy:report": deploy_report,
    "project:deploy:start": deploy_start,
    "project:deploy:validate": deploy_validate,
    "sobject:describe": sobject_describe,
    "sobject:list": sobject_list,
}
HERE_ONLY = "it works on this machine's files alone, and calls no org"
SOAP = "SOAP: the Metadata API is imitated by REST alone"
SCRATCH = "scratch orgs, sandboxes, shapes and snapshots are not imitated"
LEFT_OUT = {
    **dict.fromkeys(
        ("agent", "apex", "logic", "flow", "lightning", "cmdt", "community"), "no code or sites are imitated"
    ),
    **dict.fromkeys(("package", "package1", "devops", "code-analyzer", "ui-bundle"), "it builds or checks packages"),
    **dict.fromkeys(("alias", "autocomplete", "commands", "config", "dev", "doctor", "help", "info"), HERE_ONLY),
    **dict.fromkeys(("plugins", "search", "template", "update", "version", "whatsnew", "which", "schema"), HERE_ONLY),
    "force": "older names of other commands",
    "api:request:graphql": "GraphQL is not imitated",
    "data:create:file": "files (ContentVersion) are nothing that attendance touches",
    "data:search": "SOSL is not imitated: matching is done by SOQL",
    "data:resume": "Bulk API 1.0: superseded by 2.0, which is imitated",
    "org:assign:permsetlicense": "licences are not imitated",
    **dict.fromkeys(("org:create", "org:delete", "org:refresh", "org:resume", "org:get:snapshot"), SCRATCH),
    **dict.fromkeys(("org:list:shape", "org:list:snapshot", "org:enable", "org:disable"), SCRATCH),
    "org:generate:password": "passwords of users are not imitated",
    "org:auth:show-user-password": "passwords of users are not imitated",
    "org:auth:show-sfdx-auth-url": "it takes a login by browser, whose flow is tested in tests/unit",
    "org:login:sfdx-url": "it takes a login by browser, whose flow is tested in tests/unit",
    "org:login:web": "it takes a browser; the flow is tested in tests/unit",
    "org:open": "it takes a browser, and pages for people",
    "org:list:metadata": SOAP,
    "org:list:metadata-types": SOAP,
    "project:retrieve": SOAP,
    "project:convert": HERE_ONLY,
    "project:generate": HERE_ONLY,
    "project:list:ignored": HERE_ONLY,
    "project:delete": "destructive changes are not imitated",
    "project:reset:tracking": "source tracking is not imitated",
    "project:deploy:preview": "source tracking is not imitated",
    "project:deploy:resume": SOAP,
    "project:deploy:cancel": "a deployment is done before one could cancel it",
    "project:deploy:quick": "quick deployments are not imitated",
    "project:deploy:pipeline": "DevOps Center is not imitated",
}


def listed(command: str) -> bool:
    """Return whether a command, or a topic that it belongs to, is left out with a reason."""
    parts = command.split(":")
    return any(":".join(parts[:size]) in LEFT_OUT for size in range(1, len(parts) + 1))


def test_every_command_is_exercised_or_listed_with_a_reason(cli: Cli) -> None:
    told: Any = cli.run("commands")
    commands = {str(one["id"]) for one in told}

    assert set(EXERCISES) <= commands
    assert [one for one in sorted(commands) if (one in EXERCISES) is listed(one)] == []
    assert [one for one in LEFT_OUT if not any(f"{command}:".startswith(f"{one}:") for command in commands)] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_it_works(cli: Cli, name: str) -> None:
    EXERCISES[name](cli)


def test_a_broken_field_fails_and_nothing_is_deployed(cli: Cli) -> None:
    folder = cli.folder / "force-app/main/default/objects/Watched__c/fields"
    good = (folder / "plays__c.field-meta.xml").read_text()
    (folder / "fine__c.field-meta.xml").write_text(good.replace("plays", "fine"))
    (folder / "broken__c.field-meta.xml").write_text(good.replace("plays", "broken").replace(">18<", ">30<"))
    told = cli.run("project", "deploy", "start", "--target-org", "sim")
    for name in ("fine", "broken"):
        (folder / f"{name}__c.field-meta.xml").unlink()

    failures = told["result"]["details"]["componentFailures"]
    names = [one["name"] for one in cli.do("sobject", "describe", "--sobject", "Watched__c")["fields"]]
    assert (told["status"], told["result"]["status"]) == (1, "Failed")
    assert [one["fullName"] for one in failures] == ["Watched__c.broken__c"]
    assert "fine__c" not in names


def test_it_asks_for_nothing_that_is_not_imitated(cli: Cli) -> None:
    cli.do("data", "query", "--query", "SELECT Id FROM Lead")
    cli.do("org", "display")

    assert unknown_calls(cli.url) == []
