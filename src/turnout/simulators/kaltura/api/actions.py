"""The actions of api_v3 as data: who may call, which parameters there are; and how one call or several are answered."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.ks import Session
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.account.sessions import allowed, require
from turnout.simulators.kaltura.api.answers import File, answer, refusal
from turnout.simulators.kaltura.api.calls import PREFIX, ApiCall, flat
from turnout.simulators.kit.calls import Call
from turnout.simulators.kit.routes import Route
from turnout.wire import Reply

EVERYWHERE: Final = ("ks", "format", "partnerId", "clientTag", "apiVersion", "kalsig", "language", "responseProfile")
"""Parameters that any action takes."""
RESULT: Final = re.compile(r"^\{(\d+):result((?::\w+)*)\}$")
MULTI: Final = f"{PREFIX}/service/multirequest"


class Asked(Struct):
    """One action that is asked for: its parameters, the session, the account, when, under which address."""

    account: Account
    params: Mapping[str, Any]
    session: Session
    now: float
    origin: str
    ks: str

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        value = self.params.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """Return a parameter's text; MISSING_MANDATORY_PARAMETER without."""
        if self.params.get(name) is None:
            raise Refused("MISSING_MANDATORY_PARAMETER", name)
        return str(self.params[name])

    def number(self, name: str, default: int) -> int:
        """Return a parameter as a number."""
        return number(self.params.get(name), name, default)

    def inner(self, name: str) -> Mapping[str, Any]:
        """Return a parameter that is an object; empty without."""
        value = self.params.get(name)
        return value if isinstance(value, Mapping) else {}


class Action(Struct, frozen=True):
    """One action: `access` open, any session, or admin; `permission` is what its role must have."""

    service: str
    name: str
    answer: Callable[[Asked], Any]
    params: tuple[str, ...] = ()
    access: str = "admin"
    permission: str = ""
    writing: bool = False

    @property
    def path(self) -> str:
        """Return the path under which calls of the action are found, in small letters."""
        return f"{PREFIX}/service/{self.service}/action/{self.name}".lower()


NOBODY: Final = Session(0, "", -1, 0)


def number(value: Any, name: str, default: int) -> int:
    """Return a value as a number; Refused where it is none."""
    if value is None or value == "":
        return default
    try:
        return int(value)
    except ValueError:
        raise Refused("PROPERTY_VALIDATION_NUMERIC_VALUE", name) from None


class Api:
    """The services of api_v3 over one account."""

    def __init__(self, account: Callable[[], Account], actions: Sequence[Action]) -> None:
        self._account = account
        self._actions = {action.path: action for action in actions}
        self._services = {action.service.lower() for action in actions}

    def routes(self) -> list[Route]:
        """Return a route for each action, and the one for several at once."""
        routes = [
            Route("POST", path, self._one(action), action.writing, (*EVERYWHERE, *action.params), open=True)
            for path, action in self._actions.items()
        ]
        return [*routes, Route("POST", MULTI, self._several, query=EVERYWHERE, open=True)]

    def unknown(self, service: str, action: str) -> Refused:
        """Return the refusal of a service or action that there is none of."""
        if service not in self._services:
            return Refused("SERVICE_DOES_NOT_EXISTS", service)
        return Refused("ACTION_DOES_NOT_EXISTS", action, service)

    def _one(self, action: Action) -> Callable[[Call], Reply]:
        def answered(call: Call) -> Reply:
            assert isinstance(call, ApiCall)
            return answer(self._result(action, call), call.format)

        return answered

    def _result(self, action: Action, call: ApiCall) -> Any:
        """Return what an action returns, or its refusal as an object."""
        try:
            return self._acted(action, call)
        except Refused as refused:
            if refused.status != 200:
                raise
            return refused.body()

    def _acted(self, action: Action, call: ApiCall) -> Any:
        account = self._account()
        session = NOBODY
        if action.access != "open" or call.ks:
            session = account.sessions.checked(call.ks, call.now)
        what = f"{action.service}->{action.name}"
        allowed(account.settings, service=action.service, action=action.name)
        if action.access == "admin":
            require(session, account.settings, what=what, permission=action.permission)
        return action.answer(Asked(account, call.params, session, call.now, call.origin, call.ks))

    def _several(self, call: Call) -> Reply:
        """Answer several calls in one: in their order, each with the results of those before it."""
        assert isinstance(call, ApiCall)
        shared = {name: value for name, value in call.params.items() if not name.isdigit()}
        results: list[Any] = []
        for place in sorted((name for name in call.params if name.isdigit()), key=int):
            given = {**shared, **_filled(call.params[place], results)}
            results.append(self._inner(structs.replace(call, params=given)))
        return answer(results, call.format)

    def _inner(self, call: ApiCall) -> Any:
        service, name = (str(call.params.pop(part, "")).lower() for part in ("service", "action"))
        action = self._actions.get(f"{PREFIX}/service/{service}/action/{name}")
        if action is None:
            return self.unknown(service, name).body()
        known = {*EVERYWHERE, *action.params}
        if stray := [given for given in flat(call.params) if given not in known]:
            return Refused("UNKNOWN_PARAMETER", stray[0]).body()
        result = self._result(action, call)
        return result.content.decode() if isinstance(result, File) else result


def refused(problem: Refused, call: ApiCall) -> Reply:
    """Return the answer to a call of api_v3 that is refused before any action."""
    reply = refusal(problem, call.format)
    return Reply(problem.status, reply.headers, reply.body)


def _filled(value: Any, results: Sequence[Any]) -> Any:
    """Return parameters with `{2:result:id}` replaced by what the second call returned."""
    if isinstance(value, Mapping):
        return {name: _filled(inner, results) for name, inner in value.items()}
    found = RESULT.match(value) if isinstance(value, str) else None
    if not found:
        return value
    taken: Any = results[int(found[1]) - 1] if int(found[1]) <= len(results) else None
    for part in filter(None, found[2].split(":")):
        taken = taken[int(part)] if isinstance(taken, list) else taken.get(part) if isinstance(taken, Mapping) else None
    return taken
