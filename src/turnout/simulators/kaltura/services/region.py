"""The services of a region on one address: by host name, by prefix, or by the path alone; and how each is answered."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.account.sessions import allowed, require
from turnout.simulators.kaltura.api.answers import File, answer
from turnout.simulators.kaltura.api.calls import JSON_FORMAT
from turnout.simulators.kaltura.services import chat, events, exports, profiles, registry
from turnout.simulators.kaltura.services.bodies import Endpoint, JsonCall, Wanted, invalid
from turnout.simulators.kaltura.services.events import STATUS_OF
from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.kit.routes import Route
from turnout.wire import Reply

ENDPOINTS: Final = (
    *profiles.ENDPOINTS,
    *registry.ENDPOINTS,
    *chat.ENDPOINTS,
    *events.ENDPOINTS,
    *exports.ENDPOINTS,
)
SERVICES: Final = ("user", "app-registry", "chat", "events-api", "reports")
"""The services by the first word of their host, which is also the prefix of their paths here."""
PLAIN: Final[Mapping[str, str]] = {
    "/api/v1/user-profile/": "user",
    "/api/v1/reports/": "user",
    "/api/v1/app-registry/": "app-registry",
    "/polls/": "chat",
    "/api/v1/events/": "events-api",
    "/api/v1/sessions/": "events-api",
    "/api/v1/event-users/": "events-api",
    "/api/v1/team-members/": "events-api",
    "/api/v1/report/": "reports",
}
"""The paths of the services without host or prefix: no two services share one."""


def place(call: Call) -> str | None:
    """Return where a call belongs, `/<service>/<path>`; None where it is none of a service (then it is api_v3's)."""
    host = (urlsplit(call.origin).hostname or "").split(".")[0]
    if host in SERVICES:
        return f"/{host}{call.path}"
    if call.path.split("/")[1] in SERVICES:
        return call.path
    for start, service in PLAIN.items():
        if call.path.startswith(start):
            return f"/{service}{call.path}"
    return None


class Region:
    """The services beside api_v3 over one account."""

    def __init__(self, account: Callable[[], Account]) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        """Return a route for each endpoint."""
        return [
            Route("POST", f"/{end.service}{end.path}", self._answering(end), end.writing, end.members, open=True)
            for end in ENDPOINTS
        ]

    def _answering(self, end: Endpoint) -> Callable[[Call], Reply]:
        def answered(call: Call) -> Reply:
            assert isinstance(call, JsonCall)
            try:
                return _told(self._result(end, call))
            except Refused as problem:
                return refused(problem, call, self._account().settings.micro_auth_status)

        return answered

    def _result(self, end: Endpoint, call: JsonCall) -> Any:
        account = self._account()
        session = account.sessions.checked(call.ks, call.now)
        account.sessions.admit(end.service, call.now)
        service, action = end.name.split(".")
        if end.service in account.settings.forbidden:
            raise Refused("SERVICE_FORBIDDEN", end.name)
        allowed(account.settings, service=service, action=action)
        granted = account.settings.permitted(session.privileges)
        needed = next((one for one in end.permissions if one in granted), end.permissions[0])
        require(session, account.settings, what=end.name, permission=needed)
        if end.service == "events-api" and session.user_id not in account.settings.team_members:
            raise Refused("SERVICE_FORBIDDEN", end.name)
        if not call.readable:
            raise invalid("the body must be a JSON object")
        return end.answer(Wanted(account, call.given, session, call.now))


def refused(problem: Refused, call: Call, auth_status: int) -> Reply:
    """Return a refusal as the service of a call says it: the events API by a status, the others by an exception."""
    if call.path.startswith("/events-api/"):
        told = {"status": STATUS_OF.get(problem.code, "OperationNotAllowed"), "message": problem.text}
        return json_reply(told)
    about_ks = problem.code.endswith("_KS")
    return json_reply(problem.body(), auth_status if about_ks else problem.status)


def _told(result: Any) -> Reply:
    return answer(result, JSON_FORMAT) if isinstance(result, File) else json_reply(result)
