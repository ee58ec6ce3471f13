import io
import zipfile

import pytest

from turnout.destinations.salesforce.account.deploying import deploy
from turnout.destinations.salesforce.account.provision import provision
from turnout.records.statuses import LABEL_STEPS
from turnout.values.bindings import Binding


@pytest.fixture
def bare(org):
    """The example's org: a cloned campaign with four statuses, and no objects or fields of ours."""
    org.rows["CampaignMemberStatus"] = []
    for label, responded in (
        ("Sent", False),
        ("Responded", True),
        ("Invited by team member", False),
        ("During-event visit", True),
    ):
        org.rows["CampaignMemberStatus"].append(org.status(label, responded, default=label == "Sent"))
    org.lose("CampaignMember", "external_id__c")
    del org.objects["UserSessionEngagement__c"], org.objects["Kaltura_User_Polls_c__c"]
    org.rows["PermissionSet"], org.rows["PermissionSetAssignment"] = [], []
    return org


def states(steps):
    return {one.name: one.state for one in steps}


def records(request):
    return request.json()["records"]


def test_a_complete_org_is_left_alone(org, config, binding):
    steps = org.run(provision(config, binding, False))
    assert {one.state for one in steps} == {"done"}
    assert org.writes == []


def test_a_plan_writes_nothing_and_tells_what_is_to_do(bare, config, binding):
    steps = states(bare.run(provision(config, binding, True)))
    assert bare.writes == []
    assert steps["member status Pre-event visit"] == "todo"
    assert steps["object UserSessionEngagement__c"] == "todo"
    assert steps["field CampaignMember.external_id__c"] == "todo"
    assert steps["permission set Turnout for the integration user"] == "todo"


def test_missing_statuses_are_made_after_the_campaigns_own(bare, config, binding):
    bare.run(provision(config, binding, False))
    made = records(bare.writes[0])
    assert made[0] == {
        "attributes": {"type": "CampaignMemberStatus"},
        "CampaignId": "701000000000001AAA",
        "Label": "SSO login",
        "HasResponded": False,
        "IsDefault": False,
        "SortOrder": 5,
    }
    assert [(one["Label"], one["HasResponded"]) for one in made[1:]] == [
        ("Invited by team member to register", False),
        ("Registered", True),
        ("Confirmed email", True),
        ("Registered no confirmation required", True),
        ("Pre-event visit", True),
        ("Blocked", False),
        ("Un-registered", False),
    ]


def test_a_campaign_with_codes_gets_the_missing_codes(bare, config, binding):
    bare.rows["CampaignMemberStatus"] = [bare.status("Attended", True), bare.status("Participated", True)]
    steps = states(bare.run(provision(config, binding, False)))
    assert steps["member status autoConfirmed"] == "made"
    assert "member status Pre-event visit" not in steps


def test_one_deployment_makes_objects_fields_and_the_permission_set(bare, config, binding):
    steps = states(bare.run(provision(config, binding, False)))
    deployments = [one for one in bare.writes if one.path == "/metadata/deployRequest"]
    assert len(deployments) == 1
    assert steps["object Kaltura_User_Polls_c__c"] == "made"
    assert steps["field UserSessionEngagement__c.turnout_key__c"] == "made"
    assert steps["permission set Turnout"] == "made"


def test_the_deployment_is_a_multipart_with_options_and_a_zip(bare, config, binding):
    bare.run(provision(config, binding, False))
    request = next(one for one in bare.writes if one.path == "/metadata/deployRequest")
    boundary = request.headers["Content-Type"].partition("boundary=")[2].encode()
    _, options, archive, end = request.body.split(b"--" + boundary)
    assert b'name="entity_content"' in options
    assert b'"rollbackOnError": true' in options
    content = archive.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
    assert "package.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert end == b"--\r\n"


