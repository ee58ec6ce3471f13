"""A client that others wrote (simple-salesforce, Apache-2.0) works with the imitated Salesforce over https.

Nothing of it is patched: it trusts the simulator's certificate by REQUESTS_CA_BUNDLE, and a requests adapter brings
what it sends to *.salesforce.com when it signs in to the simulator's address.
"""

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
import requests
import simple_salesforce
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceLogin, SFType, bulk, bulk2, format, login, metadata

from turnout.simulators.salesforce.app import CLIENT_ID, CLIENT_SECRET

from .salesforce_app import provisioned, signer

USER = "integration@example.com"


@dataclass
class Org:
    """A simulator that a process of its own runs, and a client that is signed in to it."""

    url: str
    certificate: str
    key: str
    sf: Salesforce

    @property
    def session(self) -> requests.Session:
        """Return a session that finds the simulator where a client looks for salesforce.com."""
        session = requests.Session()
        session.mount("https://turnout.my.salesforce.com", Detour(self.url))
        session.mount("https://login.salesforce.com", Detour(self.url))
        return session

    def one(self, query: str) -> Any:
        [row] = self.sf.query(query)["records"]
        return row


class Detour(HTTPAdapter):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        assert request.url is not None
        request.url = self.url + "/" + request.url.split("/", 3)[3]
        return super().send(request, *args, **more)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the command `turnout simulate salesforce --tls` tells, and the key of the app that it knows."""
    folder = tmp_path_factory.mktemp("simulator")
    key, certificate = signer(folder)
    seed = folder / "seed.json"
    seed.write_text(json.dumps({"records": PEOPLE, "settings": {"certificate": certificate, "bulk_hard_delete": True}}))
    command = [str(Path(sys.executable).with_name("turnout")), "simulate", "salesforce", "--tls", "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield {**json.loads(process.stdout.readline()), "key": key}
        finally:
            process.terminate()


@pytest.fixture
def org(running: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Org:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", running["certificate"])
    requests.post(f"{running['url']}/_sim/reset", timeout=10).raise_for_status()
    return signed_in(running["url"], running["certificate"], running["key"])


def signed_in(url: str, certificate: str, key: str) -> Org:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = requests.post(f"{url}/services/oauth2/token", form, timeout=10).json()["access_token"]
    provisioned(url, token)
    sf = Salesforce(instance=url.removeprefix("https://"), session_id=token, version="66.0")
    return Org(url, certificate, key, sf)


PEOPLE = [
    {"sobject": "Campaign", "ref": "summit", "fields": {"Name": "Winter Summit 2026"}},
    *(
        {"sobject": "Lead", "fields": {"LastName": f"Lead {n}", "Company": "X", "Email": f"lead{n}@example.com"}}
        for n in range(3)
    ),
]


def csv_file(org: Org, header: str, *rows: str) -> str:
    path = Path(org.certificate).with_name("rows.csv")
    path.write_text("\n".join([header, *rows]) + "\n")
    return str(path)


def watched(first: int, count: int) -> list[dict[str, str]]:
    return [{"turnout_key__c": f"k{n}", "plays__c": str(n)} for n in range(first, first + count)]


def lead(org: Org) -> str:
    return str(org.one("SELECT Id FROM Lead WHERE Email = 'lead1@example.com'")["Id"])


# -- what is exercised: each asks the named method, and says what it must have done


def describe(org: Org) -> None:
    assert {"Lead", "CampaignMember", "Watched__c"} <= {one["name"] for one in org.sf.describe()["sobjects"]}


def is_sandbox(org: Org) -> None:
    assert org.sf.is_sandbox() is False


def restful(org: Org) -> None:
    part = {"method": "GET", "referenceId": "limits", "url": "/services/data/v66.0/limits"}
    told = org.sf.restful("composite", method="POST", json={"compositeRequest": [part]})
    assert told["compositeResponse"][0]["body"]["DailyApiRequests"]["Max"] == 100_000


def oauth2(org: Org) -> None:
    assert org.sf.oauth2("userinfo")["preferred_username"] == USER


def limits(org: Org) -> None:
    assert org.sf.limits()["DailyApiRequests"]["Max"] == 100_000


def query(org: Org) -> None:
    assert org.sf.query("SELECT COUNT() FROM Lead")["totalSize"] == 3


def many(org: Org) -> None:
    org.sf.bulk2.Contact.insert(records=[{"LastName": f"C{n:04d}"} for n in range(2_100)])


def query_more(org: Org) -> None:
    many(org)
    first = org.sf.query("SELECT LastName FROM Contact ORDER BY LastName")
    second = org.sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert (len(first["records"]), len(second["records"]), second["done"]) == (2000, 100, True)


def query_all_iter(org: Org) -> None:
    many(org)
    assert sum(1 for _ in org.sf.query_all_iter("SELECT LastName FROM Contact")) == 2_100


def query_all(org: Org) -> None:
    org.sf.Lead.delete(lead(org))
    found = org.sf.query_all("SELECT Email FROM Lead", include_deleted=True)
    assert (found["totalSize"], org.sf.query("SELECT Email FROM Lead")["totalSize"]) == (3, 2)


def parse_api_usage(org: Org) -> None:
    org.sf.limits()
    assert org.sf.api_usage["api-usage"].total == 100_000


def parse_result_to_json(org: Org) -> None:
    assert org.sf.limits()["DailyApiRequests"]["Remaining"] < 100_000


def type_metadata(org: Org) -> None:
    assert org.sf.Lead.metadata()["objectDescribe"]["keyPrefix"] == "00Q"


def type_describe(org: Org) -> None:
    fields = {one["name"]: one for one in org.sf.Watched__c.describe()["fields"]}
    assert (fields["plays__c"]["precision"], fields["turnout_key__c"]["externalId"]) == (18, True)


def type_get(org: Org) -> None:
    assert org.sf.Lead.get(lead(org))["Company"] == "X"


def get_by_custom_id(org: Org) -> None:
    org.sf.Watched__c.create({"turnout_key__c": "a-b", "plays__c": 3})
    assert org.sf.Watched__c.get_by_custom_id("turnout_key__c", "a-b")["plays__c"] == 3.0


def create(org: Org) -> None:
    made = org.sf.Lead.create({"LastName": "Made", "Company": "X"})
    assert (made["success"], made["id"][:3], len(made["id"])) == (True, "00Q", 18)


def upsert(org: Org) -> None:
    statuses = [org.sf.Watched__c.upsert("turnout_key__c/k", {"plays__c": n}) for n in (1, 2)]
    assert (statuses, org.one("SELECT plays__c FROM Watched__c")["plays__c"]) == ([201, 200], 2.0)


def update(org: Org) -> None:
    assert org.sf.Lead.update(lead(org), {"Title": "Reader"}) == 204


def delete(org: Org) -> None:
    assert (org.sf.Lead.delete(lead(org)), org.sf.query("SELECT COUNT() FROM Lead")["totalSize"]) == (204, 2)


def span() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - timedelta(hours=1), now + timedelta(hours=1)


def deleted(org: Org) -> None:
    gone = lead(org)
    org.sf.Lead.delete(gone)
    assert [one["id"] for one in org.sf.Lead.deleted(*span())["deletedRecords"]] == [gone]


def updated(org: Org) -> None:
    assert len(org.sf.Lead.updated(*span())["ids"]) == 3


def bulk_insert(org: Org) -> None:
    [job] = org.sf.bulk2.Watched__c.insert(records=watched(0, 5))
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (5, 0)


def bulk_upsert(org: Org) -> None:
    org.sf.bulk2.Watched__c.insert(records=watched(0, 2))
    [job] = org.sf.bulk2.Watched__c.upsert(records=watched(1, 3), external_id_field="turnout_key__c")
    made = org.sf.bulk2.Watched__c.get_successful_records(job["job_id"])
    assert sorted(line.split(",")[1] for line in made.splitlines()[1:]) == ['"false"', '"true"', '"true"']
    assert org.sf.query("SELECT COUNT() FROM Watched__c")["totalSize"] == 4


def bulk_update(org: Org) -> None:
    [job] = org.sf.bulk2.Lead.update(records=[{"Id": lead(org), "Title": "Reader"}])
    assert (job["numberRecordsFailed"], org.sf.Lead.get(lead(org))["Title"]) == (0, "Reader")


def bulk_delete(org: Org) -> None:
    org.sf.bulk2.Lead.delete(records=[{"Id": lead(org)}])
    assert org.sf.query("SELECT COUNT() FROM Lead")["totalSize"] == 2


def bulk_hard_delete(org: Org) -> None:
    org.sf.bulk2.Lead.hard_delete(records=[{"Id": lead(org)}])
    assert org.sf.query("SELECT COUNT() FROM Lead", include_deleted=True)["totalSize"] == 2


def bulk_query(org: Org) -> None:
    many(org)
    parts = list(org.sf.bulk2.Contact.query("SELECT LastName FROM Contact ORDER BY LastName", max_records=1_000))
    assert [len(part.splitlines()) - 1 for part in parts] == [1_000, 1_000, 100]


def bulk_query_all(org: Org) -> None:
    org.sf.Lead.delete(lead(org))
    [part] = list(org.sf.bulk2.Lead.query_all("SELECT Email FROM Lead"))
    assert len(part.splitlines()) == 4


def bulk_download(org: Org) -> None:
    folder = Path(org.certificate).parent
    [told] = org.sf.bulk2.Lead.download("SELECT Email FROM Lead ORDER BY Email", path=str(folder))
    assert Path(told["file"]).read_text().splitlines()[1] == '"lead0@example.com"'


def failing(org: Org) -> str:
    rows = csv_file(org, "LastName,Company", "Good,X", "Bad,")
    [job] = org.sf.bulk2.Lead.insert(rows)
    return str(job["job_id"])


def get_failed_records(org: Org) -> None:
    text = org.sf.bulk2.Lead.get_failed_records(failing(org))
    assert '"REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --","Bad",""' in text


def get_successful_records(org: Org) -> None:
    assert '"true","Good","X"' in org.sf.bulk2.Lead.get_successful_records(failing(org))


def get_unprocessed_records(org: Org) -> None:
    assert org.sf.bulk2.Lead.get_unprocessed_records(failing(org)).splitlines() == ['"LastName","Company"']


def get_all_ingest_records(org: Org) -> None:
    told = org.sf.bulk2.Lead.get_all_ingest_records(failing(org))
    assert [row["LastName"] for row in told["successfulRecords"]] == ["Good"]
    assert [row["LastName"] for row in told["failedRecords"]] == ["Bad"]


def login_client_credentials(org: Org) -> None:
    token, instance = SalesforceLogin(
        domain="turnout.my", consumer_key=CLIENT_ID, consumer_secret=CLIENT_SECRET, session=org.session
    )
    assert Salesforce(instance=instance, session_id=token, version="66.0").is_sandbox() is False


def login_jwt(org: Org) -> None:
    sf = Salesforce(username=USER, consumer_key=CLIENT_ID, privatekey=org.key, session=org.session, version="66.0")
    assert sf.query("SELECT COUNT() FROM Lead")["totalSize"] == 3


def format_soql(org: Org) -> None:
    text = format.format_soql("SELECT Id FROM Lead WHERE Email IN {}", ["lead1@example.com", "o'hara@example.com"])
    assert org.sf.query(text)["totalSize"] == 1


def format_external_id(org: Org) -> None:
    org.sf.Watched__c.upsert(format.format_external_id("turnout_key__c", "a/b?"), {})
    assert org.one("SELECT turnout_key__c FROM Watched__c")["turnout_key__c"] == "a/b?"


EXERCISES: dict[str, Callable[[Org], None]] = {
    "Salesforce.describe": describe,
    "Salesforce.is_sandbox": is_sandbox,
    "Salesforce.restful": restful,
    "Salesforce.oauth2": oauth2,
    "Salesforce.limits": limits,
    "Salesforce.query": query,
    "Salesforce.query_more": query_more,
    "Salesforce.query_all_iter": query_all_iter,
    "Salesforce.query_all": query_all,
    "Salesforce.parse_api_usage": parse_api_usage,
    "Salesforce.parse_result_to_json": parse_result_to_json,
    "SFType.metadata": type_metadata,
    "SFType.describe": type_describe,
    "SFType.get": type_get,
    "SFType.get_by_custom_id": get_by_custom_id,
    "SFType.create": create,
    "SFType.upsert": upsert,
    "SFType.update": update,
    "SFType.delete": delete,
    "SFType.deleted": deleted,
    "SFType.updated": updated,
    "SFType.parse_result_to_json": type_get,
    "SFBulk2Type.insert": bulk_insert,
    "SFBulk2Type.upsert": bulk_upsert,
    "SFBulk2Type.update": bulk_update,
    "SFBulk2Type.delete": bulk_delete,
    "SFBulk2Type.hard_delete": bulk_hard_delete,
    "SFBulk2Type.query": bulk_query,
    "SFBulk2Type.query_all": bulk_query_all,
    "SFBulk2Type.download": bulk_download,
    "SFBulk2Type.get_failed_records": get_failed_records,
    "SFBulk2Type.get_successful_records": get_successful_records,
    "SFBulk2Type.get_unprocessed_records": get_unprocessed_records,
    "SFBulk2Type.get_all_ingest_records": get_all_ingest_records,
    "login.SalesforceLogin": login_client_credentials,
    "login.token_login": login_jwt,
    "format.format_soql": format_soql,
    "format.quote_soql_value": format_soql,
    "format.format_external_id": format_external_id,
}
SOAP = "SOAP: Salesforce's own replacement, the REST deployRequest, is imitated"
BULK_1 = "Bulk API 1.0: superseded by 2.0, which is imitated"
FILES = "files (ContentVersion, Attachment) are nothing that attendance touches"
LEFT_OUT = {
    "Salesforce.set_password": "passwords of users are not imitated",
    "Salesforce.search": "SOSL is not imitated: matching is done by SOQL",
    "Salesforce.quick_search": "SOSL is not imitated: matching is done by SOQL",
    "Salesforce.toolingexecute": "it runs Apex or the Tooling API's queries",
    "Salesforce.apexecute": "it calls Apex that an org wrote",
    "Salesforce.deploy": SOAP,
    "Salesforce.checkDeployStatus": SOAP,
    "SFType.describe_layout": "page layouts are for people, and not imitated",
    "SFType.upload_base64": FILES,
    "SFType.update_base64": FILES,
    "SFType.get_base64": FILES,
    "login.soap_login": "SOAP login is gone from v65 on, and from every version in Summer '27",
    "SfdcMetadataApi": SOAP,
    "MetadataType": SOAP,
    "SFBulkHandler": BULK_1,
    "SFBulkType": BULK_1,
}
CLASSES = (
    Salesforce, SFType, bulk2.SFBulk2Type, bulk.SFBulkHandler, bulk.SFBulkType, metadata.SfdcMetadataApi,
    metadata.MetadataType,
)  # fmt: skip


def methods() -> dict[str, Any]:
    """Return every public method of the client's classes, and the functions of its other modules."""
    found = {
        f"{owner.__name__}.{name}": member
        for owner in CLASSES
        for name, member in vars(owner).items()
        if not name.startswith("_") and inspect.isfunction(inspect.unwrap(getattr(member, "__func__", member)))
    }
    for module in (login, format):
        for name, member in vars(module).items():
            if inspect.isfunction(member) and member.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{module.__name__.rsplit('.', 1)[1]}.{name}"] = member
    return found


