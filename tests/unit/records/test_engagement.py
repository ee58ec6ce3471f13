from collections.abc import Mapping

import pytest

from turnout.records.engagement import Cell, Counted, Reported, SessionFacts, engagement, homes
from turnout.values.records import Value

ENTRY = "1_live0001"
PLAYER = SessionFacts(frozenset({"player"}), duration_known=True)
REPORTS = SessionFacts(frozenset({"player", "reactions"}), duration_known=True, reports_win=True)
BEACONS = SessionFacts(frozenset({"player", "reactions"}), duration_known=True, reports_win=False)


def counted(channel: int | None = 7, at: float = 1.0, person: str = "ada", **parts: int) -> Counted:
    return Counted(person, ENTRY, channel, parts, at)


def reported(channel: int | None = 7, person: str = "ada", **values: Value) -> Reported:
    return Reported(person, ENTRY, channel, values)


def rows(*facts: Counted | Reported, session: SessionFacts = PLAYER) -> dict[int, dict[str, Value]]:
    """Return ada's rows in the session, by channel."""
    beacons = [fact for fact in facts if isinstance(fact, Counted)]
    reports = [fact for fact in facts if isinstance(fact, Reported)]
    home = homes(beacons, {}, reports)
    found = engagement(beacons, reports, home=home, sessions={ENTRY: session})
    return {cell.channel: values for cell, values in found.items()}


