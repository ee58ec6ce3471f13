from msgspec import structs
from tests.unit.destinations.marketo.talking import config, drive, meta, ok, refused, seen_target, skipped

from turnout.destinations.kit import Difference, Row
from turnout.destinations.marketo.calls.objects import BATCH_BYTES, WRITER
from turnout.destinations.marketo.fields import ENGAGEMENT
from turnout.values.changes import Change, Op
from turnout.values.records import Key, Kind
from turnout.values.sightings import ObjectSeen
from turnout.values.verdicts import Outcome

TARGET = seen_target()
SESSION = "1_live0001"


def change(
    person: str = "p1", lead_id: str = "318", *, kind=Kind.ENGAGEMENT, channel: int = 330022, **values
) -> Change:
    key = Key("b1", kind, person, SESSION, channel if kind is Kind.ENGAGEMENT else 0)
    known = {"entry_id": SESSION, **({"channel_id": channel} if kind is Kind.ENGAGEMENT else {}), **values}
    return Change(key, Op.UPSERT, known, "d1", person_id=lead_id)


def row(made: Change, target=TARGET, **settings) -> Row:
    found = WRITER.render(config(**settings), target, made)
    assert isinstance(found, Row), found
    return found


def narrowed(*names: str, key=ENGAGEMENT.key):
    """Return an account whose engagement object has only these fields."""
    seen = TARGET.objects[Kind.ENGAGEMENT]
    fields = {name: field for name, field in seen.fields.items() if name in names}
    objects = {**TARGET.objects, Kind.ENGAGEMENT: ObjectSeen(seen.api_name, fields, True, key)}
    return structs.replace(TARGET, objects=objects)


def added(number: int) -> dict:
    return {"seq": number, "status": "created", "marketoGUID": f"guid-{number}"}


def test_a_row_has_its_keys_and_what_is_known():
    assert row(change(entry_name="Opening keynote", plays=2, vod_minutes_viewed=1.5)).payload == {
        "entry_id": "1_live0001",
        "entry_name": "Opening keynote",
        "personId": 318,
        "channel_id": 330022,
        "plays": 2,
        "vod_minutes_viewed": 1.5,
    }


def test_a_value_that_is_gone_is_sent_as_null():
    assert row(change(plays=None)).payload["plays"] is None


def test_a_row_without_a_channel_has_channel_0():
    assert row(change(channel=0)).payload["channel_id"] == 0


def test_a_channel_that_is_no_number_is_0_and_told():
    found = row(change(channel_id="main-stage"))
    assert (found.payload["channel_id"], found.notes) == (
        0,
        ("the channel 'main-stage' is no number: the row has channel 0",),
    )


def test_only_fields_that_the_account_has_are_sent():
    target = narrowed("entry_id", "personId", "channel_id", "plays")
    assert set(row(change(plays=2, raise_hand=1), target).payload) == {"entry_id", "personId", "channel_id", "plays"}


def test_the_accounts_own_names_are_used():
    target = narrowed("entry_id", "personId", "channel_id")
    seen = target.objects[Kind.ENGAGEMENT]
    fields = {**seen.fields, "personId": structs.replace(seen.fields["personId"], api_name="lead_id")}
    objects = {Kind.ENGAGEMENT: structs.replace(seen, fields=fields)}
    assert row(change(), structs.replace(target, objects=objects)).payload["lead_id"] == 318


def test_an_identifier_that_is_too_long_refuses_the_row():
    found = WRITER.render(config(), TARGET, change(user="u" * 256))
    assert isinstance(found, Outcome)
    assert "user is longer than the 255 characters" in found.ruling.sentence()


def test_poll_rows_have_no_channel_and_no_entry_name():
    found = row(change(kind=Kind.POLLS, entry_name="Opening keynote", poll_1_answer="Yes", poll_1_type="crowd vote"))
    assert found.payload == {
        "entry_id": "1_live0001",
        "personId": 318,
        "poll_1_type": "crowd vote",
        "poll_1_answer": "Yes",
    }


def test_a_cut_text_is_noted():
    found = row(change(kind=Kind.POLLS, poll_2_question="q" * 3700))
    assert found.notes == ("poll_2_question was cut from 3700 to 3600 characters (3600 characters fit)",)


def test_texts_are_cut_to_the_bytes_that_are_set():
    found = row(change(kind=Kind.POLLS, poll_2_question="é" * 3000), text_bytes="2000")
    assert found.payload["poll_2_question"] == "é" * 1000


def test_a_rows_size_is_its_json_and_a_comma():
    found = row(change(entry_name="Größe"))
    wire = '{"entry_id":"1_live0001","entry_name":"Größe","personId":318,"channel_id":330022},'
    assert found.size_bytes == len(wire.encode())


