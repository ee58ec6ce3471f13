from typing import Any

import pytest

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce

from .conftest import FILES, NS, SEED, Client, deploy_request, error, grants

ALONE = {
    "package.xml": f"""<Package {NS}><types><members>Lead</members><name>CustomObject</name></types>
      <version>66.0</version></Package>"""
}


def fields(org: Client, sobject: str) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in org.get(f"/sobjects/{sobject}/describe").json()["fields"]}


def lead_field(definition: str) -> dict[str, str]:
    return {**ALONE, "objects/Lead.object": f"<CustomObject {NS}><fields>{definition}</fields></CustomObject>"}


def failures(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["fullName"], one["problem"]) for one in result["details"]["componentFailures"]]


def test_a_deployment_is_done_at_a_later_look(org: Client) -> None:
    sent = org.reply(deploy_request(FILES, org.headers, {}))
    path = f"/metadata/deployRequest/{sent.json()['id']}"
    looks = [org.get(path).json()["deployResult"] for _ in range(3)]
    assert sent.status == 201
    assert [(one["status"], one["done"]) for one in looks] == [
        ("InProgress", False),
        ("Succeeded", True),
        ("Succeeded", True),
    ]
    assert org.simulator.book.entries[1].writing


def test_a_new_object_is_seen_only_through_an_assigned_permission_set(org: Client) -> None:
    org.deploy(FILES)
    before = error(org.get("/sobjects/Watched__c/describe"))
    queried = error(org.get("/query", q="SELECT Id FROM Watched__c"))
    org.made(
        "PermissionSetAssignment",
        AssigneeId=org.id("User", "Alias = 'integrat'"),
        PermissionSetId=org.id("PermissionSet"),
    )
    seen = fields(org, "Watched__c")
    assert (before[:2], queried[1]) == ((404, "NOT_FOUND"), "INVALID_TYPE")
    assert (seen["turnout_key__c"]["externalId"], seen["turnout_key__c"]["unique"]) == (True, True)
    assert (seen["plays__c"]["precision"], seen["minutes__c"]["scale"], seen["entry_id__c"]["length"]) == (18, 2, 11)
    assert (seen["Lead__c"]["referenceTo"], seen["Lead__c"]["relationshipName"]) == (["Lead"], "Lead__r")


def test_a_required_field_is_seen_by_all(org: Client) -> None:
    org.deploy(FILES)
    seen = fields(org, "CampaignMember")["external_id__c"]
    assert {name: seen[name] for name in ("nillable", "createable", "unique", "caseSensitive", "length")} == {
        "nillable": False,
        "createable": True,
        "unique": True,
        "caseSensitive": False,
        "length": 100,
    }


def test_a_field_that_nobody_was_granted_does_not_exist_for_the_caller(ready: Client) -> None:
    ready.deploy(lead_field("<fullName>Score__c</fullName><label>Score</label><type>Text</type><length>9</length>"))
    path = f"/sobjects/Lead/{ready.id('Lead')}"
    answers = [
        error(ready.send("PATCH", path, {"Score__c": "1"}))[2],
        error(ready.get("/query", q="SELECT Score__c FROM Lead"))[1],
    ]
    assert "Score__c" not in fields(ready, "Lead")
    assert answers == ["No such column 'Score__c' on sobject of type Lead", "INVALID_FIELD"]


def test_a_row_of_field_permissions_grants_too(ready: Client) -> None:
    ready.deploy(lead_field("<fullName>Score__c</fullName><label>Score</label><type>Text</type><length>9</length>"))
    parent = ready.id("PermissionSet")
    grant = {"ParentId": parent, "SobjectType": "Lead", "Field": "Lead.Score__c"}
    ready.made("FieldPermissions", **grant, PermissionsRead=True, PermissionsEdit=False)
    seen = fields(ready, "Lead")["Score__c"]
    written = ready.send("PATCH", f"/sobjects/Lead/{ready.id('Lead')}", {"Score__c": "1"})
    assert (seen["updateable"], error(written)[1]) == (False, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_a_hidden_field_comes_back_when_shown(ready: Client) -> None:
    ready.act("hide_field", field="Watched__c.plays__c")
    hidden = "plays__c" in fields(ready, "Watched__c")
    ready.act("show_field", field="Watched__c.plays__c")
    assert (hidden, "plays__c" in fields(ready, "Watched__c")) == (False, True)


def test_a_dropped_field_takes_its_values_along(ready: Client) -> None:
    ready.made("Watched__c", plays__c=1)
    ready.act("drop_field", field="Watched__c.plays__c")
    answer = ready.send("POST", "/sobjects/Watched__c", {"plays__c": 1})
    assert error(answer)[2] == "No such column 'plays__c' on sobject of type Watched__c"
    assert "plays__c" not in ready.simulator.vendor.state()["Watched__c"][0]


def test_a_required_field_in_a_permission_set_fails_all(org: Client) -> None:
    wrong = grants("CampaignMember.external_id__c")
    result = org.deploy({**FILES, "permissionsets/Turnout.permissionset": wrong})
    assert (result["status"], result["numberComponentErrors"]) == ("Failed", 1)
    assert failures(result) == [("Turnout", "You cannot deploy to a required field: CampaignMember.external_id__c")]
    assert "external_id__c" not in fields(org, "CampaignMember")


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        (
            "<fullName>Score</fullName><label>S</label><type>Text</type><length>9</length>",
            "fullName must end with: __c",
        ),
        (
            "<fullName>S__c</fullName><type>Text</type><length>9</length>",
            "Must specify a non-empty label for the CustomField",
        ),
        (
            "<fullName>S__c</fullName><label>S</label><type>Text</type><length>256</length>",
            "Must specify 'length' for a CustomField of type Text, from 1 to 255",
        ),
        (
            "<fullName>S__c</fullName><label>S</label><type>Number</type><precision>19</precision><scale>2</scale>",
            "Must specify 'precision' (at most 18) and 'scale' for a CustomField of type Number",
        ),
        (
            "<fullName>S__c</fullName><label>S</label><type>Lookup</type><referenceTo>No__c</referenceTo>"
            "<relationshipName>Ss</relationshipName>",
            "referenceTo value of 'No__c' does not resolve to a valid sObject type",
        ),
        (
            "<fullName>S__c</fullName><label>S</label><type>Email</type><colour>red</colour>",
            "Property 'colour' not valid in version 68.0",
        ),
        (
            "<fullName>S__c</fullName><label>S</label><type>Rhyme</type>",
            "Must specify a known type for the CustomField, not 'Rhyme'",
        ),
    ],
)
def test_a_broken_field_fails_with_its_problem(org: Client, definition: str, problem: str) -> None:
    result = org.deploy(lead_field(definition))
    assert result["status"] == "Failed"
    assert [words for _, words in failures(result)] == [problem]


