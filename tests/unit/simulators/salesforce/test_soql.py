import pytest

from turnout.clock import VirtualClock
from turnout.simulators.salesforce.app import salesforce
from turnout.wire import get

from .conftest import Client, V, error

PEOPLE = [
    ("Ann", "O'Hara", "ann@example.com", "Red 100%", 10),
    ("Bob", "Baker", "BOB@example.com", "red_200", 20),
    ("Cid", "Cole", None, "Blue", None),
]


@pytest.fixture
def people(clock: VirtualClock) -> Client:
    records = [
        {
            "sobject": "Lead",
            "fields": {
                "FirstName": first,
                "LastName": last,
                "Email": email,
                "Company": company,
                "NumberOfEmployees": number,
            },
        }
        for first, last, email, company, number in PEOPLE
    ]
    return Client(salesforce(clock=clock, seed={"records": records}))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Email = 'ANN@example.com'", "A"),
        ("Email IN ('ann@example.com', 'bob@example.com')", "AB"),
        ("Email NOT IN ('ann@example.com')", "BC"),
        ("Email != 'ann@example.com'", "BC"),
        ("Email <> null", "AB"),
        ("Email = null", "C"),
        ("LastName = 'O\\'Hara'", "A"),
        ("Company LIKE 'red%'", "AB"),
        ("Company LIKE '%0\\%'", "A"),
        ("Company LIKE 'red\\_2__'", "B"),
        ("Company LIKE '_lue'", "C"),
        ("NumberOfEmployees > 10", "B"),
        ("NumberOfEmployees <= 1.5e1", "A"),
        ("IsConverted = FALSE AND (FirstName = 'Ann' OR FirstName = 'Cid')", "AC"),
        ("NOT FirstName = 'Ann'", "BC"),
        ("(NOT (FirstName = 'Ann' OR FirstName = 'Bob'))", "C"),
        ("Lead.FirstName = 'Ann'", "A"),
        ("Owner.Alias = 'integrat' AND Name LIKE 'Bob B%'", "B"),
        ("CreatedDate = TODAY", "ABC"),
        ("CreatedDate < TODAY", ""),
        ("CreatedDate = LAST_N_DAYS:2", "ABC"),
        ("CreatedDate >= 2026-11-18T12:00:00+01:00", "ABC"),
        ("CreatedDate > 2026-11-18T11:06:40Z", ""),
        ("ConvertedDate > 2026-01-01", ""),
    ],
)
def test_conditions_find_whom_they_describe(people: Client, where: str, expected: str) -> None:
    found = people.query(f"SELECT FirstName FROM Lead WHERE {where}")
    assert "".join(row["FirstName"][0] for row in found) == expected


def test_an_id_may_be_compared_in_both_forms(people: Client) -> None:
    ann = people.id("Lead", "FirstName = 'Ann'")
    assert people.one(f"SELECT FirstName FROM Lead WHERE Id IN ('{ann[:15]}')") == "Ann"


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("ORDER BY FirstName DESC", "CBA"),
        ("ORDER BY Email", "CAB"),
        ("ORDER BY Email ASC NULLS LAST", "ABC"),
        ("ORDER BY IsConverted, FirstName DESC LIMIT 2", "CB"),
        ("ORDER BY FirstName LIMIT 1 OFFSET 1", "B"),
    ],
)
def test_answers_are_ordered_and_cut(people: Client, tail: str, expected: str) -> None:
    found = people.query(f"SELECT FirstName FROM Lead {tail}")
    assert "".join(row["FirstName"][0] for row in found) == expected


def test_counts_and_groups(people: Client) -> None:
    counted = people.get("/query", q="SELECT COUNT() FROM Lead WHERE Email != null").json()
    grouped = people.query(
        "SELECT IsConverted, COUNT(Id) people, MAX(NumberOfEmployees), AVG(NumberOfEmployees) FROM Lead"
        " GROUP BY IsConverted"
    )
    assert counted == {"totalSize": 2, "done": True, "records": []}
    assert grouped == [{"IsConverted": False, "people": 3, "expr0": 20, "expr1": 15.0}]


def test_all_fields_need_a_limit(people: Client) -> None:
    refused = people.get("/query", q="SELECT FIELDS(ALL) FROM Lead")
    (row,) = people.query("SELECT FIELDS(STANDARD) FROM Lead WHERE FirstName = 'Ann' LIMIT 1")
    assert (error(refused)[1], row["LastName"]) == ("MALFORMED_QUERY", "O'Hara")


