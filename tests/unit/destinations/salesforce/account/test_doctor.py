import msgspec
import pytest

from turnout.destinations.salesforce.account.doctor import doctor
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Severity

ENGAGEMENT = "UserSessionEngagement__c"
EXTERNAL = "CampaignMember.external_id__c"


def wrong(findings):
    return {one.code: str(one.severity) for one in findings if one.severity is not Severity.OK}


@pytest.fixture
def check(org, config, binding):
    return lambda: wrong(org.run(doctor(config, binding)))


def test_a_complete_org_has_nothing_wrong(check):
    assert check() == {}


def test_the_doctor_writes_nothing(org, check):
    check()
    assert org.writes == []


def test_what_is_right_is_told_too(org, config, binding):
    codes = {one.code for one in org.run(doctor(config, binding))}
    assert {"address", "credentials", "version", "quota", "campaign", f"field:{EXTERNAL}"} <= codes


def change_field(object_name, name, **more):
    return lambda org: org.field(object_name, name).update(more)


@pytest.mark.parametrize(
    ("harm", "code", "severity"),
    [
        (lambda org: setattr(org, "versions", ["64.0"]), "version", "advice"),
        (lambda org: org.limits["DailyApiRequests"].update(Remaining=2000), "quota", "advice"),
        (lambda org: org.limits["DailyApiRequests"].update(Remaining=100), "quota", "problem"),
        (lambda org: setattr(org, "limits", None), "quota", "unknown"),
        (lambda org: org.rows.update(Campaign=[]), "campaign.missing", "problem"),
        (lambda org: org.rows.update(Campaign=[{"Id": "1"}, {"Id": "2"}]), "campaign.several", "problem"),
        (lambda org: org.drop_status("Pre-event visit"), "status.missing:Pre-event visit", "problem"),
        (
            lambda org: org.relabel("Confirmed email", HasResponded=False),
            "status.responded:Confirmed email",
            "problem",
        ),
        (lambda org: org.relabel("Blocked", HasResponded=True), "status.responded:Blocked", "problem"),
        (lambda org: org.objects["Lead"].update(createable=False), "permission:Lead.create", "problem"),
        (
            lambda org: org.objects["CampaignMember"].update(updateable=False),
            "permission:CampaignMember.edit",
            "problem",
        ),
        (lambda org: org.objects[ENGAGEMENT].update(createable=False), f"permission:{ENGAGEMENT}.create", "problem"),
        (lambda org: org.lose("CampaignMember", "external_id__c"), f"field.missing:{EXTERNAL}", "problem"),
        (change_field("CampaignMember", "external_id__c", type="double"), f"external_id.type:{EXTERNAL}", "problem"),
        (change_field("CampaignMember", "external_id__c", length=40), f"external_id.length:{EXTERNAL}", "problem"),
        (change_field("CampaignMember", "external_id__c", length=255), f"external_id.length:{EXTERNAL}", "problem"),
        (change_field("CampaignMember", "external_id__c", unique=False), f"external_id.unique:{EXTERNAL}", "problem"),
        (
            change_field("CampaignMember", "external_id__c", caseSensitive=True),
            f"external_id.case:{EXTERNAL}",
            "problem",
        ),
        (
            change_field("CampaignMember", "external_id__c", externalId=False),
            f"external_id.external:{EXTERNAL}",
            "problem",
        ),
        (
            change_field("CampaignMember", "external_id__c", nillable=True),
            f"external_id.required:{EXTERNAL}",
            "problem",
        ),
        (
            change_field("CampaignMember", "external_id__c", updateable=False),
            f"external_id.readonly:{EXTERNAL}",
            "problem",
        ),
        (lambda org: org.objects.pop(ENGAGEMENT), f"object.missing:{ENGAGEMENT}", "problem"),
        (lambda org: org.lose(ENGAGEMENT, "plays__c"), f"field.missing:{ENGAGEMENT}.plays__c", "advice"),
        (lambda org: org.lose(ENGAGEMENT, "entry_id__c"), f"field.missing:{ENGAGEMENT}.entry_id__c", "problem"),
        (change_field(ENGAGEMENT, "plays__c", type="string"), f"field.type:{ENGAGEMENT}.plays__c", "problem"),
        (change_field(ENGAGEMENT, "entry_name__c", length=80), f"field.narrow:{ENGAGEMENT}.entry_name__c", "advice"),
        (change_field(ENGAGEMENT, "user__c", length=80), f"field.narrow:{ENGAGEMENT}.user__c", "problem"),
        (change_field(ENGAGEMENT, "plays__c", precision=9), f"field.narrow:{ENGAGEMENT}.plays__c", "advice"),
        (change_field(ENGAGEMENT, "plays__c", updateable=False), f"field.readonly:{ENGAGEMENT}.plays__c", "problem"),
        (lambda org: org.lose(ENGAGEMENT, "turnout_key__c"), f"key.missing:{ENGAGEMENT}.turnout_key__c", "advice"),
        (change_field(ENGAGEMENT, "turnout_key__c", unique=False), f"key.wrong:{ENGAGEMENT}.turnout_key__c", "advice"),
    ],
)
def test_one_thing_that_is_broken_is_the_one_finding(org, check, harm, code, severity):
    harm(org)
    assert check() == {code: severity}


def test_a_required_field_that_an_administrator_added_is_found(org, check, a_field):
    org.objects["Lead"]["fields"].append(a_field("Region__c", nillable=False))
    assert check() == {"field.required:Lead.Region__c": "problem"}


def test_a_required_field_with_a_default_is_no_finding(org, check, a_field):
    org.objects["Lead"]["fields"].append(a_field("Region__c", nillable=False, defaultedOnCreate=True))
    assert check() == {}


def test_an_external_id_that_need_not_be_required_may_be_optional(org, config, binding):
    org.field("CampaignMember", "external_id__c")["nillable"] = True
    relaxed = Config("salesforce", "sf", {**config.settings, "external_id_required": "no"})
    assert wrong(org.run(doctor(relaxed, binding))) == {}


def test_a_campaign_with_the_codes_needs_the_codes(org, config, binding):
    org.rows["CampaignMemberStatus"] = [org.status("Attended", True), org.status("Participated", True)]
    codes = wrong(org.run(doctor(config, binding)))
    assert "status.missing:autoConfirmed" in codes
    assert "status.missing:Pre-event visit" not in codes


def test_an_own_map_needs_its_own_labels(org, config):
    own = Binding("b1", "9001", "Winter Summit 2026", "sf", vocabulary="map", labels={"attended": "Came"})
    assert wrong(org.run(doctor(config, own))) == {"status.missing:Came": "problem"}


def test_without_an_event_the_campaign_is_not_asked_for(org, config):
    org.rows["Campaign"] = []
    assert wrong(org.run(doctor(config, None))) == {}


def test_the_quota_is_told_by_the_answers_header_where_limits_may_not_be_seen(org, config, binding):
    org.limits = None
    plain = org.answer
    org.answer = lambda request: msgspec.structs.replace(
        plain(request), headers={"sforce-limit-info": "api-usage=10/15000"}
    )
    assert wrong(org.run(doctor(config, binding))) == {}


def test_every_finding_that_is_wrong_says_why_who_and_how(org, config, binding):
    org.objects.pop(ENGAGEMENT)
    org.lose("CampaignMember", "external_id__c")
    org.lose("Kaltura_User_Polls_c__c", "entry_name__c")
    org.rows["CampaignMemberStatus"] = []
    bad = [one for one in org.run(doctor(config, binding)) if one.severity is not Severity.OK]
    assert [one.code for one in bad if not (one.why and one.who and one.fix)] == []