def test_a_type_cannot_be_changed(ready: Client) -> None:
    text = "<fullName>S__c</fullName><label>S</label><type>Text</type><length>9</length>"
    number = "<fullName>S__c</fullName><label>S</label><type>Number</type><precision>9</precision><scale>0</scale>"
    ready.deploy(lead_field(text))
    assert failures(ready.deploy(lead_field(number))) == [
        ("Lead.S__c", "Cannot change field type from string to double")
    ]


def test_values_that_are_doubled_cannot_become_unique(ready: Client) -> None:
    first = "<fullName>S__c</fullName><label>S</label><type>Text</type><length>9</length>"
    ready.deploy(lead_field(first))
    for name in ("X", "x"):
        ready.act("create", sobject="Lead", fields={"LastName": "L", "Company": "C", "S__c": name})
    result = ready.deploy(lead_field(first + "<unique>true</unique>"))
    assert failures(result) == [("Lead.S__c", "Duplicate values exist in field S__c; it cannot be made unique")]


def test_the_same_deployment_again_changes_nothing(ready: Client) -> None:
    row = ready.made("Watched__c", turnout_key__c="k", plays__c=1)
    result = ready.deploy(FILES)
    created = [one["fullName"] for one in result["details"]["componentSuccesses"] if one["created"]]
    assert (result["status"], created) == ("Succeeded", [])
    assert ready.query("SELECT Id, plays__c FROM Watched__c") == [{"Id": row, "plays__c": 1.0}]


def test_a_check_only_deployment_makes_nothing(org: Client) -> None:
    result = org.deploy(FILES, checkOnly=True)
    assert (result["status"], result["checkOnly"]) == ("Succeeded", True)
    assert "external_id__c" not in fields(org, "CampaignMember")


def test_a_file_that_is_named_but_missing_fails(org: Client) -> None:
    problem = "An object 'Lead' of type CustomObject was named in package.xml, but was not found in zipped directory"
    assert failures(org.deploy(ALONE)) == [("Lead", problem)]


def test_a_package_may_list_single_fields(org: Client) -> None:
    package = f"""<Package {NS}><types><members>Lead.S__c</members><name>CustomField</name></types></Package>"""
    definition = "<fullName>S__c</fullName><label>S</label><type>Text</type><length>9</length><required>true</required>"
    result = org.deploy({**lead_field(definition), "package.xml": package})
    assert result["status"] == "Succeeded"
    assert "S__c" in fields(org, "Lead")


def test_no_zip_is_a_failed_deployment_and_no_form_is_refused(org: Client) -> None:
    assert org.deploy({"readme.txt": "hello"})["errorMessage"] == "No package.xml found"
    assert error(org.send("POST", "/metadata/deployRequest", {}))[:2] == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_deploying_takes_a_permission(clock: VirtualClock) -> None:
    org = Client(salesforce(clock=clock, seed={**SEED, "settings": {"manage_metadata": False}}))
    assert error(org.reply(deploy_request(FILES, org.headers, {})))[:2] == (403, "INSUFFICIENT_ACCESS")


def test_a_bound_on_names_is_a_setting(clock: VirtualClock) -> None:
    org = Client(salesforce(clock=clock, seed={"settings": {"name_characters": 40}}))
    name = "x" * 41
    result = org.deploy(
        lead_field(f"<fullName>{name}__c</fullName><label>S</label><type>Text</type><length>9</length>")
    )
    assert failures(result)[0][1] == "Value too long for field: fullName maximum length is:40"


def test_objects_are_listed_with_what_the_user_may_do(clock: VirtualClock) -> None:
    settings = {"hidden_objects": ["Account"], "readonly_objects": ["Lead"]}
    org = Client(salesforce(clock=clock, seed={"settings": settings}))
    listed = {one["name"]: one for one in org.get("/sobjects").json()["sobjects"]}
    written = org.send("POST", "/sobjects/Lead", {"LastName": "L", "Company": "C"})
    assert "Account" not in listed
    assert (listed["Lead"]["createable"], listed["Contact"]["createable"]) == (False, True)
    assert written.status == 400
