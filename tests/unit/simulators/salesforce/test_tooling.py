import pytest

from .conftest import FILES, Client, error

FIELDS = "/tooling/sobjects/CustomField"
METADATA = {
    "label": "external_id",
    "type": "Text",
    "length": 100,
    "externalId": True,
    "unique": True,
    "caseSensitive": False,
    "required": True,
}


def test_a_field_is_made_and_seen_and_gone_again(org: Client) -> None:
    made = org.send("POST", FIELDS, {"FullName": "CampaignMember.external_id__c", "Metadata": METADATA})
    field = {one["name"]: one for one in org.get("/sobjects/CampaignMember/describe").json()["fields"]}[
        "external_id__c"
    ]
    shown = org.get(f"{FIELDS}/{made.json()['id']}").json()
    deleted = org.send("DELETE", f"{FIELDS}/{made.json()['id']}").status

    assert (made.status, made.json()["id"][:3], made.json()["success"]) == (201, "00N", True)
    assert (field["length"], field["externalId"], field["unique"], field["nillable"]) == (100, True, True, False)
    assert (shown["FullName"], shown["Metadata"]["required"], deleted) == ("CampaignMember.external_id__c", True, 204)
    assert org.get(f"{FIELDS}/{made.json()['id']}").status == 404


def test_a_field_that_is_not_required_is_invisible_until_a_permission_row_grants_it(org: Client) -> None:
    org.send("POST", FIELDS, {"FullName": "Lead.seen__c", "Metadata": {"label": "seen", "type": "Text", "length": 9}})
    hidden = "seen__c" in [one["name"] for one in org.get("/sobjects/Lead/describe").json()["fields"]]
    granted = org.made("PermissionSet", Name="See", Label="See")
    org.made(
        "FieldPermissions",
        ParentId=granted,
        SobjectType="Lead",
        Field="Lead.seen__c",
        PermissionsRead=True,
        PermissionsEdit=True,
    )
    org.made("PermissionSetAssignment", PermissionSetId=granted, AssigneeId=org.id("User", "Alias = 'integrat'"))

    assert hidden is False
    assert "seen__c" in [one["name"] for one in org.get("/sobjects/Lead/describe").json()["fields"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"FullName": "Nobody.x__c", "Metadata": METADATA}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"FullName": "Lead.x__c", "Metadata": {**METADATA, "length": 300}}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"FullName": "Lead.Email", "Metadata": METADATA}, "DUPLICATE_DEVELOPER_NAME"),
        ({"FullName": "Lead.x__c"}, "JSON_PARSER_ERROR"),
    ],
)
def test_a_field_that_cannot_be_is_refused(org: Client, body: dict[str, object], code: str) -> None:
    assert error(org.send("POST", FIELDS, body))[:2] == (400, code)


def test_rows_of_object_permissions_show_a_custom_object(org: Client) -> None:
    org.deploy({**FILES, "permissionsets/Turnout.permissionset": BARE})
    hidden = org.get("/sobjects/Watched__c").status
    granted = org.id("PermissionSet")
    org.made("ObjectPermissions", ParentId=granted, SobjectType="Watched__c", PermissionsRead=True)
    org.made("PermissionSetAssignment", PermissionSetId=granted, AssigneeId=org.id("User", "Alias = 'integrat'"))

    assert (hidden, org.get("/sobjects/Watched__c").status) == (404, 200)
    assert error(org.send("POST", "/sobjects/Watched__c", {}))[1] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


BARE = '<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata"><label>Turnout</label></PermissionSet>'