def known(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def test_the_home_is_the_channel_known_first() -> None:
    assert homes([counted(8, at=2.0), counted(7, at=1.0), counted(None)], {}) == {("ada", ENTRY): 7}


def test_of_channels_known_at_one_time_the_lowest_is_home() -> None:
    assert homes([counted(8), counted(7)], {}) == {("ada", ENTRY): 7}


def test_where_no_channel_is_known_home_is_0() -> None:
    assert homes([counted(None)], {}) == {("ada", ENTRY): 0}


def test_a_home_fixed_before_is_kept_for_good() -> None:
    assert homes([counted(7)], {("ada", ENTRY): 0}) == {("ada", ENTRY): 0}


def test_a_reports_channel_is_home_where_no_beacon_names_one() -> None:
    assert homes([counted(None)], {}, [reported(9)]) == {("ada", ENTRY): 9}


def test_a_beacons_channel_goes_before_a_reports() -> None:
    assert homes([counted(8)], {}, [reported(7)]) == {("ada", ENTRY): 8}


def test_a_report_without_a_channel_has_a_home_too() -> None:
    assert homes([], {}, [reported(None)]) == {("ada", ENTRY): 0}


def test_facts_without_a_channel_count_on_the_home_row() -> None:
    found = rows(counted(7, plays=1), counted(8, at=2.0, plays=1), counted(None, claps=3), session=REPORTS)
    assert {channel: values["clap_clicked_count"] for channel, values in found.items()} == {7: 3, 8: 0}


def test_a_reaction_beside_a_report_makes_no_second_row() -> None:
    assert list(rows(reported(9, plays=1), counted(None, claps=1))) == [9]


def test_parts_of_one_cell_are_added_before_rates_are_made() -> None:
    found = rows(counted(live_ms=60_000, live_high_ms=60_000), counted(live_ms=180_000))
    assert (found[7]["live_minutes_viewed"], found[7]["high_live_engagement_rate"]) == (4.0, 25.0)


def test_two_persons_have_two_rows() -> None:
    facts = [counted(person="ada", plays=1), counted(person="bob", plays=2)]
    found = engagement(facts, [], home={}, sessions={ENTRY: PLAYER})
    assert {cell: values["plays"] for cell, values in found.items()} == {
        Cell("ada", ENTRY, 7): 1,
        Cell("bob", ENTRY, 7): 2,
    }


def test_a_count_is_0_where_a_source_that_sees_it_was_read() -> None:
    assert rows(counted(plays=1), session=REPORTS)[7]["clap_clicked_count"] == 0


def test_a_count_is_missing_where_no_source_that_sees_it_was_read() -> None:
    assert rows(counted(plays=1))[7]["clap_clicked_count"] is None


def test_without_live_time_the_rates_are_missing() -> None:
    found = rows(counted(plays=1, vod_ms=60_000))[7]
    assert [found[f"{level}_live_engagement_rate"] for level in ("no", "low", "fair", "good", "high")] == [None] * 5


def test_completion_without_a_known_duration_is_missing() -> None:
    found = rows(counted(vod_slices_lo=1), session=SessionFacts(frozenset({"player"})))
    assert found[7]["total_vod_completion_rate"] is None


def test_a_session_that_nobody_described_has_nothing_but_what_was_reported() -> None:
    found = engagement([], [reported(plays=2)], home={}, sessions={})
    assert known(found[Cell("ada", ENTRY, 7)]) == {"plays": 2}


@pytest.mark.parametrize(("session", "plays"), [(REPORTS, 5), (BEACONS, 2)])
def test_a_setting_says_whether_reports_or_beacons_win(session: SessionFacts, plays: int) -> None:
    assert rows(counted(plays=2), reported(plays=5), session=session)[7]["plays"] == plays


@pytest.mark.parametrize("session", [REPORTS, BEACONS])
def test_what_one_way_misses_the_other_way_gives(session: SessionFacts) -> None:
    found = rows(counted(plays=2, claps=1), reported(raise_hand=4), session=session)[7]
    assert (found["plays"], found["clap_clicked_count"], found["raise_hand"]) == (2, 1, 4)


def test_a_winning_report_that_misses_a_value_does_not_take_it_away() -> None:
    assert rows(counted(plays=2), reported(plays=None), session=REPORTS)[7]["plays"] == 2


def test_a_report_without_beacons_is_not_lowered_to_0_by_beacons_that_win() -> None:
    assert rows(reported(plays=5), session=BEACONS)[7]["plays"] == 5


def test_reports_of_one_persons_attendees_add_counts_and_minutes() -> None:
    found = rows(reported(plays=2, live_minutes_viewed=0.1), reported(plays=3, live_minutes_viewed=0.2))
    assert (found[7]["plays"], found[7]["live_minutes_viewed"]) == (5, 0.3)


def test_rates_of_reports_are_weighed_by_their_live_minutes() -> None:
    found = rows(
        reported(live_minutes_viewed=30, high_live_engagement_rate=100.0),
        reported(live_minutes_viewed=10, high_live_engagement_rate=50.0),
    )
    assert found[7]["high_live_engagement_rate"] == 87.5


def test_folded_rates_are_rounded_half_up() -> None:
    found = rows(
        reported(live_minutes_viewed=1, high_live_engagement_rate=0.01),
        reported(live_minutes_viewed=1, high_live_engagement_rate=0.02),
    )
    assert found[7]["high_live_engagement_rate"] == 0.02


def test_rates_without_live_minutes_fold_to_the_highest() -> None:
    found = rows(reported(good_live_engagement_rate=20.0), reported(good_live_engagement_rate=30.0))
    assert found[7]["good_live_engagement_rate"] == 30.0


def test_completion_of_several_attendees_is_the_highest() -> None:
    found = rows(reported(total_vod_completion_rate=40), reported(total_vod_completion_rate=60))
    assert found[7]["total_vod_completion_rate"] == 60.0


def test_a_value_that_only_one_attendee_has_is_kept_in_the_fold() -> None:
    assert rows(reported(plays=2), reported(raise_hand=1))[7]["plays"] == 2


def test_a_report_that_may_still_grow_goes_behind_beacons_and_fills_what_they_lack() -> None:
    growing = reported(7, plays=5, clap_clicked_count=2)._replace(final=False)
    (values,) = rows(counted(7, plays=9), growing, session=SessionFacts(frozenset({"player"}))).values()
    assert (values["plays"], values["clap_clicked_count"]) == (9, 2)


def test_a_final_report_of_the_whole_session_wins_on_its_one_row() -> None:
    found = rows(counted(7, plays=9), reported(None, plays=5), session=REPORTS)
    assert {channel: values["plays"] for channel, values in found.items()} == {7: 5}


def test_a_report_of_the_whole_session_counts_nothing_twice_where_beacons_know_two_channels() -> None:
    found = rows(
        counted(7, plays=3), counted(8, at=2.0, plays=2), reported(None, plays=5, qna_threads=4), session=REPORTS
    )
    assert {channel: (values["plays"], values["qna_threads"]) for channel, values in found.items()} == {
        7: (3, 4),
        8: (2, None),
    }
