from hypothesis import given
from hypothesis import strategies as st

from turnout.records.polls import Answered, beyond, polls, slots

ENTRY = "1_live0001"


def answer(
    poll: str, *, text: str = "yes", person: str = "ada", launched: float = 1.0, at: float = 5.0, session: str = ENTRY
) -> Answered:
    return Answered(person, session, poll, f"{poll}?", "single", text, launched_at=launched, answered_at=at)


def test_slots_follow_the_order_of_launch() -> None:
    answers = [answer("late", launched=3.0), answer("early", launched=1.0), answer("middle", launched=2.0)]
    assert slots(answers, {}) == {(ENTRY, "early"): 1, (ENTRY, "middle"): 2, (ENTRY, "late"): 3}


def test_a_poll_launched_twice_counts_from_its_first_launch() -> None:
    answers = [answer("a", launched=3.0), answer("b", launched=2.0), answer("a", launched=1.0)]
    assert slots(answers, {}) == {(ENTRY, "a"): 1, (ENTRY, "b"): 2}


def test_a_fixed_slot_is_never_renumbered() -> None:
    answers = [answer("a", launched=3.0), answer("b", launched=1.0)]
    assert slots(answers, {(ENTRY, "a"): 1}) == {(ENTRY, "a"): 1, (ENTRY, "b"): 2}


def test_a_slot_of_a_poll_that_nobody_tells_of_any_more_stays_taken() -> None:
    assert slots([answer("b")], {(ENTRY, "a"): 1}) == {(ENTRY, "b"): 2}


def test_a_new_poll_takes_the_slot_after_the_highest() -> None:
    assert slots([answer("b")], {(ENTRY, "a"): 3}) == {(ENTRY, "b"): 4}


def test_each_session_numbers_its_own_polls() -> None:
    answers = [answer("a"), answer("b", session="1_live0004")]
    assert slots(answers, {}) == {(ENTRY, "a"): 1, ("1_live0004", "b"): 1}


def test_slot_n_is_the_same_poll_for_everyone() -> None:
    answers = [answer("a", launched=1.0), answer("b", launched=2.0, person="bob")]
    found = polls(answers, slots(answers, {}))
    assert found["bob", ENTRY] == {"poll_2_type": "single", "poll_2_answer": "yes", "poll_2_question": "b?"}


def test_only_answered_polls_are_filled() -> None:
    answers = [answer("a"), answer("b", person="bob", launched=2.0)]
    assert set(polls(answers, slots(answers, {}))["ada", ENTRY]) == {"poll_1_type", "poll_1_answer", "poll_1_question"}


def test_the_last_answer_to_a_poll_counts() -> None:
    answers = [answer("a", text="second", at=6.0), answer("a", text="first", at=5.0)]
    assert polls(answers, slots(answers, {}))["ada", ENTRY]["poll_1_answer"] == "second"


def test_polls_beyond_the_tenth_are_kept_and_counted_and_not_sent() -> None:
    answers = [answer(f"p{number:02}", launched=float(number)) for number in range(1, 13)]
    slot = slots(answers, {})
    sent = polls(answers, slot)["ada", ENTRY]
    assert (slot[ENTRY, "p12"], beyond(answers, slot), len(sent)) == (12, 2, 30)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 9)), max_size=12), st.integers(0, 12))
def test_whenever_slots_are_fixed_they_stay(told: list[tuple[str, float]], cut: int) -> None:
    answers = [answer(poll, launched=launched) for poll, launched in told]
    early = slots(answers[:cut], {})
    late = slots(answers, early)
    assert late.items() >= early.items()
    assert sorted(late.values()) == list(range(1, len(late) + 1))
