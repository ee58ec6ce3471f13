import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.delivery.pace import Opening, Pace
from turnout.destinations.kit import Limits

MARKETO = Limits(calls=100, window_seconds=20.0, concurrent=10)
FEW = Limits(calls=2, window_seconds=20.0, concurrent=10)


def test_a_call_may_leave_at_once_when_nothing_is_on_its_way():
    assert Pace(MARKETO, 50.0).opening(0.0) == Opening(0.0, "")


@pytest.mark.parametrize(
    ("share", "calls", "concurrent"), [(50.0, 50, 5), (100.0, 100, 10), (10.0, 10, 1), (1.0, 1, 1)]
)
def test_the_share_holds_for_calls_and_for_calls_at_once(share, calls, concurrent):
    pace = Pace(MARKETO, share)

    assert (pace.calls, pace.concurrent) == (calls, concurrent)


def test_a_slot_is_free_again_a_window_after_the_reply_and_not_after_the_call():
    pace = Pace(FEW, 100.0)
    pace.sent()
    pace.sent()
    pace.answered(8.0)
    pace.answered(9.0)

    assert pace.opening(20.0) == Opening(28.0, "2 calls in 20 s are what is granted")
    assert pace.opening(27.9).at == 28.0
    assert pace.opening(28.0) == Opening(0.0, "")


def test_a_call_on_its_way_takes_a_slot_of_the_window():
    pace = Pace(FEW, 100.0)
    pace.sent()
    pace.answered(5.0)
    pace.sent()

    assert pace.opening(6.0).at == 25.0


def test_calls_at_once_wait_for_an_answer_however_long_it_takes():
    pace = Pace(MARKETO, 10.0)
    pace.sent()

    assert pace.opening(1000.0) == Opening(float("inf"), "1 calls are on their way already")

    pace.answered(1000.0)

    assert pace.opening(1000.0).at == 0.0


def test_a_pause_holds_everything_until_its_end_and_says_why():
    pace = Pace(MARKETO, 50.0)
    pace.pause(30.0, "too many calls")

    assert pace.opening(29.9) == Opening(30.0, "too many calls")
    assert pace.opening(30.0).at == 0.0


def test_a_shorter_pause_does_not_end_a_longer_one():
    pace = Pace(MARKETO, 50.0)
    pace.pause(30.0, "long")
    pace.pause(10.0, "short")

    assert pace.opening(20.0) == Opening(30.0, "long")


def test_calls_that_another_process_made_count():
    pace = Pace(FEW, 100.0)
    pace.recall([3.0, 4.0])

    assert pace.opening(5.0).at == 23.0


@given(st.lists(st.integers(0, 20).map(lambda n: n / 4), min_size=1, max_size=60), st.integers(1, 9))
def test_no_window_ever_sees_more_calls_than_granted(durations, calls):
    pace = Pace(Limits(calls=calls, window_seconds=20.0, concurrent=3), 100.0)
    now, flying, counted = 0.0, [], []
    for seconds in durations:
        while (at := pace.opening(now).at) > now:
            landing = min(flying, default=float("inf"))
            now = min(at, landing)
            if now == landing:
                flying.remove(now)
                pace.answered(now)
        pace.sent()
        flying.append(now + seconds)
        counted.append((now, now + seconds))

    # The account may count a call at any moment between its leaving and its reply.
    for _, begin in counted:
        assert sum(left < begin + 20.0 and reply >= begin for left, reply in counted) <= calls


DAILY = Limits(calls=100, window_seconds=20.0, concurrent=10, daily=4)


def test_no_day_holds_more_than_the_share_of_its_calls():
    pace = Pace(DAILY, 50.0)
    for at in (1000.0, 2000.0):
        pace.sent()
        pace.answered(at)
    assert pace.opening(3000.0) == Opening(87_400.0, "2 calls a day are what is granted")


def test_a_days_call_counts_no_more_a_day_after_its_reply():
    pace = Pace(DAILY, 50.0)
    pace.recall([1000.0, 2000.0])
    assert pace.opening(87_400.0) == Opening(0.0, "")


def test_what_is_on_its_way_counts_for_the_day():
    pace = Pace(DAILY, 50.0)
    pace.sent()
    pace.sent()
    assert pace.opening(0.0).at == float("inf")


def test_past_calls_count_for_as_long_as_the_account_counts():
    assert (Pace(DAILY, 50.0).memory_seconds, Pace(FEW, 50.0).memory_seconds) == (86_400.0, 20.0)
