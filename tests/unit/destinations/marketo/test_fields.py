import pytest
from tests.unit.destinations.marketo.talking import config

from turnout.destinations.marketo.fields import ENGAGEMENT, POLLS, Field, fit, scaled
from turnout.values.sightings import FieldSeen


def seen(kind: str, width: int = 0) -> FieldSeen:
    return FieldSeen("x", "x", kind, width)


def fitted(field: Field, shown: FieldSeen, value, text_bytes: int = 30000):
    return fit(field, shown, value, text_bytes=text_bytes)


def test_the_engagement_object_has_the_thirty_fields_of_the_document():
    assert len(ENGAGEMENT.fields) == 30


def test_the_polls_object_has_its_thirty_three_fields_and_the_link_the_document_lost():
    assert (len(POLLS.fields), POLLS.field("personId").type) == (34, "link")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plays", "integer"),
        ("vod_minutes_viewed", "float"),
        ("total_vod_completion_rate", "float"),
        ("combined_live_engaged_users_play_time_ratio", "float"),
        ("mic_on", "float"),
        ("raise_hand", "integer"),
        ("channel_id", "integer"),
        ("personId", "link"),
    ],
)
def test_types_are_the_documents(name, kind):
    assert ENGAGEMENT.field(name).type == kind


def test_a_question_keeps_3600_characters_even_where_bytes_would_hold_more():
    fit_ = fitted(POLLS.field("poll_1_question"), seen("text"), "é" * 4000)
    assert (len(fit_.value), fit_.note) == (
        3600,
        "poll_1_question was cut from 4000 to 3600 characters (3600 characters fit)",
    )


def test_an_answer_keeps_1500_characters():
    assert fitted(POLLS.field("poll_1_answer"), seen("text"), "a" * 1501).value == "a" * 1500


def test_a_text_is_cut_by_bytes_and_never_inside_a_letter():
    fit_ = fitted(POLLS.field("poll_1_question"), seen("text"), "語" * 1000, text_bytes=2000)
    assert (fit_.value, fit_.note) == (
        "語" * 666,
        "poll_1_question was cut from 1000 to 666 characters (2000 bytes fit)",
    )


def test_a_string_is_cut_by_characters():
    assert fitted(ENGAGEMENT.field("entry_name"), seen("string", 255), "語" * 300).value == "語" * 255


def test_a_string_of_unknown_width_holds_255_characters():
    assert fitted(ENGAGEMENT.field("entry_name"), seen("string"), "x" * 300).value == "x" * 255


def test_a_text_field_made_as_string_holds_255_characters():
    assert len(fitted(POLLS.field("poll_1_question"), seen("string", 255), "x" * 3000).value) == 255


def test_a_value_that_fits_has_no_note():
    assert fitted(ENGAGEMENT.field("entry_name"), seen("string", 255), "Opening keynote") == ("Opening keynote", "", "")


@pytest.mark.parametrize("name", ["entry_id", "email", "user"])
def test_an_identifier_is_refused_rather_than_cut(name):
    fit_ = fitted(ENGAGEMENT.field(name), seen("string", 255), "x" * 256)
    assert fit_.refused == f"{name} is longer than the 255 characters of its field, and is never cut"


def test_what_is_gone_is_null():
    assert fitted(ENGAGEMENT.field("plays"), seen("integer"), None).value is None


def test_an_integer_field_gets_no_decimals():
    fit_ = fitted(ENGAGEMENT.field("mic_on"), seen("integer"), 2.5)
    assert (fit_.value, fit_.note) == (3, "mic_on was rounded from 2.5: its field is an integer")


def test_a_float_field_gets_the_value_as_it_is():
    assert fitted(ENGAGEMENT.field("mic_on"), seen("float"), 2.53).value == 2.53


def test_letters_are_refused_by_a_field_of_numbers():
    assert "takes numbers only" in fitted(ENGAGEMENT.field("entry_name"), seen("integer"), "Keynote").refused


def test_rates_can_be_shares_of_one():
    assert scaled(config(rate_scale="1"), "high_live_engagement_rate", 12.5) == 0.125


def test_completion_is_a_rate_as_well():
    assert scaled(config(rate_scale="1"), "total_vod_completion_rate", 33) == 0.33


def test_the_ratio_is_no_rate():
    assert scaled(config(rate_scale="1"), "combined_live_engaged_users_play_time_ratio", 0.63) == 0.63


def test_rates_are_percent_where_nothing_is_said():
    assert scaled(config(), "high_live_engagement_rate", 12.5) == 12.5


@pytest.mark.parametrize(("name", "value"), [("mic_on", 90.0), ("vod_minutes_viewed", 1.5)])
def test_only_mic_and_camera_can_be_seconds(name, value):
    assert scaled(config(mic_cam_unit="seconds"), name, 1.5) == value