def test_a_batch_of_the_largest_poll_rows_stays_under_a_megabyte():
    widest = {f"poll_{n}_{part}": "語" * 3600 for n in range(1, 11) for part in ("answer", "question")}
    made = row(change(kind=Kind.POLLS, **widest))
    count = BATCH_BYTES // made.size_bytes
    rows = [row(change(f"p{n}", str(n), kind=Kind.POLLS, **widest)) for n in range(count)]
    requests, _ = drive(WRITER.talk(config(), TARGET, rows), ok(*[added(n) for n in range(count)]))
    assert 900_000 < len(requests[0].body) < 1_000_000


def test_rows_are_upserted_by_the_dedupe_fields():
    requests, [found] = drive(WRITER.talk(config(), TARGET, [row(change(plays=2))]), ok(added(0)))
    assert requests[0].path == "/rest/v1/customobjects/kalturaUserSessionEngagement.json"
    assert requests[0].json() == {
        "action": "createOrUpdate",
        "dedupeBy": "dedupeFields",
        "input": [{"entry_id": "1_live0001", "personId": 318, "channel_id": 330022, "plays": 2}],
    }
    assert (found.remote_id, found.made) == ("guid-0", True)


def test_a_row_of_a_person_who_is_gone_is_matched_again():
    rows = [row(change("p1", "318")), row(change("p2", "319"))]
    items = [skipped("1004", "Lead not found", seq=0), {"seq": 1, "status": "updated", "marketoGUID": "g"}]
    _, given = drive(WRITER.talk(config(), TARGET, rows), ok(*items))
    assert [(found.key.person, found.ruling.verdict) for found in given] == [("p1", "rematch"), ("p2", "accept")]


def test_the_same_key_is_not_sent_twice_in_a_call():
    rows = [row(change("p1", "318")), row(change("p2", "318"))]
    requests, given = drive(WRITER.talk(config(), TARGET, rows), ok(added(0)))
    assert len(requests[0].json()["input"]) == 1
    assert [(found.key.person, found.ruling.verdict) for found in given] == [("p1", "accept"), ("p2", "retry")]


def test_a_field_that_vanished_is_left_out_after_one_look():
    fields = [{"name": name} for name in ("entry_id", "personId", "channel_id", "plays")]
    replies = [
        refused("1006", "Field 'raise_hand' not found"),
        ok(meta(ENGAGEMENT, fields=fields)),
        ok(added(0)),
    ]
    requests, [found] = drive(WRITER.talk(config(), TARGET, [row(change(plays=2, raise_hand=1))]), *replies)
    assert requests[2].json()["input"] == [
        {"entry_id": "1_live0001", "personId": 318, "channel_id": 330022, "plays": 2}
    ]
    assert found.notes == ("the field raise_hand is not in the account any more: sent without it",)


def test_rows_refused_for_a_vanished_field_go_again_without_those_that_are_in():
    fields = [{"name": name} for name in ("entry_id", "personId", "channel_id", "plays")]
    rows = [row(change("p1", "318", plays=1)), row(change("p2", "319", raise_hand=1))]
    replies = [ok(added(0), skipped("1006", seq=1)), ok(meta(ENGAGEMENT, fields=fields)), ok(added(0))]
    requests, given = drive(WRITER.talk(config(), TARGET, rows), *replies)
    assert [item["personId"] for item in requests[2].json()["input"]] == [319]
    assert [(found.key.person, found.ruling.verdict) for found in given] == [("p1", "accept"), ("p2", "accept")]


def test_rows_are_read_back_by_their_compound_key():
    made = row(change(plays=2))
    item = {"marketoGUID": "g", "entry_id": "1_live0001", "personId": 318, "channel_id": 330022, "plays": 2}
    requests, found = drive(WRITER.read_back(config(), TARGET, [made]), ok(item))
    assert requests[0].url == "/rest/v1/customobjects/kalturaUserSessionEngagement.json?_method=GET"
    assert requests[0].json() == {
        "filterType": "dedupeFields",
        "fields": ["channel_id", "entry_id", "personId", "plays"],
        "input": [{"personId": 318, "entry_id": "1_live0001", "channel_id": 330022}],
    }
    assert (found, requests[0].writing) == ([], False)


def test_a_value_that_the_account_holds_otherwise_is_a_difference():
    made = row(change(plays=2, mic_on=1.25))
    item = {"entry_id": "1_live0001", "personId": "318", "channel_id": 330022, "plays": "2", "mic_on": 1.5}
    _, found = drive(WRITER.read_back(config(), TARGET, [made]), ok(item))
    assert found == [Difference(made.change.key, "mic_on", 1.25, 1.5)]


def test_a_row_that_is_gone_is_a_difference():
    made = row(change())
    _, found = drive(WRITER.read_back(config(), TARGET, [made]), ok())
    assert found == [Difference(made.change.key, "", "1_live0001", None)]


def test_a_single_dedupe_field_is_read_by_a_plain_filter():
    target = narrowed("entry_id", "personId", "channel_id", key=("entry_id",))
    made = row(change(), target)
    requests, _ = drive(WRITER.read_back(config(), target, [made]), ok())
    assert (requests[0].method, requests[0].query["filterType"], requests[0].query["filterValues"]) == (
        "GET",
        "entry_id",
        "1_live0001",
    )
