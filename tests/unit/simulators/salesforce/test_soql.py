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
        ("SELECT (SELECT Id FROM CampaignMembers) FROM Lead", "MALFORMED_QUERY", "unexpected token: '('"),
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