def test_only_the_field_that_lacks_is_deployed(org, config, binding):
    org.lose("UserSessionEngagement__c", "plays__c")
    steps = states(org.run(provision(config, binding, False)))
    assert [name for name, state in steps.items() if state == "made"] == [
        "field UserSessionEngagement__c.plays__c",
        "permission set Turnout",
    ]


def test_a_field_that_the_user_may_not_write_is_opened_by_the_permission_set(org, config, binding):
    org.field("UserSessionEngagement__c", "plays__c").update(createable=False, updateable=False)
    steps = states(org.run(provision(config, binding, False)))
    assert [name for name, state in steps.items() if state == "made"] == ["permission set Turnout"]


def test_the_permission_set_is_assigned_to_the_user_turnout_runs_as(org, config, binding):
    org.rows["PermissionSetAssignment"] = []
    org.run(provision(config, binding, False))
    assert records(org.writes[0]) == [
        {
            "attributes": {"type": "PermissionSetAssignment"},
            "AssigneeId": "005000000000001AAA",
            "PermissionSetId": "0PS000000000001AAA",
        }
    ]


def test_a_campaign_that_is_not_there_is_made_with_all_statuses(org, config, binding):
    org.rows["Campaign"] = []
    steps = states(org.run(provision(config, binding, False)))
    assert records(org.writes[0]) == [
        {"attributes": {"type": "Campaign"}, "Name": "Winter Summit 2026", "IsActive": True}
    ]
    assert steps["campaign Winter Summit 2026"] == "made"
    assert [steps[f"member status {label}"] for label in LABEL_STEPS] == ["made"] * 10


def test_a_new_campaign_takes_over_the_templates_statuses(org, config, drive, found):
    org.rows["Campaign"] = []
    template = {"Id": "701000000000005AAA", "Name": "Template"}
    plain = org.answer

    def answer(request):
        if "'Template'" in request.url or "Template" in request.query.get("q", ""):
            org.rows["CampaignMemberStatus"] = [org.status("Attended", True), org.status("VIP", False)]
            org.rows["Campaign"] = [template]
        return plain(request)

    org.answer = answer
    binding = Binding("b1", "9001", "Winter Summit 2026", "sf", options={"template": "Template"})
    steps = states(org.run(provision(config, binding, False)))
    assert steps["member status VIP"] == "made"
    assert steps["member status autoConfirmed"] == "made"
    assert "member status Pre-event visit" not in steps


def test_of_several_campaigns_a_person_must_choose(org, config, binding):
    org.rows["Campaign"] = [{"Id": "701A", "Name": "x"}, {"Id": "701B", "Name": "x"}]
    steps = org.run(provision(config, binding, False))
    assert (steps[0].state, "(701A, 701B)" in steps[0].detail) == ("manual", True)


def test_a_campaign_id_that_is_not_there_is_never_made_up(org, config):
    org.rows["Campaign"] = []
    steps = org.run(provision(config, Binding("b1", "9001", "X", "sf", "701000000000007AAA"), False))
    assert steps[0].state == "manual"


def test_a_status_that_the_account_refuses_becomes_steps_by_hand(bare, config, binding):
    bare.refuse["CampaignMemberStatus"] = "INSUFFICIENT_ACCESS_OR_READONLY"
    steps = {one.name: one for one in bare.run(provision(config, binding, False))}
    assert steps["member status Blocked"].state == "manual"
    assert steps["member status Blocked"].detail == (
        "add 'Blocked', not Responded: the campaign > Campaign Member Statuses > New "
        "(INSUFFICIENT_ACCESS_OR_READONLY: no)"
    )


def test_a_refused_deployment_tells_which_component_and_why(bare, config, binding):
    failure = {"fullName": "CampaignMember.external_id__c", "problem": "field limit reached"}
    bare.deployed = {"done": True, "success": False, "details": {"componentFailures": [failure]}}
    steps = {one.name: one for one in bare.run(provision(config, binding, False))}
    assert steps["permission set Turnout"].state == "manual"
    assert steps["permission set Turnout"].detail == "CampaignMember.external_id__c: field limit reached"


