"""call -> route: declared paths, strictly: what no route declares is told apart by path, method and parameter."""

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple
from urllib.parse import unquote

from msgspec import Struct

from turnout.simulators.kit.calls import Call
from turnout.wire import Reply


class Route(Struct, frozen=True):
    """One declared way to call: `pattern` holds `{names}`, each one segment of the path.

    `query` lists the parameters it takes. `writing` says whether it may change the account. `open` routes
    are reached without the vendor's check of who is calling.
    """

    method: str
    pattern: str
    answer: Callable[[Call], Reply]
    writing: bool = False
    query: tuple[str, ...] = ()
    open: bool = False


class Unknown(NamedTuple):
    """What of a call is not declared: its path, its method on a known path, or a parameter."""

    what: Literal["path", "method", "parameter"]
    name: str

    def __str__(self) -> str:
        return f"{self.what} {self.name}"


class Router:
    """The routes of one simulator, found by method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(_compiled(route.pattern), route) for route in routes]

    def find(self, call: Call) -> Route | Unknown:
        """Return the call's route and fill `call.names`, or say what of the call is not declared."""
        seen = False
        for pattern, route in self._routes:
            if not (match := pattern.fullmatch(call.path)):
                continue
            seen = True
            if route.method == call.method:
                call.names = {name: unquote(value) for name, value in match.groupdict().items()}
                return _checked(route, call)
        return Unknown("method", f"{call.method} {call.path}") if seen else Unknown("path", call.path)


def _checked(route: Route, call: Call) -> Route | Unknown:
    stray = [name for name, _ in call.pairs if name not in route.query]
    return Unknown("parameter", stray[0]) if stray else route


def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", pattern)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )
