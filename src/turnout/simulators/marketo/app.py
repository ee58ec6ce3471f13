"""request -> answer: the imitated Marketo account put together, as the simulator's kit wants it."""

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from turnout.clock import Clock
from turnout.simulators.kit.calls import Call, call_of
from turnout.simulators.kit.faults import Fault
from turnout.simulators.kit.fidelity import Behaviour
from turnout.simulators.kit.routes import Route, Unknown
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo import answers, fidelity
from turnout.simulators.marketo.account import hands
from turnout.simulators.marketo.account.seed import account
from turnout.simulators.marketo.answers import File, Found, Refused, Skipped
from turnout.simulators.marketo.assets import campaigns, folders, lists, memberships, programs
from turnout.simulators.marketo.bulk import exports, imports
from turnout.simulators.marketo.calls import activities, activity_types, fields, leads, members, objects, people, schema
from turnout.simulators.marketo.calls.operation import Operation
from turnout.simulators.marketo.gate import Arrived, Identity, Limits, errors, measured, usage
from turnout.wire import Reply, Request

CLIENT_ID: Final = "4a6f1c5e-0000-4000-8000-73696d756c61"
CLIENT_SECRET: Final = "simulated-marketo-secret"

OPERATIONS: Final[Sequence[Operation]] = (
    *leads.CALLS,
    *people.CALLS,
    *fields.CALLS,
    *members.CALLS,
    *schema.CALLS,
    *objects.CALLS,
    *activities.CALLS,
    *activity_types.CALLS,
    *programs.CALLS,
    *folders.CALLS,
    *lists.CALLS,
    *memberships.CALLS,
    *campaigns.CALLS,
    *imports.CALLS,
    *exports.CALLS,
)
"""Every imitated call; the schema's paths come before those with a custom object's name in the same place."""

TOKEN_PARAMS: Final = ("grant_type", "client_id", "client_secret", "partner_id")


