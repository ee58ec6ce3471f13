"""Kaltura as a simulator: its services on one address, its manners, its faults."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import convert, to_builtins

from turnout.clock import Clock, ShiftedClock
from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.refusals import TEXTS, Refused
from turnout.simulators.kaltura.account.seed import seeded
from turnout.simulators.kaltura.account.settings import Settings
from turnout.simulators.kaltura.acts import act
from turnout.simulators.kaltura.api import objects, session
from turnout.simulators.kaltura.api.actions import Api, refused
from turnout.simulators.kaltura.api.calls import PREFIX, ApiCall, api_call
from turnout.simulators.kaltura.fidelity import BEHAVIOURS
from turnout.simulators.kaltura.reports import custom, report
from turnout.simulators.kaltura.services.bodies import json_call
from turnout.simulators.kaltura.services.region import Region, place
from turnout.simulators.kaltura.services.region import refused as refused_beside
from turnout.simulators.kit.calls import Call, call_of, json_reply
from turnout.simulators.kit.faults import Fault
from turnout.simulators.kit.fidelity import Behaviour
from turnout.simulators.kit.routes import Route, Unknown
from turnout.simulators.kit.simulator import Simulator
from turnout.wire import Reply, Request

ACTIONS: Final = (*session.ACTIONS, *objects.ACTIONS, *report.ACTIONS, *custom.ACTIONS)
LISTS: Final = ("objects", "events", "sessions", "users", "interactions")


def kaltura(*, clock: Clock | None = None, seed: Mapping[str, Any] | None = None, rng_seed: int = 1) -> Simulator:
    """Return a Kaltura account that answers requests; without a clock, one on the machine's own, movable."""
    clock = clock or ShiftedClock()
    return Simulator(Kaltura(clock, seed), clock, rng_seed)


def credentials(seed: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return what a connection to the account of a seed needs: partner, admin secret, and its first token."""
    settings = convert((seed or {}).get("settings", {}), Settings)
    told = {"partner_id": str(settings.partner_id), "admin_secret": settings.admin_secret}
    for token in settings.app_tokens[:1]:
        told |= {"app_token_id": token.id, "app_token": token.token}
    return told


class Kaltura:
    """The vendor that the simulator's kit asks."""

    kind = "kaltura"

    def __init__(self, clock: Clock, seed: Mapping[str, Any] | None) -> None:
        self._clock = clock
        self._seed = seed
        self.account = seeded(seed, clock.now())
        self._api = Api(self._standing, ACTIONS)
        self._region = Region(self._standing)

    def routes(self) -> Sequence[Route]:
        return [*self._api.routes(), *self._region.routes()]

    def opened(self, request: Request, now: float) -> Call:
        call = call_of(request, now)
        if (path := place(call)) is not None:
            return json_call(call, path)
        return api_call(call) if call.path.startswith(PREFIX) else call

    def admitted(self, call: Call, _route: Route) -> Reply | None:
        self.account.world.move(call.now)
        if isinstance(call, ApiCall):
            try:
                self.account.sessions.admit("api_v3", call.now)
            except Refused as problem:
                return refused(problem, call)
        return None

    def unknown(self, call: Call, unknown: Unknown) -> Reply:
        if unknown.what == "parameter":
            return self._refused(call, Refused("UNKNOWN_PARAMETER", unknown.name, status=400))
        if isinstance(call, ApiCall):
            _, _, service, *action = call.path.strip("/").split("/")
            return refused(self._api.unknown(service, action[-1] if action else ""), call)
        return json_reply({"statusCode": 404, "message": f"Cannot {call.method} {call.path}"}, 404)

    def faulted(self, call: Call, fault: Fault) -> Reply:
        if fault.do in ("throttle", "quota"):
            return self._refused(call, Refused("RateLimitReached", status=429))
        code = fault.code or "INTERNAL_SERVERL_ERROR"
        text = fault.message or TEXTS.get(code, code)
        return self._refused(call, Refused(code, text=text, status=200))

    def short(self, call: Call, reply: Reply) -> Reply:
        body = reply.data()
        rows = next((body[name] for name in LISTS if isinstance(body.get(name), list)), None) if body else None
        if rows:
            rows.pop()
        return json_reply(body, reply.status) if rows is not None else reply

    def finished(self, call: Call, reply: Reply) -> Reply:
        return Reply(reply.status, {**reply.headers, "x-me": "simulator", "cache-control": "no-store"}, reply.body)

    def act(self, what: Mapping[str, Any]) -> Any:
        self.account.world.move(self._clock.now())
        return act(self.account, what, self._clock.now())

    def state(self) -> Mapping[str, Any]:
        world = self.account.world
        world.move(self._clock.now())
        return {
            "events": to_builtins(list(world.events.values())),
            "users": to_builtins(list(world.users.values())),
            "profiles": to_builtins(list(world.profiles.values())),
            "deleted": to_builtins(world.deleted),
            "settings": to_builtins(self.account.settings),
        }

    def reset(self) -> None:
        self.account = seeded(self._seed, self._clock.now())

    def fidelity(self) -> Sequence[Behaviour]:
        return BEHAVIOURS

    def _standing(self) -> Account:
        return self.account

    def _refused(self, call: Call, problem: Refused) -> Reply:
        if isinstance(call, ApiCall):
            return refused(problem, call)
        return refused_beside(problem, call, self.account.settings.micro_auth_status)
