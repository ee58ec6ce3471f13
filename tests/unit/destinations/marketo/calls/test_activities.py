import pytest
from msgspec import structs
from tests.unit.destinations.marketo.talking import config, drive, ok, seen_target

from turnout.destinations.kit import Difference, Row
from turnout.destinations.marketo.account.activity_type import activity_seen
from turnout.destinations.marketo.calls.activities import WRITER, find
from turnout.destinations.marketo.fields import ACTIVITY
from turnout.destinations.marketo.rules import judged
from turnout.destinations.marketo.vendor import MARKETO
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.verdicts import Outcome, Verdict

SESSION = "1_live0001"
AT = "2026-11-21T20:14:05.000Z"
CLAIMED = 1_795_300_000.0  # 2026-11-22T09:06:40Z


def type_meta(*left_out: str) -> dict:
    attributes = [
        {"apiName": field.name.replace("_", ""), "name": field.name, "dataType": field.type}
        for field in ACTIVITY.fields[1:]
        if field.name not in left_out
    ]
    primary = {"apiName": "entryId", "name": "entry_id", "dataType": "string"}
    named = {"id": 100001, "apiName": "userSessionEngagement", "name": "userSessionEngagement", "status": "approved"}
    return {**named, "primaryAttribute": primary, "attributes": attributes}


def account(*left_out: str):
    base = seen_target()
    objects = {**base.objects, Kind.ACTIVITY: activity_seen(type_meta(*left_out))}
    return structs.replace(base, objects=objects, more={"activity_type": "100001"})


TARGET = account()
OLDER = account("turnout_key")


def change(person: str = "p1", lead_id: str = "318", **values) -> Change:
    known = {"entry_id": SESSION, "email": f"{person}@example.com", "channel_id": 330022, "at": AT, **values}
    key = Key("9001@mk", Kind.ACTIVITY, person, SESSION, 1)
    return Change(key, Op.CREATE, known, "d", person_id=lead_id, since=CLAIMED)


def row(made: Change, target=TARGET) -> Row:
    found = WRITER.render(config(), target, made)
    assert isinstance(found, Row), found
    return found


def standing(guid: str, person: str = "p1", *, key: str = "9001@mk_p1_1_live0001_1", at: str = "2026-11-21T20:14:05Z"):
    attributes = [{"name": "email", "value": f"{person}@example.com"}, {"name": "plays", "value": 2}]
    attributes += [{"name": "turnout_key", "value": key}] if key else []
    return {
        "id": 7,
        "marketoGUID": guid,
        "leadId": 318,
        "activityDate": at,
        "activityTypeId": 100001,
        "primaryAttributeValue": SESSION,
        "attributes": attributes,
    }


TOKEN = ok(nextPageToken="A====")
LAST = {"nextPageToken": "C====", "moreResult": False}


def test_an_activity_has_its_primary_value_its_date_and_our_key():
    assert row(change(plays=2, vod_minutes_viewed=1.5)).payload == {
        "leadId": 318,
        "activityDate": "2026-11-21T20:14:05Z",
        "activityTypeId": 100001,
        "primaryAttributeValue": "1_live0001",
        "attributes": [
            {"name": "email", "value": "p1@example.com"},
            {"name": "channelid", "value": 330022},
            {"name": "plays", "value": 2},
            {"name": "vodminutesviewed", "value": 1.5},
            {"name": "turnoutkey", "value": "9001@mk_p1_1_live0001_1"},
        ],
    }


def test_what_is_not_known_is_not_sent():
    names = {one["name"] for one in row(change(plays=None)).payload["attributes"]}
    assert "plays" not in names


def test_an_older_account_has_channel_0_and_no_channel_name():
    made = row(change(channel_id=0, channel_name=""), OLDER)
    sent = {one["name"]: one["value"] for one in made.payload["attributes"]}
    assert (sent["channelid"], sent["channelname"]) == (0, "")


def test_a_session_id_too_long_for_the_primary_attribute_is_refused():
    found = WRITER.render(config(), TARGET, change(entry_id="x" * 256))
    assert isinstance(found, Outcome)
    assert found.ruling.words == "entry_id is longer than 255 characters, and is never cut"


def test_attributes_that_are_too_long_together_are_refused():
    wide = {name: structs.replace(seen, type="text") for name, seen in TARGET.objects[Kind.ACTIVITY].fields.items()}
    seen = structs.replace(TARGET.objects[Kind.ACTIVITY], fields=wide)
    target = structs.replace(TARGET, objects={Kind.ACTIVITY: seen})
    found = WRITER.render(config(text_bytes="70000"), target, change(entry_name="x" * 66_000))
    assert isinstance(found, Outcome)
    assert found.ruling.words == "the attributes take more than 65000 bytes together"


