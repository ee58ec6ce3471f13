import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.records.attendance import Seen, attendance, before, folded, member_values
from turnout.records.statuses import STATUS

WORDS = st.sampled_from(sorted(STATUS))
HISTORIES = st.lists(st.builds(Seen, st.floats(0, 9), WORDS), min_size=1, max_size=6)


def history(*words: str) -> list[Seen]:
    return [Seen(float(at), word) for at, word in enumerate(words, 1)]


def wanted(*words: str, keep_attended: bool = True) -> str:
    found = attendance(history(*words), keep_attended=keep_attended)
    assert found is not None
    return found.word


@pytest.mark.parametrize("word", sorted(STATUS))
def test_a_status_seen_alone_is_wanted(word: str) -> None:
    assert wanted(word) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("registered", "attended"), "attended"),
        (("attended", "registered"), "attended"),
        (("participated", "attended"), "participated"),
        (("attended", "participatedPostEvent"), "participatedPostEvent"),
        (("participated", "participatedPostEvent"), "participated"),
        (("confirmed", "registered"), "confirmed"),
        (("registered", "created"), "registered"),
    ],
)
def test_the_ladder_is_never_descended(words: tuple[str, ...], word: str) -> None:
    assert wanted(*words) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("confirmed", "autoConfirmed"), "autoConfirmed"),
        (("autoConfirmed", "confirmed"), "confirmed"),
        (("invited", "invitedPendingRegistration"), "invitedPendingRegistration"),
        (("invitedPendingRegistration", "invited"), "invited"),
    ],
)
def test_equal_steps_swap_to_the_latest(words: tuple[str, ...], word: str) -> None:
    assert wanted(*words) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("registered", "blocked"), "blocked"),
        (("participated", "blocked"), "blocked"),
        (("unregistered", "blocked"), "blocked"),
        (("blocked", "registered"), "registered"),
        (("attended", "blocked", "registered"), "attended"),
        (("blocked", "unregistered"), "unregistered"),
    ],
)
def test_blocked_counts_only_while_it_is_current(words: tuple[str, ...], word: str) -> None:
    assert wanted(*words) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("registered", "unregistered"), "unregistered"),
        (("confirmed", "unregistered", "invited"), "invited"),
        (("confirmed", "unregistered", "registered"), "registered"),
        (("unregistered", "registered", "unregistered"), "unregistered"),
        (("registered", "unregistered", "blocked", "registered"), "registered"),
    ],
)
def test_un_registering_before_attending_begins_anew(words: tuple[str, ...], word: str) -> None:
    assert wanted(*words) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("attended", "unregistered"), "attended"),
        (("participated", "unregistered"), "participated"),
        (("participatedPostEvent", "unregistered"), "participatedPostEvent"),
        (("participated", "unregistered", "registered"), "participated"),
    ],
)
def test_who_attended_stays_attended_after_un_registering(words: tuple[str, ...], word: str) -> None:
    assert wanted(*words) == word


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("attended", "unregistered"), "unregistered"),
        (("participated", "unregistered", "registered"), "registered"),
        (("participated", "unregistered", "attended"), "attended"),
    ],
)
def test_a_setting_lets_who_attended_un_register(words: tuple[str, ...], word: str) -> None:
    assert wanted(*words, keep_attended=False) == word


def test_the_order_of_arrival_does_not_matter_where_times_differ() -> None:
    assert attendance(history("confirmed", "unregistered", "registered")[::-1]) == Seen(3.0, "registered")


def test_of_statuses_seen_at_one_time_the_one_told_last_is_current() -> None:
    assert attendance([Seen(1.0, "unregistered"), Seen(1.0, "registered")]) == Seen(1.0, "registered")


def test_of_equal_steps_seen_at_one_time_the_one_told_last_is_wanted() -> None:
    assert attendance([Seen(1.0, "confirmed"), Seen(1.0, "autoConfirmed")]) == Seen(1.0, "autoConfirmed")


def test_nothing_is_wanted_of_who_never_had_a_status() -> None:
    assert attendance([]) is None


@given(HISTORIES, st.booleans())
def test_whoever_had_a_status_has_one_that_was_seen(seen: list[Seen], keep_attended: bool) -> None:
    assert attendance(seen, keep_attended=keep_attended) in seen


@given(HISTORIES)
def test_more_history_on_the_ladder_never_lowers_what_is_wanted(seen: list[Seen]) -> None:
    ladder = [one for one in seen if STATUS[one.word].ladder]
    ranks = [STATUS[found.word].rank for end in range(1, len(ladder) + 1) if (found := attendance(ladder[:end]))]
    assert ranks == sorted(ranks)


def test_several_attendees_fold_to_the_highest_status_on_the_ladder() -> None:
    assert folded([Seen(1.0, "participated"), Seen(2.0, "registered")]) == Seen(1.0, "participated")


def test_one_blocked_attendee_does_not_hide_another_ones_status() -> None:
    assert folded([Seen(2.0, "blocked"), Seen(1.0, "registered")]) == Seen(1.0, "registered")


def test_attendees_who_are_all_off_the_ladder_fold_to_the_latest() -> None:
    assert folded([Seen(1.0, "blocked"), Seen(2.0, "unregistered")]) == Seen(2.0, "unregistered")


def test_no_status_folds_to_none() -> None:
    assert folded([]) is None


def test_the_status_before_a_visit_after_the_event_is_the_highest_below_it() -> None:
    seen = history("registered", "attended", "participatedPostEvent")
    assert before(seen, seen[-1]) == Seen(2.0, "attended")


def test_nothing_stands_before_the_only_status() -> None:
    assert before([Seen(1.0, "participatedPostEvent")], Seen(1.0, "participatedPostEvent")) is None


def test_member_values_carry_kalturas_word_and_both_vocabularies() -> None:
    assert member_values(Seen(1.0, "confirmed"), None) == {
        "status": "confirmed",
        "code": "Confirmed",
        "label": "Confirmed email",
    }


def test_who_was_created_by_single_sign_on_has_a_label_of_their_own() -> None:
    assert member_values(Seen(1.0, "created", sso=True), None)["label"] == "SSO login"


def test_a_visit_after_the_event_carries_the_status_before_it() -> None:
    assert member_values(Seen(2.0, "participatedPostEvent"), Seen(1.0, "created", sso=True)) == {
        "status": "participatedPostEvent",
        "code": "Attended",
        "label": "Post-event visit",
        "before": "created",
        "before_label": "SSO login",
    }


def test_no_other_status_carries_one_before_it() -> None:
    assert "before" not in member_values(Seen(2.0, "attended"), Seen(1.0, "registered"))
