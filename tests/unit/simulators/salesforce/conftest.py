"""A small account and someone signed in to it."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from turnout.clock import VirtualClock
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.salesforce.app import CLIENT_ID, CLIENT_SECRET, salesforce
from turnout.wire import Reply, Request, form, get, post

V = "/services/data/v66.0"
NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
SEED: dict[str, Any] = {
    "records": [
        {"sobject": "Campaign", "ref": "summit", "fields": {"Name": "Winter Summit 2026"}},
        {"sobject": "Contact", "ref": "paula", "fields": {"LastName": "Peters", "Email": "paula@example.com"}},
        {
            "sobject": "Lead",
            "ref": "rosa",
            "fields": {"FirstName": "Rosa", "LastName": "Reyes", "Company": "Reyes", "Email": "rosa@example.com"},
        },
    ]
}
KEYED = """<fields><fullName>turnout_key__c</fullName><label>turnout_key</label><type>Text</type><length>20</length>
  <unique>true</unique><externalId>true</externalId><caseSensitive>false</caseSensitive></fields>"""
FIELDS = f"""{KEYED}
  <fields><fullName>entry_id__c</fullName><label>entry_id</label><type>Text</type><length>11</length></fields>
  <fields><fullName>plays__c</fullName><label>plays</label><type>Number</type><precision>18</precision>
    <scale>0</scale></fields>
  <fields><fullName>minutes__c</fullName><label>minutes</label><type>Number</type><precision>18</precision>
    <scale>2</scale></fields>
  <fields><fullName>email__c</fullName><label>email</label><type>Email</type></fields>
  <fields><fullName>Lead__c</fullName><label>Lead</label><type>Lookup</type><referenceTo>Lead</referenceTo>
    <relationshipName>Watched</relationshipName></fields>"""
NAMES = ("turnout_key__c", "entry_id__c", "plays__c", "minutes__c", "email__c", "Lead__c")
OBJECT = f"""<CustomObject {NS}><label>Watched</label><pluralLabel>Watched</pluralLabel>
  <nameField><type>Text</type><label>Name</label></nameField><deploymentStatus>Deployed</deploymentStatus>
  <sharingModel>ReadWrite</sharingModel>{FIELDS}</CustomObject>"""
EXTERNAL_ID = f"""<CustomObject {NS}><fields><fullName>external_id__c</fullName><label>external_id</label>
  <type>Text</type><length>100</length><required>true</required><unique>true</unique><externalId>true</externalId>
  <caseSensitive>false</caseSensitive></fields></CustomObject>"""


def grants(*fields: str) -> str:
    granted = "".join(
        f"<fieldPermissions><field>{name}</field><readable>true</readable><editable>true</editable></fieldPermissions>"
        for name in fields
    )
    return f"""<PermissionSet {NS}><label>Turnout</label>{granted}<objectPermissions><object>Watched__c</object>
      <allowCreate>true</allowCreate><allowRead>true</allowRead><allowEdit>true</allowEdit>
      <allowDelete>true</allowDelete></objectPermissions></PermissionSet>"""


PACKAGE = f"""<Package {NS}><types><members>CampaignMember</members><members>Watched__c</members>
  <name>CustomObject</name></types><types><members>Turnout</members><name>PermissionSet</name></types>
  <version>66.0</version></Package>"""
FILES = {
    "package.xml": PACKAGE,
    "objects/Watched__c.object": OBJECT,
    "objects/CampaignMember.object": EXTERNAL_ID,
    "permissionsets/Turnout.permissionset": grants(*(f"Watched__c.{name}" for name in NAMES)),
}


class Client:
    """Someone signed in, who asks with paths below the version's."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        fields = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        self.token = self.reply(form("/services/oauth2/token", fields)).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def reply(self, request: Request) -> Reply:
        answer = self.simulator(request)
        assert isinstance(answer, Reply)
        return answer

    def get(self, path: str, **params: str) -> Reply:
        return self.reply(get(V + path, params or None, headers=self.headers))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return self.reply(post(V + path, body, method=method, headers={**self.headers, **headers}))

    def act(self, do: str, **what: Any) -> Any:
        answer = self.reply(post("/_sim/act", {"do": do, **what}))
        assert answer.status == 200, answer.body
        return answer.json()

    def query(self, text: str) -> list[dict[str, Any]]:
        answer = self.get("/query", q=text)
        assert answer.status == 200, answer.body
        return [{k: v for k, v in row.items() if k != "attributes"} for row in answer.json()["records"]]

    def one(self, text: str) -> Any:
        """Return the single value that a query of one field finds."""
        ((value,),) = (row.values() for row in self.query(text))
        return value

    def id(self, sobject: str, where: str = "") -> str:
        return str(self.one(f"SELECT Id FROM {sobject} {where and 'WHERE ' + where}"))

    def made(self, sobject: str, **fields: Any) -> str:
        answer = self.send("POST", f"/sobjects/{sobject}", fields)
        assert answer.status == 201, answer.body
        return str(answer.json()["id"])

    def deploy(self, files: Mapping[str, str], **options: Any) -> dict[str, Any]:
        """Deploy, look until it is done, and return the result."""
        sent = self.reply(deploy_request(files, self.headers, options))
        assert sent.status == 201, sent.body
        path = f"/metadata/deployRequest/{sent.json()['id']}"
        for _ in range(5):
            result: dict[str, Any] = self.get(path, includeDetails="true").json()["deployResult"]
            if result["done"]:
                return result
        raise AssertionError("the deployment is never done")

    def provision(self) -> None:
        """Make the custom object and the external id, and see them."""
        assert self.deploy(FILES)["status"] == "Succeeded"
        user = self.id("User", "Alias = 'integrat'")
        self.made("PermissionSetAssignment", AssigneeId=user, PermissionSetId=self.id("PermissionSet"))


def deploy_request(files: Mapping[str, str], headers: Mapping[str, str], options: Mapping[str, Any]) -> Request:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    asked = json.dumps({"deployOptions": {"singlePackage": True, **options}})
    head = b'--cut\r\nContent-Disposition: form-data; name="'
    body = b"".join(
        [
            head + b'json"\r\nContent-Type: application/json\r\n\r\n' + asked.encode(),
            b"\r\n" + head + b'file"; filename="deploy.zip"\r\nContent-Type: application/zip\r\n\r\n',
            content.getvalue() + b"\r\n--cut--\r\n",
        ]
    )
    kind = {"Content-Type": "multipart/form-data; boundary=cut"}
    return Request("POST", V + "/metadata/deployRequest", {**headers, **kind}, body, writing=True)


def error(answer: Reply) -> tuple[int, str, str]:
    """Return an error's HTTP status, code and words."""
    (body,) = answer.json()
    return answer.status, body["errorCode"], body["message"]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1_795_000_000.0)


@pytest.fixture
def org(clock: VirtualClock) -> Client:
    return Client(salesforce(clock=clock, seed=SEED))


@pytest.fixture
def ready(org: Client) -> Client:
    """An account that is provisioned."""
    org.provision()
    return org