def test_a_field_over_an_empty_lookup_is_null(org: Client) -> None:
    org.made("CampaignMember", CampaignId=org.id("Campaign"), LeadId=org.id("Lead"))
    (row,) = org.query("SELECT Campaign.Name, Contact.Name FROM CampaignMember WHERE Campaign.Name LIKE 'Winter%'")
    assert (row["Campaign"]["Name"], row["Contact"]) == ("Winter Summit 2026", None)


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("SELECT Id FROM Nothing__c", "INVALID_TYPE", "sObject type 'Nothing__c' is not supported."),
        ("SELECT Nick FROM Lead", "INVALID_FIELD", "No such column 'Nick' on entity 'Lead'."),
        ("SELECT Id FROM Lead WHERE Nick = 'x'", "INVALID_FIELD", "ERROR at Row:1:Column:27"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss' in field path."),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        (
            "SELECT Id FROM Lead WHERE LastName = 7",
            "INVALID_FIELD",
            "value of filter criterion for field 'LastName' must be of type string and should be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id, Id FROM Lead", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Id FROM Lead WHERE LastName = 'O'Hara'", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE A = 'a' AND B = 'b' OR C = 'c'", "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "unexpected token: 'x'"),
        ("SELECT (SELECT Id FROM Members) FROM Lead", "INVALID_TYPE", "Didn't understand relationship 'Members'"),
        ("SELECT Id FROM Lead WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "use HAVING"),
        ("SELECT Id FROM Lead WHERE Id IN (SELECT LeadId, Id FROM CampaignMember)", "MALFORMED_QUERY", "inner select"),
        ("SELECT Email, COUNT(Id) FROM Lead GROUP BY Company", "MALFORMED_QUERY", "must be grouped or aggregated"),
        ("Id FROM Lead", "MALFORMED_QUERY", "unexpected token: 'Id'"),
        (" ", "MALFORMED_QUERY", "A query string has to be specified"),
    ],
)
def test_what_cannot_be_understood_is_refused(people: Client, query: str, code: str, words: str) -> None:
    answer = people.get("/query", q=query)
    assert error(answer)[:2] == (400, code)
    assert words in error(answer)[2]


def test_an_answer_comes_in_pages(people: Client) -> None:
    for first in range(0, 400, 200):
        records = [
            {"attributes": {"type": "Contact"}, "LastName": f"N{number:03d}"} for number in range(first, first + 200)
        ]
        people.send("POST", "/composite/sobjects", {"records": records})
    people.made("Contact", LastName="N400")
    small = {**people.headers, "Sforce-Query-Options": "batchSize=200"}
    url, sizes, names = f"{V}/query?q=SELECT+LastName+FROM+Contact", [], []
    while url:
        page = people.reply(get(url, headers=small)).json()
        sizes.append((page["totalSize"], len(page["records"]), page["done"]))
        names += [row["LastName"] for row in page["records"]]
        url = page.get("nextRecordsUrl", "")
    assert sizes == [(401, 200, False), (401, 200, False), (401, 1, True)]
    assert names == [f"N{number:03d}" for number in range(401)]


def test_a_page_that_nobody_asked_for_is_no_page(people: Client) -> None:
    assert error(people.get("/query/01gHs0000000009IAA-2000")) == (
        404,
        "INVALID_QUERY_LOCATOR",
        "Invalid query locator",
    )


def test_query_all_shows_what_was_deleted(people: Client) -> None:
    ann = people.id("Lead", "FirstName = 'Ann'")
    people.send("DELETE", f"/sobjects/Lead/{ann}")
    q = "SELECT FirstName, IsDeleted FROM Lead WHERE FirstName = 'Ann'"
    alive, all_ = people.get("/query", q=q).json(), people.get("/queryAll", q=q).json()
    assert (alive["totalSize"], all_["records"][0]["IsDeleted"]) == (0, True)


