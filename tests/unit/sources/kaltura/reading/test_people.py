from tests.unit.sources.kaltura.talking import CONFIG, fields, held, told

from turnout.sources.kaltura.reading.people import PAGE, Known, Watermark, after, page, rows, users

BOB = {
    "id": "p1",
    "userId": "bob@example.com",
    "createdAt": "2026-10-01T08:00:00.000Z",
    "updatedAt": "2026-11-21T19:33:00.000Z",
    "profileData": {"phone": "1", "diet": ["none"], "status": "VIP", "email": "old@example.com"},
    "eventData": {
        "regOrigin": "invite",
        "attendanceStatus": "unregistered",
        "previousAttendanceStatus": "registered",
        "statusUpdateTime": "2026-11-21T19:33:00.000Z",
        "firstAttendedStatusTime": "2026-11-20T10:00:00.000Z",
    },
}


def profiles(number: int, at: str):
    return [{"id": f"{at}-{place}", "updatedAt": at} for place in range(number)]


def test_the_filter_is_inclusive_and_the_oldest_come_first():
    made, found = held(page(CONFIG, "app-1", Watermark("2026-11-21T00:00:00.000Z")), told({"objects": [BOB]}))
    body = made[0].json()
    assert made[0].url == "https://user.irp2.ovp.kaltura.com/api/v1/user-profile/list"
    assert body["filter"] == {"appGuidIn": ["app-1"], "updatedAtGreaterThanOrEqual": "2026-11-21T00:00:00.000Z"}
    assert (body["orderBy"], body["pager"], found) == ("updatedAt", {"offset": 0, "limit": 500}, [BOB])


def test_a_full_page_of_one_moment_goes_on_by_skipping_it():
    mark, more = after(Watermark(), profiles(PAGE, "a"))
    assert (mark.at, mark.skip, more) == ("a", 0, True)
    mark, more = after(mark, profiles(PAGE, "a"))
    assert (mark.skip, more) == (500, True)
    mark, more = after(mark, profiles(3, "b"))
    assert (mark.at, mark.skip, more) == ("b", 0, False)


def test_an_empty_page_keeps_the_watermark():
    assert after(Watermark("a", frozenset({"x"}), 500), []) == (Watermark("a", frozenset({"x"})), False)


def test_statuses_that_nobody_saw_come_before_the_one_there_is():
    found = [(row["status"], row["status_at"]) for row in rows("9001", BOB, {}, known=None)]
    assert found == [
        ("attended", "2026-11-20T10:00:00.000Z"),
        ("registered", "2026-10-01T08:00:00.000Z"),
        ("unregistered", "2026-11-21T19:33:00.000Z"),
    ]


def test_a_status_that_was_seen_is_not_told_again():
    found = rows("9001", BOB, {}, known=Known("bob@example.com", "registered", "2026-10-01T08:00:00.000Z"))
    assert [row["status"] for row in found] == ["unregistered"]


def test_a_users_own_fields_win_and_answers_are_kept_under_their_names():
    (*_, row) = rows("9001", BOB, {"firstName": "Bob", "email": "bob@example.com"}, known=None)
    assert (row["first_name"], row["email"], row["phone"], row["diet"]) == ("Bob", "bob@example.com", "1", ["none"])
    assert (row["status"], row["profile_status"]) == ("unregistered", "VIP")


def test_users_are_asked_for_by_their_ids_and_one_with_a_comma_alone():
    listed = {"objects": [{"id": "A@x.org", "firstName": "A"}]}
    made, found = held(users(["a@x.org", "b,c"]), told(listed), told({"id": "b,c", "firstName": "B"}))
    assert fields(made[0])["filter[idIn]"] == "a@x.org"
    assert fields(made[1])["userId"] == "b,c"
    assert sorted(found) == ["a@x.org", "b,c"]
