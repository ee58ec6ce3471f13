import io
import zipfile
from xml.etree import ElementTree

import pytest

from turnout.destinations.salesforce.account.metadata import Deployed, columns, everything, package, source, zipped
from turnout.values.bindings import Config
from turnout.values.records import Kind

NS = {"m": "http://soap.sforce.com/2006/04/metadata"}
CONFIG = Config("salesforce", "sf", {})


def parsed(files, path):
    return ElementTree.fromstring(files[path])


def told(element):
    return {child.tag.partition("}")[2]: child.text for child in element}


def fields_of(files, path):
    return {told(one)["fullName"]: told(one) for one in parsed(files, path).findall("m:fields", NS)}


@pytest.fixture
def files():
    names = columns(CONFIG, Kind.ENGAGEMENT)
    engagement = Deployed(Kind.ENGAGEMENT, "UserSessionEngagement__c", True, names, tuple(names))
    member = Deployed(Kind.MEMBER, "CampaignMember", False, columns(CONFIG, Kind.MEMBER), ())
    return package([member, engagement])


def test_the_package_names_each_field_the_object_and_the_permission_set(files):
    types = {
        one.find("m:name", NS).text: [member.text for member in one.findall("m:members", NS)]
        for one in parsed(files, "package.xml").findall("m:types", NS)
    }
    assert types["CustomObject"] == ["UserSessionEngagement__c"]
    assert types["PermissionSet"] == ["Turnout"]
    assert types["CustomField"][0] == "CampaignMember.external_id__c"
    assert len(types["CustomField"]) == 33


def test_the_external_id_is_made_as_the_document_says(files):
    assert fields_of(files, "objects/CampaignMember.object") == {
        "external_id__c": {
            "fullName": "external_id__c",
            "caseSensitive": "false",
            "description": "Campaign id and lead or contact id, joined by an underscore",
            "externalId": "true",
            "inlineHelpText": "Campaign id and lead or contact id, joined by an underscore",
            "label": "external_id",
            "length": "100",
            "required": "true",
            "type": "Text",
            "unique": "true",
        }
    }


def test_a_connection_may_ask_for_an_external_id_that_is_not_required():
    relaxed = Config("salesforce", "sf", {"external_id_required": "no"})
    assert columns(relaxed, Kind.MEMBER)["external_id__c"].required is False


def test_a_number_of_16_and_2_digits_has_18_in_all(files):
    minutes = fields_of(files, "objects/UserSessionEngagement__c.object")["live_minutes_viewed__c"]
    assert (minutes["type"], minutes["precision"], minutes["scale"]) == ("Number", "18", "2")
    assert minutes["description"] == "Amount of minutes live content was consumed"


def test_a_count_has_18_digits_and_no_decimals(files):
    plays = fields_of(files, "objects/UserSessionEngagement__c.object")["plays__c"]
    assert (plays["type"], plays["precision"], plays["scale"]) == ("Number", "18", "0")


def test_the_lead_is_a_lookup_that_a_deleted_lead_only_empties(files):
    lead = fields_of(files, "objects/UserSessionEngagement__c.object")["Lead__c"]
    assert (lead["type"], lead["referenceTo"], lead["deleteConstraint"]) == ("Lookup", "Lead", "SetNull")


def test_our_key_is_a_unique_external_id(files):
    key = fields_of(files, "objects/UserSessionEngagement__c.object")["turnout_key__c"]
    assert (key["length"], key["unique"], key["externalId"], key["required"]) == ("120", "true", "true", "false")


def test_a_standing_object_gets_fields_only(files):
    tags = {child.tag.partition("}")[2] for child in parsed(files, "objects/CampaignMember.object")}
    assert tags == {"fields"}


def test_the_permission_set_opens_every_column_but_no_required_field(files):
    root = parsed(files, "permissionsets/Turnout.permissionset")
    fields = [one.find("m:field", NS).text for one in root.findall("m:fieldPermissions", NS)]
    assert len(fields) == 32
    assert "CampaignMember.external_id__c" not in fields


def test_the_permission_set_gives_no_right_to_delete(files):
    root = parsed(files, "permissionsets/Turnout.permissionset")
    assert told(root.find("m:objectPermissions", NS)) == {
        "allowCreate": "true",
        "allowDelete": "false",
        "allowEdit": "true",
        "allowRead": "true",
        "modifyAllRecords": "false",
        "object": "UserSessionEngagement__c",
        "viewAllRecords": "false",
    }


def test_the_same_files_make_the_same_zip(files):
    assert zipped(files) == zipped(dict(files))


def test_the_zip_holds_the_package_at_its_root(files):
    names = zipfile.ZipFile(io.BytesIO(zipped(files))).namelist()
    assert names == [
        "package.xml",
        "objects/CampaignMember.object",
        "objects/UserSessionEngagement__c.object",
        "permissionsets/Turnout.permissionset",
    ]


OBJECTS = "force-app/main/default/objects"


def tree(element):
    """Return an element as nested tuples, its name without the namespace."""
    return (element.tag.partition("}")[2], (element.text or "").strip(), tuple(tree(child) for child in element))


def children(files, path, *, without=()):
    return sorted(tree(child) for child in parsed(files, path) if child.tag.partition("}")[2] not in without)


def test_the_source_folder_says_of_each_field_what_the_zip_says():
    zip_files, folder = package(everything(CONFIG)), source(CONFIG)
    in_zip = {
        f"{path.removeprefix('objects/').removesuffix('.object')}.{told(one)['fullName']}": sorted(map(tree, one))
        for path in zip_files
        if path.endswith(".object")
        for one in parsed(zip_files, path).findall("m:fields", NS)
    }
    in_folder = {
        f"{path.split('/')[4]}.{path.split('/')[6].removesuffix('.field-meta.xml')}": children(folder, path)
        for path in folder
        if path.endswith(".field-meta.xml")
    }

    assert len(in_zip) == 31 + 35 + 2 + 1
    assert in_folder == in_zip


@pytest.mark.parametrize("name", ["UserSessionEngagement__c", "Kaltura_User_Polls_c__c"])
def test_the_source_folder_says_of_each_object_what_the_zip_says(name):
    zip_files, folder = package(everything(CONFIG)), source(CONFIG)

    of_zip = children(zip_files, f"objects/{name}.object", without={"fields"})
    assert children(folder, f"{OBJECTS}/{name}/{name}.object-meta.xml") == of_zip
    assert len(of_zip) == 7


def test_the_source_folder_has_the_zips_permission_set():
    zip_files, folder = package(everything(CONFIG)), source(CONFIG)

    path = "force-app/main/default/permissionsets/Turnout.permissionset-meta.xml"
    assert folder[path] == zip_files["permissionsets/Turnout.permissionset"]


def test_the_source_folder_is_a_project():
    assert source(CONFIG)["sfdx-project.json"].startswith(b'{\n  "packageDirectories": [')


def test_a_standing_object_is_no_file_of_the_source_folder():
    assert f"{OBJECTS}/CampaignMember/CampaignMember.object-meta.xml" not in source(CONFIG)
