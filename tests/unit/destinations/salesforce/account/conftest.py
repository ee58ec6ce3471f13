import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from turnout.destinations.salesforce.fields import COLUMNS
from turnout.destinations.salesforce.people import FIELDS
from turnout.records.statuses import LABEL_STEPS
from turnout.values.records import Kind
from turnout.wire import Reply, Request

CAMPAIGN = {"Id": "701000000000001AAA", "Name": "Winter Summit 2026"}


def described(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    plain = {"name": name, "type": kind, "length": 255, "precision": 0, "scale": 0, "nillable": True}
    return {**plain, "createable": True, "updateable": True, "unique": False, "externalId": False, **more}


def column(one: Any) -> dict[str, Any]:
    told = {"label": one.label or one.name, "inlineHelpText": one.help}
    match one.type:
        case "number":
            return described(one.api_name, "double", length=0, precision=18, scale=one.scale, **told)
        case "lookup":
            return described(one.api_name, "reference", length=18, referenceTo=["Lead"], **told)
        case _:
            return described(one.api_name, {"text": "string"}.get(one.type, one.type), length=one.width, **told)


def an_object(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "createable": True, "updateable": True, "queryable": True, "fields": list(fields), **more}


def key(name: str, length: int, **more: Any) -> dict[str, Any]:
    return described(name, length=length, unique=True, externalId=True, caseSensitive=False, **more)


class Org:
    """An org made of literals: describes, and the answers to queries by the object they ask."""

    def __init__(self) -> None:
        self.objects = {
            "Lead": an_object("Lead", *(described(name) for name in FIELDS.values())),
            "CampaignMember": an_object("CampaignMember", key("external_id__c", 100, nillable=False)),
            "UserSessionEngagement__c": an_object(
                "UserSessionEngagement__c", *map(column, COLUMNS[Kind.ENGAGEMENT]), key("turnout_key__c", 120)
            ),
            "Kaltura_User_Polls_c__c": an_object(
                "Kaltura_User_Polls_c__c", *map(column, COLUMNS[Kind.POLLS]), key("turnout_key__c", 120)
            ),
        }
        self.objects["User"] = an_object("User", described("UserPermissionsMarketingUser", "boolean"))
        self.headers = {"date": "Sun, 22 Nov 2026 00:00:00 GMT"}
        self.rows: dict[str, list[dict[str, Any]]] = {
            "User": [{"Id": "005000000000001AAA", "UserPermissionsMarketingUser": True}],
            "CampaignMember": [],
            "Campaign": [CAMPAIGN],
            "CampaignMemberStatus": [self.status("Sent", False, default=True)],
            "PermissionSet": [{"Id": "0PS000000000001AAA"}],
            "PermissionSetAssignment": [{"Id": "0Pa000000000001AAA"}],
        }
        for label, step in LABEL_STEPS.items():
            self.rows["CampaignMemberStatus"].append(self.status(label, 30 <= step <= 60))
        self.limits: Any = {"DailyApiRequests": {"Max": 15000, "Remaining": 14000}}
        self.versions = ["66.0"]
        self.deployed: dict[str, Any] = {"done": True, "success": True, "status": "Succeeded"}
        self.refuse: dict[str, str] = {}
        self.requests: list[Request] = []

    def status(self, label: str, responded: bool, *, default: bool = False) -> dict[str, Any]:
        order = (
            len(self.rows["CampaignMemberStatus"]) + 1
            if hasattr(self, "rows") and "CampaignMemberStatus" in self.rows
            else 1
        )
        return {"Id": "01Y", "Label": label, "HasResponded": responded, "IsDefault": default, "SortOrder": order}

    def field(self, object_name: str, name: str) -> dict[str, Any]:
        return next(one for one in self.objects[object_name]["fields"] if one["name"] == name)

    def lose(self, object_name: str, name: str) -> None:
        fields = self.objects[object_name]["fields"]
        fields.remove(self.field(object_name, name))

    def relabel(self, label: str, **more: Any) -> None:
        next(one for one in self.rows["CampaignMemberStatus"] if one["Label"] == label).update(more)

    def drop_status(self, label: str) -> None:
        kept = [one for one in self.rows["CampaignMemberStatus"] if one["Label"] != label]
        self.rows["CampaignMemberStatus"] = kept

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        path = request.path
        if path.endswith("/describe"):
            found = self.objects.get(path.split("/")[2])
            return reply(found) if found else reply([{"errorCode": "NOT_FOUND", "message": ""}], 404)
        if path == "/query":
            object_name = request.query["q"].split(" FROM ")[1].split(" ")[0]
            return reply({"done": True, "records": self.rows[object_name]})
        if path == "/composite/sobjects":
            return reply([self.made(one) for one in request.json()["records"]])
        if path.startswith("/metadata/deployRequest"):
            return reply({"id": "0Af000000000001AAA", "deployResult": self.deployed})
        return {
            "/limits": lambda: (
                reply(self.limits) if self.limits else reply([{"errorCode": "INSUFFICIENT_ACCESS"}], 403)
            ),
            "/services/data": lambda: replace(
                reply([{"version": one} for one in self.versions]), headers=self.headers, at=1_795_305_601.0
            ),
            "/services/oauth2/userinfo": lambda: reply(
                {"user_id": "005000000000001AAA", "preferred_username": "int@acme"}
            ),
        }[path]()

    def made(self, record: dict[str, Any]) -> dict[str, Any]:
        object_name = record["attributes"]["type"]
        if why := self.refuse.get(object_name):
            return {"success": False, "errors": [{"statusCode": why, "message": "no", "fields": []}]}
        if object_name == "Campaign":
            self.rows["Campaign"] = [{"Id": "701000000000009AAA", "Name": record["Name"]}]
            self.rows["CampaignMemberStatus"] = [self.status("Sent", False, default=True)]
        elif object_name == "CampaignMemberStatus":
            self.rows[object_name].append(record)
        return {"id": "701000000000009AAA", "success": True, "errors": []}

    def run(self, talk: Any) -> Any:
        """Drive a talk to its end, and return what it returned."""
        try:
            request = next(talk)
            while True:
                request = talk.send(self.answer(request))
        except StopIteration as end:
            return end.value

    @property
    def writes(self) -> list[Request]:
        return [one for one in self.requests if one.writing]


def reply(data: Any, status: int = 200) -> Reply:
    return Reply(status, {}, json.dumps(data).encode())


@pytest.fixture
def org() -> Org:
    return Org()


@pytest.fixture
def a_field() -> Callable[..., dict[str, Any]]:
    return described