class Marketo:
    """One Marketo instance, imitated; what it does is in `account` and `calls`, this puts it behind routes."""

    kind = "marketo"

    def __init__(self, clock: Clock, seed: Mapping[str, Any] | None, rng_seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._rng_seed = rng_seed
        self.reset()

    def reset(self) -> None:
        """Return to the seed, with no tokens given and no calls counted."""
        self.account = account(self._seed, rng_seed=self._rng_seed, now=self._clock.now())
        self.identity = Identity(CLIENT_ID, CLIENT_SECRET, Random(self._rng_seed))
        self.limits = Limits()

    def routes(self) -> Sequence[Route]:
        """Return every route: identity, usage, and the declared operations."""
        token = [
            Route(method, "/identity/oauth/token", self._token, query=TOKEN_PARAMS, open=True)
            for method in ("GET", "POST")
        ]
        stats = [
            Route("GET", f"/rest/v1/stats/{name}.json", partial(self._stats, name, days))
            for name, days in (("usage", 1), ("usage/last7days", 7), ("errors", 1), ("errors/last7days", 7))
        ]
        declared = [
            Route(each.method, each.pattern, partial(self._operation, each), each.writing, self._query(each))
            for each in OPERATIONS
        ]
        return [*token, *stats, *declared]

    def _query(self, operation: Operation) -> tuple[str, ...]:
        legacy = ("access_token",) if self.account.settings.token_in_query else ()
        return (*operation.params, *legacy)

    def opened(self, request: Request, now: float) -> Call:
        """Return the call with its path made plain, and `_method` obeyed, in the query or in a form."""
        plain = call_of(request, now)
        parts = urlsplit(request.url)
        size = len(parts.path) + len(parts.query) + 1
        call = Arrived(
            plain.method, _plain(plain.path), plain.origin, plain.pairs, plain.headers, plain.body, now, uri_bytes=size
        )
        form = "x-www-form-urlencoded" in call.headers.get("content-type", "")
        fields = tuple(parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)) if form else ()
        if call.method == "GET":  # whatever stands in its body; and a known client adds _method to what is one
            call.pairs = tuple(pair for pair in call.pairs if pair != ("_method", "GET"))
        elif call.path.startswith(("/rest/asset/", "/identity/")):
            call.pairs = (*call.pairs, *fields)
        elif call.method == "POST" and (method := dict((*call.pairs, *fields)).get("_method")):
            call.method = method.upper()
            call.pairs = tuple(pair for pair in (*call.pairs, *fields) if pair[0] != "_method")
            call.uri_bytes = 0
        elif call.method != "GET":
            call.uri_bytes = 0
        return call

    def admitted(self, call: Call, route: Route) -> Reply | None:
        """Return why a call may not pass: its size, its token, the limits; the permission is the operation's."""
        assert isinstance(call, Arrived)
        settings = self.account.settings
        if refusal := measured(call, settings):
            return refusal
        if route.open:
            return None
        try:
            self.identity.check(call, settings)
            self.limits.admit(call, settings)
        except Refused as no:
            self.limits.note(no.code, call.now)
            return answers.failure(self.account.request_id(call.now), no.code, no.text)
        return None

    def unknown(self, call: Call, unknown: Unknown) -> Reply:
        """Return 610 for a path, 605 for a method, 1003 for a parameter that nobody documented."""
        request_id = self.account.request_id(call.now)
        match unknown.what:
            case "path":
                return answers.failure(request_id, "610")
            case "method":
                return answers.failure(request_id, "605", answers.TEXTS["605"].format(call.method))
        return answers.failure(request_id, "1003", f"Unknown parameter '{unknown.name}'")

    def faulted(self, call: Call, fault: Fault) -> Reply:
        """Return a fault's own code, 606 for throttle, 607 for quota."""
        settings = self.account.settings
        texts = {
            "606": answers.TEXTS["606"].format(settings.rate_calls, f"{settings.rate_seconds:g}"),
            "615": answers.TEXTS["615"].format(settings.concurrent_calls),
        }
        code = {"throttle": "606", "quota": "607"}.get(fault.do) or fault.code or "713"
        self.limits.note(code, call.now)
        return answers.failure(self.account.request_id(call.now), code, fault.message or texts.get(code, ""))

    def short(self, _call: Call, reply: Reply) -> Reply:
        """Return `reply` without its last result."""
        body = reply.json()
        if body.get("result"):
            body["result"].pop()
        return answers.json_reply(body, reply.status)

    def finished(self, _call: Call, reply: Reply) -> Reply:
        """Return `reply` as it is: Marketo puts nothing on every answer."""
        return reply

    def act(self, what: Mapping[str, Any]) -> Any:
        """Do what people do in Marketo's screens (`hands.ACTS`), or end all tokens (`expire_tokens`)."""
        if what.get("do") == "expire_tokens":
            self.identity.expire()
            return {"expired": True}
        self.account.advance(self._clock.now())
        return hands.act(self.account, what, self._clock.now())

    def state(self) -> Mapping[str, Any]:
        """Return what stands in the account: people, members with their status, rows, activities."""
        self.account.advance(self._clock.now())
        return fidelity.standing(self.account)

    def fidelity(self) -> Sequence[Behaviour]:
        """Return the fidelity table."""
        return fidelity.BEHAVIOURS

    def _token(self, call: Call) -> Reply:
        return self.identity.answer(call.query, self.account.settings, call.now)

    def _stats(self, name: str, days: int, call: Call) -> Reply:
        if name.startswith("usage"):
            rows = usage(self.limits, call.now, days=days)
        else:
            rows = errors(self.limits, call.now, days=days)
        return answers.database(self.account.request_id(call.now), Found(rows))

    def _operation(self, operation: Operation, call: Call) -> Reply:
        request_id = self.account.request_id(call.now)
        assert isinstance(call, Arrived)
        try:
            self.account.advance(call.now)
            self._permitted(operation)
            found = operation.answer(self.account, call)
        except (Refused, Skipped) as no:
            self.limits.refund(no.code, call.user, call.now)
            return answers.failure(request_id, no.code, no.text)
        if isinstance(found, File):
            return answers.file(found)
        return (answers.asset if operation.asset else answers.database)(request_id, found)

    def _permitted(self, operation: Operation) -> None:
        settings = self.account.settings
        if operation.needs.endswith("Custom Object Type") and not settings.object_schema_api:
            raise Refused("616")
        if operation.needs.endswith("Custom Object") and not settings.custom_objects:
            raise Refused("1026")
        if operation.needs and not self.account.may(operation.needs):
            raise Refused("603")


def _plain(path: str) -> str:
    """Return a path without dot segments: a known client sends /rest/../bulk/v1/..."""
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    return "/" + "/".join(kept)


def marketo(*, clock: Clock, seed: Mapping[str, Any] | None = None, rng_seed: int = 1) -> Simulator:
    """Return an imitated Marketo account; without a seed it is empty, with the needed permissions."""
    return Simulator(Marketo(clock, seed, rng_seed), clock, rng_seed)