def test_each_activity_is_answered_for_and_its_refusal_stands_in_errors():
    lost = {"status": "skipped", "errors": [{"code": "1004", "message": "Lead not found"}]}
    rows = [row(change()), row(change("p2", "9"))]
    answer = ok({"id": 1, "marketoGUID": "guid-1", "status": "added"}, lost)
    requests, told = drive(WRITER.talk(config(), TARGET, rows), answer)
    assert (requests[0].url, requests[0].writing) == ("/rest/v1/activities/external.json", True)
    assert [(found.remote_id, found.ruling.verdict) for found in told] == [
        ("guid-1", Verdict.ACCEPT),
        ("", Verdict.REMATCH),
    ]


def test_an_answer_that_is_too_short_leaves_all_unsure():
    rows = [row(change()), row(change("p2", "9"))]
    _, told = drive(WRITER.talk(config(), TARGET, rows), ok({"id": 1, "marketoGUID": "g", "status": "added"}))
    assert [found.ruling.verdict for found in told] == [Verdict.UNSURE, Verdict.UNSURE]


def test_a_time_out_of_a_write_leaves_it_unsure_and_is_no_reason_to_send_again():
    request = next(WRITER.talk(config(), TARGET, [row(change())]))
    from tests.unit.destinations.marketo.talking import refused

    ruling = judged(request, refused("604", "Request timed out"))
    assert ruling is not None
    assert ruling.verdict is Verdict.UNSURE


def test_a_lost_answer_is_looked_up_by_our_key_to_the_last_page():
    first = ok(standing("guid-0", key="another"), nextPageToken="B====", moreResult=True)
    requests, found = drive(find(config(), TARGET, [change()]), TOKEN, first, ok(standing("guid-1"), **LAST))
    assert [(seen.key.person, seen.remote_id) for seen in found] == [("p1", "guid-1")]
    assert [request.query.get("nextPageToken") for request in requests] == [None, "A====", "B===="]


def test_activities_are_read_since_their_own_date_where_it_is_before_the_claim():
    requests, _ = drive(find(config(), TARGET, [change()]), TOKEN, ok(**LAST))
    assert requests[0].query == {"sinceDatetime": "2026-11-21T20:13:05.000Z"}
    assert requests[1].query["activityTypeIds"] == "100001"


def test_without_our_key_session_time_and_address_tell_an_activity():
    page = ok(
        standing("other", "p2", key=""),
        standing("later", key="", at="2026-11-21T20:14:06Z"),
        standing("guid-1", key="", at="2026-11-21T15:14:05-0500"),
        **LAST,
    )
    _, found = drive(find(config(), OLDER, [change()]), TOKEN, page)
    assert found[0].remote_id == "guid-1"


def test_without_key_and_address_the_person_tells_an_activity():
    _, found = drive(find(config(), account("turnout_key", "email"), [change()]), TOKEN, ok(standing("guid-1"), **LAST))
    assert found[0].remote_id == "guid-1"


def test_one_activity_answers_for_one_change_only():
    again = structs.replace(change(), key=Key("9001@mk", Kind.ACTIVITY, "p1", SESSION, 2))
    _, found = drive(find(config(), OLDER, [change(), again]), TOKEN, ok(standing("guid-1", key=""), **LAST))
    assert [seen.remote_id for seen in found] == ["guid-1", ""]


def test_an_activity_that_is_not_there_is_told_so():
    _, found = drive(MARKETO.rows(config(), TARGET, [change()]), TOKEN, ok(**LAST))
    assert [seen.remote_id for seen in found] == [""]


def test_nothing_is_looked_up_for_rows_of_custom_objects():
    asked = structs.replace(change(), key=Key("b1", Kind.POLLS, "p1", SESSION))
    assert drive(MARKETO.rows(config(), TARGET, [asked])) == ([], [])


def accepted(**values) -> Row:
    return row(structs.replace(change(**values), remote_id="guid-1"))


def test_an_activity_that_stands_as_it_was_sent_has_no_difference():
    _, found = drive(WRITER.read_back(config(), TARGET, [accepted(channel_id=None, plays=2)]), TOKEN,
                     ok(standing("guid-1"), **LAST))  # fmt: skip
    assert found == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ([], ("", "guid-1", None)),
        ([standing("guid-1")], ("plays", 3, 2)),
    ],
)
def test_what_differs_is_named(page, expected):
    made = accepted(channel_id=None, plays=3)
    _, found = drive(WRITER.read_back(config(), TARGET, [made]), TOKEN, ok(*page, **LAST))
    assert found == [Difference(made.change.key, *expected)]
