"""A client that others wrote (jsforce, MIT) works unpatched with the imitated Salesforce over http."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from turnout.simulators.kit.server import serve
from turnout.simulators.salesforce.app import CLIENT_ID, CLIENT_SECRET, salesforce

from .salesforce_app import NODE, installed, provisioned, unknown_calls

SEED = {
    "records": [
        {"sobject": "Campaign", "ref": "summit", "fields": {"Name": "Winter Summit 2026"}},
        {"sobject": "Lead", "ref": "rosa", "fields": {"LastName": "Reyes", "Company": "X"}},
        {"sobject": "CampaignMember", "fields": {"CampaignId": "@summit", "LeadId": "@rosa"}},
    ]
}
SOAP = "SOAP: the Metadata API is imitated by REST alone"
SCREENS = "it is for screens of people, and not imitated"
BULK_1 = "Bulk API 1.0: superseded by 2.0, which is imitated"
APEX = "no Apex is imitated"
PASSWORD = "SOAP login and the password flow are being withdrawn by Salesforce"
LEFT_OUT = {
    "Connection.login": PASSWORD,
    "Connection.loginByOAuth2": PASSWORD,
    "Connection.loginBySoap": PASSWORD,
    "Connection.logoutBySoap": PASSWORD,
    "OAuth2.authenticate": PASSWORD,
    "Connection.search": "SOSL is not imitated: matching is done by SOQL",
    **dict.fromkeys(
        (f"Connection.{name}" for name in ("quickAction", "quickActions", "recent", "tabs", "theme")), SCREENS
    ),
    **dict.fromkeys(
        (f"SObject.{name}" for name in ("approvalLayouts", "compactLayouts", "layouts", "recent")), SCREENS
    ),
    **dict.fromkeys((f"SObject.{name}" for name in ("listview", "listviews", "quickAction", "quickActions")), SCREENS),
    **dict.fromkeys((f"SObject.{name}" for name in ("bulkload", "createBulk", "updateBulk", "upsertBulk")), BULK_1),
    **dict.fromkeys(("SObject.destroyBulk", "SObject.destroyHardBulk"), BULK_1),
    **dict.fromkeys((f"Tooling.{name}" for name in ("completions", "executeAnonymous")), APEX),
    **dict.fromkeys((f"Tooling.{name}" for name in ("runTestsAsynchronous", "runTestsSynchronous")), APEX),
    "Metadata.deployRest": "it looks after what it sent by SOAP; the same REST calls are exercised with sf",
    **dict.fromkeys((f"Metadata.{name}" for name in ("create", "read", "update", "upsert", "delete", "rename")), SOAP),
    **dict.fromkeys((f"Metadata.{name}" for name in ("describe", "list", "retrieve", "deploy", "cancelDeploy")), SOAP),
    **dict.fromkeys((f"Metadata.{name}" for name in ("checkDeployStatus", "checkRetrieveStatus", "checkStatus")), SOAP),
    "Metadata.deployRecentValidation": SOAP,
}


class Told:
    """What the client can do, what came of each exercise, and what it asked for in vain."""

    def __init__(self, told: dict[str, Any], unknown: list[str]) -> None:
        self.version: str = told["version"]
        self.methods: set[str] = set(told["methods"])
        self.exercises: dict[str, str] = told["exercises"]
        self.unknown = unknown


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    server = serve(salesforce(seed=SEED))
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = requests.post(f"{server.url}/services/oauth2/token", form, timeout=10).json()["access_token"]
    provisioned(server.url, token)
    command = [
        str(installed() / "node/bin/node"),
        str(NODE / "jsforce.cjs"),
        server.url,
        CLIENT_ID,
        CLIENT_SECRET,
    ]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    yield Told(json.loads(done.stdout), unknown_calls(server.url))
    server.close()


def test_every_exercise_goes_well(told: Told) -> None:
    assert {name: what for name, what in told.exercises.items() if what != "well"} == {}
    assert len(told.exercises) > 50


def test_every_method_is_exercised_or_listed_with_a_reason(told: Told) -> None:
    assert told.version == "3.10.26"
    assert told.methods - set(told.exercises) == set(LEFT_OUT)
    assert set(told.exercises) <= told.methods


def test_each_exercise_calls_the_method_that_it_is_named_after() -> None:
    text = (NODE / "jsforce.cjs").read_text()
    shared, table = text.split("const exercises = {")
    parts = table.split("\n};")[0].split("\n  '")[1:]
    missing = [
        name for name, body in (part.split("'", 1) for part in parts) if f".{name.split('.')[1]}(" not in body + shared
    ]

    assert missing == []


def test_it_asks_for_nothing_that_is_not_imitated_but_a_method_meant_to_fail(told: Told) -> None:
    assert told.unknown == ["PUT /services/data/v66.0/sobjects/Lead: method PUT /services/data/v66.0/sobjects/Lead"]
