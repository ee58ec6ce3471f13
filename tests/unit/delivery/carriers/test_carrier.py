import threading
from collections.abc import Iterator

import pytest

from turnout.clock import SystemClock, VirtualClock
from turnout.delivery.carriers.carrier import ThreadCarrier
from turnout.wire import Reply, Silence, get

REQUEST = get("/x")
SOON = 10.0


@pytest.fixture
def carrier() -> Iterator[ThreadCarrier]:
    made = ThreadCarrier(SystemClock())
    yield made
    made.close()


def test_an_answer_comes_back_under_its_ticket(carrier):
    carrier.carry(7, REQUEST, lambda request: Reply(200, {}, request.url.encode()))

    assert carrier.next(SystemClock().now() + SOON) == (7, Reply(200, {}, b"/x"))


def test_nothing_on_its_way_is_none_once_the_time_has_come(carrier):
    assert carrier.next(0.0) is None


def test_an_answer_that_is_there_is_handed_over_although_the_time_has_come(carrier):
    there = threading.Event()

    def send(_):
        return Reply(200)

    carrier.carry(1, REQUEST, send)
    carrier.carry(2, REQUEST, lambda _: there.set() or Reply(201))
    there.wait(SOON)
    first = carrier.next(SystemClock().now() + SOON)

    assert first is not None
    assert first[1] in (Reply(200), Reply(201))


def test_a_call_that_breaks_inside_may_have_left(carrier):
    def send(_):
        raise UnicodeEncodeError("ascii", "é", 0, 1, "a header that is not ASCII")

    carrier.carry(3, REQUEST, send)

    assert carrier.next(SystemClock().now() + SOON) == (3, Silence(left=True, reason="the call broke inside Turnout"))


def test_slow_calls_hold_up_no_other(carrier):
    gate = threading.Event()
    for ticket in range(100):
        carrier.carry(ticket, REQUEST, lambda _: gate.wait(SOON) and Reply(200))
    carrier.carry(100, REQUEST, lambda _: Reply(201))

    quick = carrier.next(SystemClock().now() + SOON)
    gate.set()

    assert quick == (100, Reply(201))


def test_closing_waits_for_the_calls_on_their_way():
    carrier = ThreadCarrier(VirtualClock())
    gate, done = threading.Event(), []
    carrier.carry(1, REQUEST, lambda _: (gate.wait(SOON) and done.append("acted")) or Reply(200))
    gate.set()

    carrier.close()

    assert done == ["acted"]
