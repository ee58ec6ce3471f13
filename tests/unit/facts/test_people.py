import pytest

from turnout.facts.columns import Unreadable
from turnout.facts.people import ATTENDANCE, Registration, registration

ROW = {"event_id": "9001", "user_id": "Ada@Example.com", "status": "registered"}


def test_a_row_tells_who_and_when():
    row = {**ROW, "email": " Ada@Example.com", "last_name": "O'Neil, Jr.", "status_at": "2026-11-21T19:00:00Z"}
    assert registration(row, "kaltura", 9.0) == Registration(
        source="kaltura",
        event_id="9001",
        user_id="ada@example.com",
        status="registered",
        status_at=1_795_287_600.0,
        received_at=9.0,
        email="Ada@Example.com",
        last_name="O'Neil, Jr.",
    )


def test_a_status_without_a_time_was_reached_when_the_row_came():
    found = registration(ROW, "kaltura", 9.0)
    assert isinstance(found, Registration)
    assert found.status_at == 9.0


def test_columns_outside_the_documented_ones_are_answers_of_the_form():
    found = registration({**ROW, "diet": "none", "seats": 2, "tags": ["a"]}, "kaltura", 9.0)
    assert isinstance(found, Registration)
    assert found.custom == {"diet": "none", "seats": "2", "tags": '["a"]'}


def test_there_are_eleven_statuses():
    assert len(ATTENDANCE) == 11


@pytest.mark.parametrize("status", ATTENDANCE)
def test_every_status_of_kaltura_is_known(status):
    assert isinstance(registration({**ROW, "status": status}, "kaltura", 9.0), Registration)


@pytest.mark.parametrize("status", ["Registered", "maybe", "attended "])
def test_another_status_is_refused_and_blanks_around_one_are_not(status):
    found = registration({**ROW, "status": status}, "kaltura", 9.0)
    assert isinstance(found, Unreadable) == (status != "attended ")


def test_a_row_without_a_user_is_refused():
    assert registration({**ROW, "user_id": ""}, "kaltura", 9.0) == Unreadable("user_id is empty")
