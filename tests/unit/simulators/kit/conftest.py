"""A vendor of one page: a shop that keeps what is put on its shelf."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from turnout.clock import VirtualClock
from turnout.simulators.kit.calls import Call, call_of, json_reply
from turnout.simulators.kit.faults import Fault
from turnout.simulators.kit.fidelity import Behaviour
from turnout.simulators.kit.routes import Route, Unknown
from turnout.simulators.kit.simulator import Simulator
from turnout.wire import Reply, Request


class Shop:
    kind = "shop"

    def __init__(self) -> None:
        self.shelf: list[str] = []

    def routes(self) -> Sequence[Route]:
        return (
            Route("GET", "/shelf", self.listed, query=("from",)),
            Route("POST", "/shelf/{thing}", self.put, writing=True),
        )

    def opened(self, request: Request, now: float) -> Call:
        return call_of(request, now)

    def admitted(self, call: Call, route: Route) -> Reply | None:
        return json_reply({"closed": True}, 401) if "closed" in call.headers else None

    def listed(self, call: Call) -> Reply:
        return json_reply({"shelf": self.shelf, "origin": call.origin})

    def put(self, call: Call) -> Reply:
        self.shelf.append(call.names["thing"])
        call.rows = 1
        return json_reply([call.names["thing"], len(call.body)])

    def unknown(self, call: Call, unknown: Unknown) -> Reply:
        return json_reply({"unknown": str(unknown)}, 404)

    def faulted(self, call: Call, fault: Fault) -> Reply:
        return json_reply({"fault": fault.do, "code": fault.code}, 403)

    def short(self, call: Call, reply: Reply) -> Reply:
        return json_reply(reply.json()[1:])

    def finished(self, call: Call, reply: Reply) -> Reply:
        return Reply(reply.status, {**reply.headers, "x-shop": "1"}, reply.body)

    def act(self, what: Mapping[str, Any]) -> Any:
        self.shelf.remove(what["thing"])
        return {"taken": what["thing"]}

    def state(self) -> Mapping[str, Any]:
        return {"shelf": self.shelf}

    def reset(self) -> None:
        self.shelf = []

    def fidelity(self) -> Sequence[Behaviour]:
        return (Behaviour("shelf", "a page", "yes", "a list"),)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(1000.0)


@pytest.fixture
def shop(clock: VirtualClock) -> Simulator:
    return Simulator(Shop(), clock)
