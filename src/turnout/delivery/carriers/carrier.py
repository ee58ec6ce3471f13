"""Threads that carry requests and nothing else."""

from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from turnout.clock import Clock
from turnout.wire import Answer, Request, Send, Silence


class Carrier(Protocol):
    """What carries requests out and answers in. A simulation has one without threads."""

    def carry(self, ticket: int, request: Request, send: Send) -> None:
        """Send `request`; its answer comes back under `ticket`."""
        ...

    def next(self, until: float) -> tuple[int, Answer] | None:
        """Return the next answer, or None once the clock shows `until`."""
        ...


THREADS: Final = 256
"""At most so many calls on their way, by all accounts; the pace of each holds its own far lower."""


class ThreadCarrier:
    """Carries with a pool of threads, made as they are needed."""

    def __init__(self, clock: Clock, threads: int = THREADS) -> None:
        self._clock = clock
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="carrier")
        self._answers: SimpleQueue[tuple[int, Answer]] = SimpleQueue()

    def carry(self, ticket: int, request: Request, send: Send) -> None:
        self._pool.submit(self._carry, ticket, request, send)

    def next(self, until: float) -> tuple[int, Answer] | None:
        patience = min(max(0.0, until - self._clock.now()), 3600.0)
        try:
            return self._answers.get(timeout=patience) if patience else self._answers.get_nowait()
        except Empty:
            return None

    def close(self) -> None:
        """Wait for the calls on their way, and end the threads."""
        self._pool.shutdown()

    def _carry(self, ticket: int, request: Request, send: Send) -> None:
        answer: Answer = Silence(left=True, reason="the call broke inside Turnout")
        try:
            answer = send(request)
        finally:
            self._answers.put((ticket, answer))
