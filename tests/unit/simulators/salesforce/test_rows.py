import pytest

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce
from turnout.wire import post

from .conftest import SEED, Client, error


def test_a_record_is_made_read_changed_and_deleted(org: Client) -> None:
    made = org.send("POST", "/sobjects/Lead", {"LastName": "Zed", "Company": "Z"})
    path = f"/sobjects/Lead/{made.json()['id']}"
    changed = org.send("PATCH", path, {"FirstName": "Zoe"})
    read = org.get(path, fields="Name,Status,OwnerId").json()
    deleted = org.send("DELETE", path)
    assert (made.status, made.json() | {"id": ""}) == (201, {"id": "", "success": True, "errors": []})
    assert made.headers["location"] == "/services/data/v66.0" + path
    assert (changed.status, changed.body, deleted.status) == (204, b"", 204)
    assert (read["Name"], read["Status"], read["attributes"]["type"]) == ("Zoe Zed", "Open - Not Contacted", "Lead")


def test_a_15_character_id_is_as_good(org: Client) -> None:
    assert org.get(f"/sobjects/Lead/{org.id('Lead')[:15]}", fields="LastName").json()["LastName"] == "Reyes"


@pytest.mark.parametrize(
    ("sobject", "fields", "expected"),
    [
        ("Lead", {}, ("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Company]")),
        (
            "Lead",
            {"LastName": "Z", "Company": "Z", "FirstName": "x" * 41},
            ("STRING_TOO_LONG", f"First Name: data value too large: {'x' * 41} (max length=40)"),
        ),
        (
            "Contact",
            {"LastName": "Z", "Email": "no address"},
            ("INVALID_EMAIL_ADDRESS", "Email: invalid email address: no address"),
        ),
        ("Lead", {"Nickname": "Z"}, ("INVALID_FIELD", "No such column 'Nickname' on sobject of type Lead")),
        (
            "Lead",
            {"LastName": "Z", "Company": "Z", "CreatedDate": "2026-01-01T00:00:00Z"},
            (
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                "Unable to create/update fields: CreatedDate. Please check the security settings of this field and"
                " verify that it is read/write for your profile or permission set.",
            ),
        ),
        (
            "CampaignMember",
            {"CampaignId": "nonsense", "LeadId": "nonsense"},
            ("MALFORMED_ID", "Campaign ID: id value of incorrect type: nonsense"),
        ),
        (
            "CampaignMember",
            {"CampaignId": "701Hs000000zzzz"},
            ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        ),
        (
            "Lead",
            {"LastName": 7, "Company": "Z"},
            (
                "JSON_PARSER_ERROR",
                "Cannot deserialize instance of string from VALUE_NUMBER_INT value 7 or request may be missing a"
                " required field",
            ),
        ),
    ],
)
def test_a_wrong_record_is_refused_in_salesforces_words(
    org: Client, sobject: str, fields: dict[str, object], expected: tuple[str, str]
) -> None:
    assert error(org.send("POST", f"/sobjects/{sobject}", fields)) == (400, *expected)


def test_errors_name_the_fields(org: Client) -> None:
    answer = org.send("POST", "/sobjects/Lead", {"Company": "Z"})
    assert answer.json() == [
        {
            "message": "Required fields are missing: [LastName]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": ["LastName"],
        }
    ]


def test_texts_are_trimmed_and_an_empty_one_is_null(org: Client) -> None:
    lead = org.made("Lead", LastName="  Zed ", Company="Z", Title="  ", FirstName="")
    assert org.query(f"SELECT LastName, Title, FirstName FROM Lead WHERE Id = '{lead}'") == [
        {"LastName": "Zed", "Title": None, "FirstName": None}
    ]


def test_missing_and_deleted_records_answer_differently(org: Client) -> None:
    lead = org.made("Lead", LastName="Z", Company="Z")
    org.send("DELETE", f"/sobjects/Lead/{lead}")
    gone, never = f"/sobjects/Lead/{lead}", "/sobjects/Lead/00QHs000000zzzz"
    assert error(org.send("PATCH", gone, {"Title": "x"})) == (404, "ENTITY_IS_DELETED", "entity is deleted")
    assert error(org.send("PATCH", never, {"Title": "x"}))[:2] == (404, "INVALID_CROSS_REFERENCE_KEY")
    assert error(org.get(never)) == (
        404,
        "NOT_FOUND",
        "Provided external ID field does not exist or is not accessible: 00QHs000000zzzz",
    )