def test_every_method_of_the_client_is_exercised_or_listed_with_a_reason() -> None:
    told = set(EXERCISES) | {name for name in methods() if LEFT_OUT.get(name) or LEFT_OUT.get(name.split(".")[0])}

    assert told == set(methods())
    assert set(EXERCISES) & set(LEFT_OUT) == set()


@pytest.mark.parametrize("name", EXERCISES)
def test_it_works(org: Org, name: str) -> None:
    method = methods()[name]
    entered: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            entered.add(frame.f_code)

    sys.setprofile(note)
    try:
        EXERCISES[name](org)
    finally:
        sys.setprofile(None)

    assert inspect.unwrap(getattr(method, "__func__", method)).__code__ in entered


def test_members_are_upserted_by_their_external_id_and_an_unknown_status_is_told_by_nobody(org: Org) -> None:
    campaign = org.one("SELECT Id FROM Campaign")["Id"]
    leads = [row["Id"] for row in org.sf.query("SELECT Id FROM Lead ORDER BY Email")["records"]]
    rows = [
        {"CampaignId": campaign, "LeadId": one, "Status": status, "external_id__c": f"{campaign}_{one}"}
        for one, status in zip(leads, ("Responded", "Nowhere", "Sent"), strict=True)
    ]

    [job] = org.sf.bulk2.CampaignMember.upsert(records=rows, external_id_field="external_id__c")

    members = org.sf.query("SELECT Status, HasResponded FROM CampaignMember ORDER BY external_id__c")["records"]
    assert (job["numberRecordsFailed"], [(one["Status"], one["HasResponded"]) for one in members]) == (
        0,
        [("Responded", True), ("Sent", False), ("Sent", False)],
    )


def test_an_ended_session_is_told(org: Org) -> None:
    requests.post(f"{org.url}/_sim/act", json={"do": "expire_sessions"}, timeout=10)

    with pytest.raises(simple_salesforce.SalesforceExpiredSession):
        org.sf.limits()


def test_the_certificate_is_named_and_nothing_else_is_trusted(org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")

    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{org.url}/services/data", timeout=10)
    assert os.path.exists(org.certificate)
