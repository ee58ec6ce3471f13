"""The control door `/_sim/`: what stands, what was called, what shall go wrong, what time it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from turnout.clock import Clock, ShiftedClock, VirtualClock
from turnout.simulators.kit.calls import json_reply
from turnout.simulators.kit.faults import Fault
from turnout.wire import Reply, Request

if TYPE_CHECKING:
    from turnout.simulators.kit.simulator import Simulator

DOOR: Final = "/_sim/"


def at_the_door(simulator: "Simulator", request: Request) -> Reply:
    """Answer a request to the control door; what it cannot do is 400 or 404 with a sentence."""
    answer = ANSWERS.get((request.method.upper(), request.path.removeprefix(DOOR)))
    if answer is None:
        known = sorted(f"{method} {DOOR}{name}" for method, name in ANSWERS)
        return json_reply({"error": f"no such door: {request.method} {request.path}", "doors": known}, 404)
    try:
        return json_reply(answer(simulator, request))
    except (ValueError, KeyError, TypeError) as problem:  # msgspec's own errors are ValueErrors
        return json_reply({"error": f"{type(problem).__name__}: {problem}"}, 400)


def advance(clock: Clock, seconds: float) -> None:
    """Let a clock that can be moved jump ahead; ValueError where it is the machine's own."""
    if isinstance(clock, ShiftedClock):
        clock.shift_seconds += seconds
    elif isinstance(clock, VirtualClock):
        clock.sleep(seconds)
    else:
        raise ValueError("this simulator runs on the machine's own clock, which cannot be moved")


def _state(simulator: "Simulator", _request: Request) -> Any:
    return simulator.vendor.state()


def _calls(simulator: "Simulator", _request: Request) -> Any:
    return simulator.book.shown()


def _faults(simulator: "Simulator", _request: Request) -> Any:
    return msgspec.to_builtins(simulator.faults.shown())


def _set_faults(simulator: "Simulator", request: Request) -> Any:
    simulator.faults.set(msgspec.json.decode(request.body, type=list[Fault]))
    return _faults(simulator, request)


def _clear_faults(simulator: "Simulator", request: Request) -> Any:
    simulator.faults.clear()
    return _faults(simulator, request)


def _clock(simulator: "Simulator", _request: Request) -> Any:
    return {"now": simulator.clock.now()}


def _advance(simulator: "Simulator", request: Request) -> Any:
    advance(simulator.clock, float(request.json()["advance_seconds"]))
    return _clock(simulator, request)


def _reset(simulator: "Simulator", _request: Request) -> Any:
    simulator.reset()
    return {"reset": True}


def _act(simulator: "Simulator", request: Request) -> Any:
    return simulator.vendor.act(request.json())


def _fidelity(simulator: "Simulator", _request: Request) -> Any:
    return msgspec.to_builtins(simulator.vendor.fidelity())


ANSWERS: Final[dict[tuple[str, str], Callable[["Simulator", Request], Any]]] = {
    ("GET", "state"): _state,
    ("GET", "calls"): _calls,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _set_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _advance,
    ("POST", "reset"): _reset,
    ("POST", "act"): _act,
    ("GET", "fidelity"): _fidelity,
}