def test_a_deployment_is_asked_for_until_it_is_done(drive):
    running = {"id": "0Af1", "deployResult": {"done": False, "status": "InProgress"}}
    over = {"id": "0Af1", "deployResult": {"done": True, "success": True, "status": "Succeeded"}}
    requests, result = drive(deploy(b"zip"), {"id": "0Af1"}, running, running, over)
    assert [one.url for one in requests[1:]] == ["/metadata/deployRequest/0Af1?includeDetails=true"] * 3
    assert result == (True, "0Af1")


def test_a_deployment_that_takes_too_long_is_left_to_the_next_run(bare, config, binding):
    bare.deployed = {"done": False, "status": "InProgress"}
    steps = states(bare.run(provision(config, binding, False)))
    assert steps["permission set Turnout"] == "todo"


def deployed(org):
    """Return {path: content} of each zip that was deployed."""
    bodies = [one.body for one in org.requests if one.method == "POST" and one.path == "/metadata/deployRequest"]
    archives = [zipfile.ZipFile(io.BytesIO(body[body.index(b"PK") :])) for body in bodies]
    return [{name: archive.read(name).decode() for name in archive.namelist()} for archive in archives]


ENGAGEMENT = "UserSessionEngagement__c"


def test_wrong_attributes_of_a_field_are_mended_and_told(org, config, binding):
    org.field(ENGAGEMENT, "user__c").update(length=80, label="Kaltura user")

    steps = states(org.run(provision(config, binding, False)))

    (files,) = deployed(org)
    assert steps[f"field {ENGAGEMENT}.user__c: label, length"] == "made"
    assert files[f"objects/{ENGAGEMENT}.object"].count("<fullName>") == 1
    assert "<length>200</length>" in files[f"objects/{ENGAGEMENT}.object"]


def test_a_field_that_is_wider_than_asked_for_is_never_narrowed(org, config, binding):
    org.field(ENGAGEMENT, "entry_name__c").update(length=255, label="Entry")

    org.run(provision(config, binding, False))

    assert "<length>255</length>" in deployed(org)[0][f"objects/{ENGAGEMENT}.object"]


def test_a_field_of_another_type_is_left_to_people(org, config, binding):
    org.field(ENGAGEMENT, "plays__c").update(type="string")

    steps = states(org.run(provision(config, binding, False)))

    assert steps[f"field {ENGAGEMENT}.plays__c: type"] == "manual"
    assert deployed(org) == []


def test_an_external_id_that_is_too_wide_is_left_to_people(org, config, binding):
    org.field("CampaignMember", "external_id__c").update(length=255)

    steps = states(org.run(provision(config, binding, False)))

    assert steps["field CampaignMember.external_id__c: length"] == "manual"


def test_what_cannot_be_mended_keeps_nothing_from_being_made(org, config, binding):
    org.field("CampaignMember", "external_id__c").update(unique=False)
    org.lose(ENGAGEMENT, "plays__c")
    plain = org.answer
    failed = {"done": True, "success": False, "status": "Failed", "errorMessage": "duplicate values"}

    def answer(request):
        org.deployed = {"done": True, "success": True} if len(deployed(org)) > 1 else failed
        return plain(request)

    org.answer = answer
    steps = states(org.run(provision(config, binding, False)))

    first, second = deployed(org)
    assert "objects/CampaignMember.object" in first
    assert "objects/CampaignMember.object" not in second
    assert steps["field CampaignMember.external_id__c: unique"] == "manual"
    assert steps[f"field {ENGAGEMENT}.plays__c"] == "made"


def test_a_plan_tells_what_would_be_mended(org, config, binding):
    org.field(ENGAGEMENT, "mic_on__c").update(precision=17, scale=1)

    steps = states(org.run(provision(config, binding, True)))

    assert steps[f"field {ENGAGEMENT}.mic_on__c: scale"] == "todo"
    assert org.writes == []
