import pytest

from turnout.sources.kaltura.reading.directory import Directory
from turnout.sources.kaltura.reading.engagement import READ, Reports, levels, merged

EMAILS = {
    "ann": "ann@example.com",
    "Bea@Example.com": "bea@example.com",
    "cy": "",
    "dan": "two@x.org",
    "eve": "two@x.org",
}


def player(user: str, **more: str) -> dict[str, str]:
    return {**dict.fromkeys(READ["40009"], "0"), "user_id": user, **more}


def person(email: str, **more: str) -> dict[str, str]:
    return {**dict.fromkeys(READ["60013"], "0"), "email": email, **more}


def reaction(email: str, **more: str) -> dict[str, str]:
    return {**dict.fromkeys(READ["4021"], "0"), "email": email, **more}


def one(reports: Reports, *, timed: bool = True, seconds: bool = False):
    return merged(reports, Directory(EMAILS), timed=timed, seconds=seconds)


def test_three_reports_make_one_row():
    made = one(
        Reports(
            [player("ann", count_plays="2", sum_view_period="5", sum_live_view_period="3", total_completion_rate="40")],
            [person("ann@example.com", live_view_time="4.5", vod_view_time="2", count_poll_answered="1")],
            [reaction("ann@example.com", clap_clicked_count="3", mic_on="1.5")],
        )
    )
    row = made.rows["ann"]
    assert (row["plays"], row["live_minutes_viewed"], row["vod_minutes_viewed"]) == (2, 4.5, 2.0)
    assert (row["total_vod_completion_rate"], row["clap_clicked_count"], row["mic_on"]) == (40.0, 3, 1.5)
    assert (row["answered_polls"], row["qna_threads"]) == (1, 0)


def test_a_report_that_was_refused_leaves_its_numbers_missing_and_not_zero():
    row = one(Reports([player("ann", count_plays="1")], [person("ann@example.com")], None)).rows["ann"]
    assert "clap_clicked_count" not in row
    assert row["raise_hand"] == 0


def test_two_people_of_one_address_are_asked_for_one_by_one_and_get_no_zeros_meanwhile():
    made = one(
        Reports([player("dan"), player("eve")], [person("two@x.org"), person("two@x.org")], [reaction("two@x.org")])
    )
    assert made.asking == ["dan", "eve"]
    assert "clap_clicked_count" not in made.rows["dan"]
    assert made.nobody == 1


def test_who_was_asked_for_alone_is_not_asked_for_again():
    alone = {"dan": [person("two@x.org", count_q_and_a_threads="2")]}
    made = one(Reports([player("dan")], [person("two@x.org")], None, alone))
    assert (made.asking, made.rows["dan"]["qna_threads"]) == (["eve"], 2)


def test_a_person_without_an_address_is_asked_for_alone():
    assert one(Reports([player("cy")], [person("")], None)).asking == ["cy"]


@pytest.mark.parametrize(("timed", "known"), [(True, True), (False, False)])
def test_completion_of_nothing_means_something_only_where_the_duration_is_known(timed, known):
    row = one(Reports([player("ann")], None, None), timed=timed).rows["ann"]
    assert ("total_vod_completion_rate" in row) is known


def test_the_ratio_is_missing_where_nobody_was_live():
    row = one(Reports(None, [person("ann@example.com")], None)).rows["ann"]
    assert "combined_live_engaged_users_play_time_ratio" not in row


def test_seconds_of_the_microphone_become_minutes_where_the_setting_says_so():
    row = one(Reports(None, None, [reaction("ann@example.com", mic_on="90")]), seconds=True).rows["ann"]
    assert row["mic_on"] == 1.5


def test_addresses_are_known_letter_by_letter_first_and_then_in_any_capitals():
    who = Directory({"a": "Victor@Example.com ", "b": "victor@example.com"})
    assert (who.by_email("Victor@Example.com "), who.by_email("victor@example.com")) == (["a"], ["b"])
    assert Directory({"a": "Ann@X.org"}).by_email("ann@x.org") == ["a"]


def test_an_id_that_a_report_mutilates_is_found_again():
    assert Directory({"a|b;c": ""}).users("a b c") == ["a|b;c"]


def test_levels_count_the_views_of_each_state_and_rooms_for_none():
    rows = [
        {"user_engagement": "SoundOnTabFocusedFullScreenOff", "count_viewers": "4"},
        {"user_engagement": "SoundOnTabFocusedFullScreen", "count_viewers": "1"},
        {"user_engagement": "SoundOffTabFocusedFullScreen", "count_viewers": "1"},
        {"user_engagement": "SoundOnTabNotFocused", "count_viewers": "1"},
        {"user_engagement": "SoundOffTabNotFocusedFullScreenOff", "count_viewers": "1"},
        {"user_engagement": "TabFocusedMicMutedFullScreenOffCameraOffSoundOnOffStage", "count_viewers": "9"},
    ]
    assert levels(rows) == {
        "no_live_engagement_rate": 12.5,
        "low_live_engagement_rate": 12.5,
        "fair_live_engagement_rate": 12.5,
        "good_live_engagement_rate": 50.0,
        "high_live_engagement_rate": 12.5,
    }


def test_nobody_watching_has_no_levels():
    assert levels([]) == {}
