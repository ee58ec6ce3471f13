import pytest

from turnout.destinations.salesforce.fields import ENGAGEMENT, POLLS, Column
from turnout.destinations.salesforce.rendering import Fit, email_valid, fitted, plain, scaled
from turnout.values.bindings import Config
from turnout.values.sightings import FieldSeen

TEXT = Column("poll_3_answer", "text", 255)
COUNT = Column("plays", "number", 18)
MINUTES = Column("live_minutes_viewed", "number", 16, 2)
ENTRY = Column("entry_id", "text", 11, identifier=True)
EMAIL = Column("email", "email", 80, identifier=True)


def place(kind: str = "string", width: int = 255) -> FieldSeen:
    return FieldSeen("x", "x__c", kind, width)


def test_a_text_is_cut_to_the_accounts_width_and_that_is_told():
    assert fitted(TEXT, "x" * 1600, place()) == Fit("x" * 255, "poll_3_answer cut from 1600 to 255 characters")


def test_a_text_is_measured_in_characters_not_bytes():
    assert fitted(TEXT, "ü" * 255, place()) == Fit("ü" * 255)


def test_where_the_account_names_no_width_the_documents_counts():
    assert fitted(TEXT, "x" * 256, place(width=0)).value == "x" * 255


def test_an_identifier_is_never_cut():
    fit = fitted(ENTRY, "1_abcdefghijk", place(width=11))
    assert fit == Fit(refused="entry_id has 13 characters, and the account's field takes 11")


def test_a_field_wider_than_the_documents_takes_the_whole():
    assert fitted(ENTRY, "1_abcdefghijk", place(width=20)) == Fit("1_abcdefghijk")


@pytest.mark.parametrize("value", [None, ""])
def test_a_value_that_is_gone_clears_its_field(value):
    assert fitted(TEXT, value, place()) == Fit(None)


def test_an_address_that_is_none_is_left_out_and_that_is_told():
    fit = fitted(EMAIL, "guest 17", place("email", 80))
    assert fit == Fit(left_out=True, note="email left out: 'guest 17' is no e-mail address")


@pytest.mark.parametrize(
    ("value", "number"), [(12.345, 12.35), (12.344999, 12.34), (0.005, 0.01), (7, 7.0), (237.631, 237.63)]
)
def test_a_measure_is_rounded_half_up_to_two_decimals(value, number):
    assert fitted(MINUTES, value, place("double", 16)) == Fit(number)


def test_a_count_is_an_integer():
    fit = fitted(COUNT, 3.0, place("double", 18))
    assert (fit.value, type(fit.value)) == (3, int)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, -0.5])
def test_what_is_no_count_or_measure_is_refused(value):
    assert fitted(MINUTES, value, place("double", 16)).refused == (
        f"live_minutes_viewed is {value}, which is no count or measure"
    )


def test_a_number_with_more_digits_than_the_field_is_refused():
    fit = fitted(COUNT, 100_000, place("double", 5))
    assert fit.refused == "plays is 100000, and the account's field takes 5 digits"


def test_the_largest_number_of_a_field_goes():
    assert fitted(COUNT, 99_999, place("double", 5)) == Fit(99_999)


def test_a_number_for_a_text_field_goes_as_text():
    assert fitted(COUNT, 5, place("string", 255)) == Fit("5")


def test_a_text_for_a_number_field_is_left_out_and_that_is_told():
    fit = fitted(TEXT, "yes", place("double", 18))
    assert fit == Fit(left_out=True, note="poll_3_answer left out: the account's field takes numbers only")


@pytest.mark.parametrize(
    ("name", "settings", "value", "sent"),
    [
        ("high_live_engagement_rate", {}, 62.5, 62.5),
        ("high_live_engagement_rate", {"rate_scale": "1"}, 62.5, 0.625),
        ("total_vod_completion_rate", {"rate_scale": "1"}, 50, 0.5),
        ("combined_live_engaged_users_play_time_ratio", {"rate_scale": "1"}, 0.63, 0.63),
        ("mic_on", {}, 1.5, 1.5),
        ("mic_on", {"mic_cam_unit": "seconds"}, 1.5, 90.0),
        ("live_minutes_viewed", {"mic_cam_unit": "seconds"}, 1.5, 1.5),
        ("entry_name", {"rate_scale": "1"}, "Keynote", "Keynote"),
    ],
)
def test_scales_and_units_are_the_connections(name, settings, value, sent):
    assert scaled(Config("salesforce", "sf", settings), name, value) == sent


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  a\x00b\x07c ", "abc"),
        ("one\ntwo\tthree", "one two three"),
        ("naïve 日本 🎉", "naïve 日本 🎉"),
        ("\ud800x", "x"),
    ],
)
def test_control_characters_do_not_reach_the_account(text, kept):
    assert plain(text) == kept


@pytest.mark.parametrize("text", ["a@example.com", "o'neil+x@mail.example.co.uk", "paula@example.inc"])
def test_an_ordinary_address_is_valid(text):
    assert email_valid(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "a b@example.com", "a@@example.com", ".a@example.com", "a.@example.com", "a@x..com", "a,b@x.com"],
)
def test_an_address_that_salesforce_refuses_is_not_valid(text):
    assert not email_valid(text)


def test_the_engagement_object_has_the_documents_31_columns():
    assert [one.api_name for one in ENGAGEMENT[:10]] == [
        "campaign_member__c",
        "Lead__c",
        "entry_id__c",
        "entry_name__c",
        "email__c",
        "user__c",
        "channel_id__c",
        "channel_name__c",
        "plays__c",
        "vod_minutes_viewed__c",
    ]
    assert len(ENGAGEMENT) == 31


def test_the_polls_object_has_the_documents_35_columns_and_no_user():
    names = [one.api_name for one in POLLS]
    assert names[-3:] == ["poll_10_type__c", "poll_10_answer__c", "poll_10_question__c"]
    assert len(names) == 35
    assert "user__c" not in names