@pytest.fixture
def joined(people: Client) -> Client:
    """The campaign with two of its leads, and another campaign with one."""
    other = people.made("Campaign", Name="Other")
    summit = people.made("Campaign", Name="Winter Summit 2026")
    leads = [row["Id"] for row in people.query("SELECT Id FROM Lead ORDER BY LastName LIMIT 2")]
    for campaign, lead in ((summit, leads[0]), (summit, leads[1]), (other, leads[0])):
        people.made("CampaignMember", CampaignId=campaign, LeadId=lead)
    return people


def test_children_are_shown_within_their_parent(joined: Client) -> None:
    rows = joined.query(
        "SELECT Name, (SELECT Status, Lead.Email FROM CampaignMembers ORDER BY Lead.Email LIMIT 1) FROM Campaign"
        " WHERE Name = 'Other'"
    )

    inside = rows[0]["CampaignMembers"]
    assert (inside["totalSize"], inside["done"], inside["records"][0]["Status"]) == (1, True, "Sent")
    assert inside["records"][0]["attributes"]["type"] == "CampaignMember"


def test_a_record_without_children_shows_null(joined: Client) -> None:
    rows = joined.query("SELECT Id, (SELECT Id FROM CampaignMembers WHERE Status = 'Responded') FROM Campaign")

    assert [row["CampaignMembers"] for row in rows] == [None, None]


def test_children_of_a_custom_lookup_have_the_name_that_the_lookup_gives_them(ready: Client) -> None:
    ready.made("Watched__c", turnout_key__c="k", Lead__c=ready.id("Lead"))

    rows = ready.query("SELECT Email, (SELECT turnout_key__c FROM Watched__r) FROM Lead")

    assert [row["turnout_key__c"] for row in rows[0]["Watched__r"]["records"]] == ["k"]


def test_a_semi_join_finds_those_whom_another_query_names(joined: Client) -> None:
    inner = "(SELECT LeadId FROM CampaignMember WHERE Campaign.Name = 'Other')"

    inside = joined.query(f"SELECT Email FROM Lead WHERE Id IN {inner}")
    outside = joined.query(f"SELECT Email FROM Lead WHERE Id NOT IN {inner} AND Email != null")

    assert len(inside) == 1
    assert inside[0] not in outside
    assert (
        len(outside) == joined.get("/query", q="SELECT COUNT() FROM Lead WHERE Email != null").json()["totalSize"] - 1
    )


def test_groups_are_named_filtered_and_ordered(joined: Client) -> None:
    rows = joined.query(
        "SELECT Campaign.Name title, COUNT(Id) members FROM CampaignMember GROUP BY Campaign.Name"
        " HAVING COUNT(Id) > 0 ORDER BY COUNT(Id) DESC"
    )
    many = joined.query(
        "SELECT Campaign.Name, COUNT(Id) FROM CampaignMember GROUP BY Campaign.Name HAVING COUNT(Id) > 1"
    )

    assert rows == [{"title": "Winter Summit 2026", "members": 2}, {"title": "Other", "members": 1}]
    assert many == [{"Name": "Winter Summit 2026", "expr0": 2}]


@pytest.mark.parametrize("alias", ["m", "AS m"])
def test_an_object_may_have_another_name(joined: Client, alias: str) -> None:
    rows = joined.query(f"SELECT m.Status, m.Campaign.Name FROM CampaignMember {alias} WHERE m.Campaign.Name = 'Other'")

    assert [row["Status"] for row in rows] == ["Sent"]


def test_the_columns_of_an_answer_can_be_asked_for(people: Client) -> None:
    query = "SELECT Id, Owner.Email, Owner.Name, NumberOfEmployees, (SELECT Status FROM CampaignMembers) FROM Lead"

    told = people.get("/query", q=query, columns="true").json()

    assert (told["entityName"], told["keyPrefix"], told["idSelected"], told["groupBy"]) == ("Lead", "00Q", True, False)
    assert [
        (one["columnName"], [each["columnName"] for each in one["joinColumns"]]) for one in told["columnMetadata"]
    ] == [
        ("Id", []),
        ("Owner", ["Email", "Name"]),
        ("NumberOfEmployees", []),
        ("CampaignMembers", ["Status"]),
    ]


def test_the_columns_of_groups_are_computed(people: Client) -> None:
    told = people.get("/query", q="SELECT Company, COUNT(Id) n FROM Lead GROUP BY Company", columns="true").json()

    assert [(one["columnName"], one["aggregate"]) for one in told["columnMetadata"]] == [
        ("Company", False),
        ("n", True),
    ]