def test_an_upsert_creates_then_updates(ready: Client) -> None:
    path = "/sobjects/Watched__c/turnout_key__c/k%2F1"
    first, second = (ready.send("PATCH", path, {"plays__c": plays}) for plays in (1, 2))
    assert [(a.status, a.json()["created"]) for a in (first, second)] == [(201, True), (200, False)]
    assert first.json()["id"] == second.json()["id"]
    assert ready.query("SELECT turnout_key__c, plays__c FROM Watched__c") == [
        {"turnout_key__c": "k/1", "plays__c": 2.0}
    ]


def test_up_to_v45_an_upsert_that_updates_has_no_body(ready: Client) -> None:
    url = "/services/data/v45.0/sobjects/Watched__c/turnout_key__c/k"
    answers = [ready.reply(post(url, {}, method="PATCH", headers=ready.headers)) for _ in range(2)]
    assert [(answer.status, b"created" in answer.body) for answer in answers] == [(201, False), (204, False)]


def test_update_only_never_creates(ready: Client) -> None:
    answer = ready.send("PATCH", "/sobjects/Watched__c/turnout_key__c/k?updateOnly=true", {"plays__c": 1})
    assert error(answer)[:2] == (404, "NOT_FOUND")


def test_an_upsert_by_an_address_that_several_have_writes_nothing(org: Client) -> None:
    org.made("Lead", LastName="Twin", Company="Z", Email="ROSA@example.com")
    answer = org.send("PATCH", "/sobjects/Lead/Email/rosa@example.com", {"Title": "Chief"})
    assert (answer.status, len(answer.json())) == (300, 2)
    assert org.query("SELECT Id FROM Lead WHERE Title = 'Chief'") == []


def test_an_upsert_needs_an_external_id(org: Client) -> None:
    assert error(org.send("PATCH", "/sobjects/Lead/Title/x", {})) == (
        404,
        "NOT_FOUND",
        "Provided external ID field does not exist or is not accessible: Title",
    )


def test_extra_decimals_stay_and_too_many_digits_are_refused(ready: Client) -> None:
    ready.made("Watched__c", turnout_key__c="a", minutes__c=237.631, plays__c=12345678)
    too_many = ready.send("POST", "/sobjects/Watched__c", {"plays__c": 10**18})
    raw = ready.get("/sobjects/Watched__c/turnout_key__c/a", fields="minutes__c,plays__c").body
    assert raw.endswith(b'"minutes__c":237.631,"plays__c":1.2345678E7}')
    assert error(too_many)[1:] == (
        "NUMBER_OUTSIDE_VALID_RANGE",
        "plays: value outside of valid range on numeric field: 1000000000000000000",
    )


def test_a_unique_field_refuses_a_twin_in_any_case(ready: Client) -> None:
    first = ready.made("Watched__c", turnout_key__c="Key")
    answer = ready.send("POST", "/sobjects/Watched__c", {"turnout_key__c": "kEY"})
    assert error(answer) == (
        400,
        "DUPLICATE_VALUE",
        f"duplicate value found: turnout_key__c duplicates value on record with id: {first[:15]}",
    )


def test_a_lookup_may_be_named_by_an_external_id(ready: Client) -> None:
    ready.made("Watched__c", Lead__r={"Email": "rosa@example.com"})
    assert ready.query("SELECT Lead__r.LastName FROM Watched__c")[0]["Lead__r"]["LastName"] == "Reyes"


def test_a_record_without_a_name_is_named_by_its_id(ready: Client) -> None:
    made = ready.made("Watched__c")
    assert ready.one("SELECT Name FROM Watched__c") == made


def test_an_assignment_rule_gives_leads_away_unless_told_not_to(clock: VirtualClock) -> None:
    org = Client(salesforce(clock=clock, seed={**SEED, "settings": {"assignment_owner": True}}))
    for name, assign in (("Away", "TRUE"), ("Kept", "FALSE")):
        body = {"LastName": name, "Company": "Z"}
        org.send("POST", "/sobjects/Lead", body, **{"Sforce-Auto-Assign": assign})
    assert org.query("SELECT LastName, Owner.Name FROM Lead WHERE Company = 'Z' ORDER BY LastName") == [
        {"LastName": "Away", "Owner": owner("Sally Sales", "005Hs0000000002IAA")},
        {"LastName": "Kept", "Owner": owner("Integration User", "005Hs0000000001IAA")},
    ]


def owner(name: str, record_id: str) -> dict[str, object]:
    return {"attributes": {"type": "User", "url": f"/services/data/v66.0/sobjects/User/{record_id}"}, "Name": name}
