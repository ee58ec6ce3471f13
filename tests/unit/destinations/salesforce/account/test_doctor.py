import msgspec
import pytest

from turnout.destinations.salesforce.account.doctor import doctor
from turnout.destinations.salesforce.fields import COLUMNS, VARIANTS
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Severity

ENGAGEMENT = "UserSessionEngagement__c"
EXTERNAL = "CampaignMember.external_id__c"
MARKETING = "permission:Marketing User"
WRITER = "campaign.writer"


def wrong(findings):
    """Return what is wrong; whether one may deploy what is missing is never known, and left out here."""
    found = {one.code: str(one.severity) for one in findings if one.severity is not Severity.OK}
    return {code: severity for code, severity in found.items() if code != "permission:deploy"}


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
        (lambda org: org.headers.update(date="Sun, 22 Nov 2026 00:20:00 GMT"), "clock", "advice"),
        (lambda org: org.headers.pop("date"), "clock", "unknown"),
        (lambda org: org.rows["User"][0].update(UserPermissionsMarketingUser=False), MARKETING, "problem"),
        (lambda org: org.objects.pop("User"), MARKETING, "unknown"),
        (lambda org: org.rows["CampaignMember"].append({"CreatedById": "005000000000009AAA"}), WRITER, "advice"),
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
        (change_field("CampaignMember", "external_id__c", type="double"), f"field.type:{EXTERNAL}", "problem"),
        (change_field("CampaignMember", "external_id__c", length=40), f"field.length:{EXTERNAL}", "problem"),
        (change_field("CampaignMember", "external_id__c", length=255), f"field.length:{EXTERNAL}", "problem"),
        (change_field("CampaignMember", "external_id__c", unique=False), f"field.unique:{EXTERNAL}", "problem"),
        (
            change_field("CampaignMember", "external_id__c", caseSensitive=True),
            f"field.case:{EXTERNAL}",
            "problem",
        ),
        (
            change_field("CampaignMember", "external_id__c", externalId=False),
            f"field.external:{EXTERNAL}",
            "problem",
        ),
        (
            change_field("CampaignMember", "external_id__c", nillable=True),
            f"field.required:{EXTERNAL}",
            "problem",
        ),
        (
            change_field("CampaignMember", "external_id__c", updateable=False),
            f"field.readonly:{EXTERNAL}",
            "problem",
        ),
        (lambda org: org.objects.pop(ENGAGEMENT), f"object.missing:{ENGAGEMENT}", "problem"),
        (lambda org: org.lose(ENGAGEMENT, "plays__c"), f"field.missing:{ENGAGEMENT}.plays__c", "advice"),
        (lambda org: org.lose(ENGAGEMENT, "entry_id__c"), f"field.missing:{ENGAGEMENT}.entry_id__c", "problem"),
        (change_field(ENGAGEMENT, "plays__c", type="string"), f"field.type:{ENGAGEMENT}.plays__c", "problem"),
        (change_field(ENGAGEMENT, "entry_name__c", length=80), f"field.length:{ENGAGEMENT}.entry_name__c", "advice"),
        (change_field(ENGAGEMENT, "user__c", length=80), f"field.length:{ENGAGEMENT}.user__c", "problem"),
        (change_field(ENGAGEMENT, "plays__c", precision=9), f"field.precision:{ENGAGEMENT}.plays__c", "advice"),
        (change_field(ENGAGEMENT, "plays__c", updateable=False), f"field.readonly:{ENGAGEMENT}.plays__c", "problem"),
        (lambda org: org.lose(ENGAGEMENT, "turnout_key__c"), f"key.missing:{ENGAGEMENT}.turnout_key__c", "advice"),
        (change_field(ENGAGEMENT, "turnout_key__c", unique=False), f"key.unique:{ENGAGEMENT}.turnout_key__c", "advice"),
    ],
)
def test_one_thing_that_is_broken_is_the_one_finding(org, check, harm, code, severity):
    harm(org)
    assert check() == {code: severity}


HARMS = {
    "type": {"type": "boolean"},
    "label": {"label": "Another"},
    "help": {"inlineHelpText": ""},
    "readonly": {"updateable": False},
    "unique": {"unique": True},
    "required": {"nillable": False},
}
BY_TYPE = {
    "text": {"length": {"length": 5}},
    "number": {"precision": {"precision": 10}, "scale": {"scale": 1, "precision": 17}},
    "lookup": {"reference": {"referenceTo": ["Contact"]}},
    "email": {},
}
SCALES = {0: {"scale": 1, "precision": 19}, 2: {"scale": 1, "precision": 17}}
EVERY = [
    pytest.param(kind, column, attribute, id=f"{kind}.{column.name}.{attribute}")
    for kind, columns in COLUMNS.items()
    for column in columns
    for attribute in (*HARMS, *BY_TYPE[column.type])
]


@pytest.mark.parametrize(("kind", "column", "attribute"), EVERY)
def test_each_attribute_of_each_field_of_the_documents_is_a_finding_of_its_own(org, check, kind, column, attribute):
    name = VARIANTS[kind][0]
    harm = {**HARMS, **BY_TYPE[column.type]}[attribute]
    org.field(name, column.api_name).update(SCALES[column.scale] if attribute == "scale" else harm)

    assert list(check()) == [f"field.{attribute}:{name}.{column.api_name}"]


def test_the_documents_have_31_and_35_fields():
    assert [len(columns) for columns in COLUMNS.values()] == [31, 35]


def test_two_things_wrong_with_one_field_are_two_findings(org, check):
    org.field(ENGAGEMENT, "user__c").update(length=80, label="User")

    assert check() == {f"field.label:{ENGAGEMENT}.user__c": "advice", f"field.length:{ENGAGEMENT}.user__c": "problem"}


def test_whether_one_may_deploy_is_unknown_where_something_is_to_be_deployed(org, config, binding):
    org.lose(ENGAGEMENT, "plays__c")
    found = {one.code: str(one.severity) for one in org.run(doctor(config, binding))}

    assert found["permission:deploy"] == "unknown"


def test_a_clock_that_is_wrong_is_a_problem_where_assertions_are_signed(org, config, binding):
    org.headers["date"] = "Sun, 22 Nov 2026 00:20:00 GMT"
    signing = Config("salesforce", "sf", {**config.settings, "sign_in": "jwt"})

    assert wrong(org.run(doctor(signing, binding))) == {"clock": "problem"}


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

    def told(request):
        answer = plain(request)
        return msgspec.structs.replace(answer, headers={**answer.headers, "sforce-limit-info": "api-usage=10/15000"})

    org.answer = told
    assert wrong(org.run(doctor(config, binding))) == {}


def test_every_finding_that_is_wrong_says_why_who_and_how(org, config, binding):
    org.objects.pop(ENGAGEMENT)
    org.lose("CampaignMember", "external_id__c")
    org.lose("Kaltura_User_Polls_c__c", "entry_name__c")
    org.rows["CampaignMemberStatus"] = []
    bad = [one for one in org.run(doctor(config, binding)) if one.severity is not Severity.OK]
    assert [one.code for one in bad if not (one.why and one.who and one.fix)] == []
