"""The manners of api_v3: forms, JSON, XML, what is unknown, several calls in one; and its lists."""

from typing import Any

import pytest
from tests.unit.simulators.kaltura.caller import SECRET, Caller

from turnout.simulators.kaltura.api.answers import xml
from turnout.simulators.kaltura.api.calls import nested
from turnout.wire import form, get, post


def test_forms_are_nested_by_brackets_and_colons() -> None:
    assert nested([("a", "1"), ("f[x]", "2"), ("f[y][z]", "3"), ("1:service", "user"), ("b__null", "")]) == {
        "a": "1",
        "f": {"x": "2", "y": {"z": "3"}},
        "1": {"service": "user"},
        "b": None,
    }


def test_xml_has_items_and_errors_and_leaves_out_what_is_null() -> None:
    told = {"name": "a < b\x00", "none": None, "yes": True, "objects": [{"id": 1, "objectType": "X"}]}

    assert (
        xml(told)
        == "<name>a &lt; b</name><yes>1</yes><objects><item><objectType>X</objectType><id>1</id></item></objects>"
    )
    assert xml({"code": "C", "objectType": "KalturaAPIException"}) == (
        "<error><objectType>KalturaAPIException</objectType><code>C</code></error>"
    )


def test_an_answer_is_xml_unless_json_is_asked_for(caller: Caller) -> None:
    answer = caller.raw_api("baseEntry", "get", {"ks": caller.ks, "entryId": "1_vod", "format": "2"})

    assert answer.headers["content-type"] == "text/xml"
    assert answer.body.startswith(b'<?xml version="1.0" encoding="utf-8"?><xml><result><objectType>KalturaMediaEntry<')
    assert b"<name>Story, short</name>" in answer.body
    assert answer.body.endswith(b"</executionTime></xml>")


@pytest.mark.parametrize(
    "request_",
    [
        get("/api_v3/service/baseentry/action/get", {"format": "1", "entryId": "1_vod"}),
        get("/api_v3/index.php", {"service": "baseEntry", "action": "get", "format": "1", "entryId": "1_vod"}),
        get("/api_v3/service/baseEntry/action/get/entryId/1_vod/format/1"),
        form("/api_v3/", {"service": "baseEntry", "action": "get", "format": "1", "entryId": "1_vod"}),
        post("/api_v3/service/baseEntry/action/get", {"format": 1, "entryId": "1_vod", "version__null": ""}),
    ],
)
def test_a_call_may_come_in_many_forms(caller: Caller, request_: Any) -> None:
    url = f"{request_.url}{'&' if '?' in request_.url else '?'}ks={caller.ks}"
    answer = caller.raw(type(request_)(request_.method, url, request_.headers, request_.body))

    assert answer.json()["msDuration"] == 100_000
    assert caller.unknown == []


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("nothing.list", {}, "SERVICE_DOES_NOT_EXISTS"),
        ("user.nothing", {}, "ACTION_DOES_NOT_EXISTS"),
        ("user.list", {"flter[idIn]": "x"}, "UNKNOWN_PARAMETER"),
        ("user.list", {"filter[shoeSizeEqual]": "38"}, "UNKNOWN_PARAMETER"),
        ("report.getTable", {"objectIds": "1"}, "UNKNOWN_PARAMETER"),
    ],
)
def test_what_is_unknown_is_refused_and_noted(caller: Caller, name: str, given: dict[str, str], *, code: str) -> None:
    assert caller.api(name, given)["code"] == code
    assert len(caller.unknown) == 1


def test_several_calls_in_one_use_the_results_of_those_before(caller: Caller) -> None:
    given = {
        "1:service": "session",
        "1:action": "start",
        "1:secret": SECRET,
        "1:partnerId": "1234567",
        "1:type": "2",
        "1:userId": "me",
        "2:service": "session",
        "2:action": "get",
        "2:session": "{1:result}",
        "3:service": "baseEntry",
        "3:action": "list",
        "3:filter[idEqual]": "1_live",
        "4:service": "baseEntry",
        "4:action": "get",
        "4:entryId": "{3:result:objects:0:id}",
        "5:service": "user",
        "5:action": "list",
        "5:bogus": "1",
        "6:service": "nothing",
        "6:action": "list",
        "ks": caller.ks,
        "format": "1",
    }

    answers = caller.raw(form("/api_v3/service/multirequest", given)).json()

    assert answers[1]["userId"] == "me"
    assert answers[3]["name"] == "Opening; keynote"
    assert [answer["code"] for answer in answers[4:]] == ["UNKNOWN_PARAMETER", "SERVICE_DOES_NOT_EXISTS"]


def test_lists_are_filtered_by_the_ends_of_names(caller: Caller) -> None:
    def ids(**given: str) -> list[str]:
        return [
            user["id"]
            for user in caller.api("user.list", {f"filter[{name}]": v for name, v in given.items()})["objects"]
        ]

    assert ids(orderBy="-createdAt") == ["cleo@example.com", "ben", "Ann@example.com"]
    assert ids(idIn="ben,cleo@example.com,nobody") == ["ben", "cleo@example.com"]
    assert ids(idNotIn="ben") == ["Ann@example.com", "cleo@example.com"]
    assert ids(firstNameStartsWith="be") == ["ben"]
    assert ids(createdAtGreaterThanOrEqual="1793700000", createdAtLessThanOrEqual="1793750000") == ["ben"]


def test_a_page_has_at_most_500_rows_and_30_unless_asked(caller_with: Any) -> None:
    caller = caller_with(seed={"attendees": 700})

    assert len(caller.api("user.list")["objects"]) == 30
    asked = caller.api("user.list", {"pager[pageSize]": "9999"})
    assert (len(asked["objects"]), asked["totalCount"]) == (500, 700)
    assert len(caller.api("user.list", {"pager[pageSize]": "500", "pager[pageIndex]": "2"})["objects"]) == 200
    assert caller.api("user.list", {"pager[pageSize]": "x"})["code"] == "PROPERTY_VALIDATION_NUMERIC_VALUE"


def test_entries_channels_and_events_are_told(caller: Caller) -> None:
    entry = caller.api("baseEntry.get", entryId="1_live")
    channel = caller.api("category.list", {"filter[idIn]": "330022,1"})["objects"]
    event = caller.api("virtualEvent_virtualEvent.get", id="9001")

    assert (entry["objectType"], entry["type"], entry["msDuration"]) == ("KalturaLiveStreamEntry", 7, 0)
    assert [(one["id"], one["name"]) for one in channel] == [(330022, "Main stage")]
    assert (event["name"], event["objectType"]) == ("Winter Summit 2026", "KalturaVirtualEvent")
    assert caller.api("baseEntry.get", entryId="1_none")["code"] == "ENTRY_ID_NOT_FOUND"
    assert caller.api("baseEntry.get")["code"] == "MISSING_MANDATORY_PARAMETER"
    assert caller.api("category.get", id="5")["code"] == "CATEGORY_NOT_FOUND"
    assert caller.api("virtualEvent_virtualEvent.get", id="5")["code"] == "VIRTUAL_EVENT_NOT_FOUND"
    assert caller.api("user.get", userId="nobody")["code"] == "INVALID_USER_ID"
