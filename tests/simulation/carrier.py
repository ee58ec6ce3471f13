"""A carrier without threads: requests act and answers arrive at seeded moments of virtual time."""

import heapq
from itertools import count
from random import Random

from turnout.clock import VirtualClock
from turnout.wire import Answer, Request, Send, Silence


class SeededCarrier:
    """Carries in virtual time. When the process that sent a request dies, the request may still act."""

    def __init__(self, clock: VirtualClock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._order = count()
        self.rough = False  # whether some requests take very long
        self._travelling: list[tuple[float, int, int, Request, Send]] = []
        self._answers: list[tuple[float, int, int, Answer]] = []

    def carry(self, ticket: int, request: Request, send: Send) -> None:
        sent = self._clock.now()
        slow = self.rough and self._random.random() < 0.04
        patience = request.timeout_seconds
        arrival = sent + (patience * self._random.uniform(0.3, 1.4) if slow else self._random.uniform(0.01, 2.0))
        if arrival >= sent + patience:  # given up, and yet it will act
            lost = Silence(left=True, reason="no answer in time")
            heapq.heappush(self._answers, (sent + patience, next(self._order), ticket, lost))
            ticket = 0
        heapq.heappush(self._travelling, (arrival, next(self._order), ticket, request, send))

    def next(self, until: float) -> tuple[int, Answer] | None:
        while True:
            acts = self._travelling[0][0] if self._travelling else float("inf")
            answers = self._answers[0][0] if self._answers else float("inf")
            if min(acts, answers) > until:
                self._clock.advance_to(until)
                return None
            assert min(acts, answers) < float("inf"), "waiting for an answer that nothing will bring"
            if acts <= answers:
                self._act()
            else:
                when, _, ticket, answer = heapq.heappop(self._answers)
                self._clock.advance_to(when)
                return ticket, answer

    def orphan(self) -> None:
        """The process died: no answer is heard any more, and what is under way arrives or does not."""
        self._answers.clear()
        survivors = [one for one in self._travelling if self._random.random() < 0.7]
        self._travelling = [(when, order, 0, request, send) for when, order, _, request, send in survivors]
        heapq.heapify(self._travelling)

    def _act(self) -> None:
        when, order, ticket, request, send = heapq.heappop(self._travelling)
        self._clock.advance_to(when)
        answer = send(request)
        if ticket:
            heapq.heappush(self._answers, (self._clock.now() + self._random.uniform(0.01, 1.0), order, ticket, answer))
