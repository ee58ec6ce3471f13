"""The app registry: which application belongs to which virtual event."""

from collections.abc import Callable
from typing import Any, Final

from turnout.clock import iso
from turnout.simulators.kaltura.account.happenings import Event
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.services.bodies import Endpoint, Wanted, chosen, pager, words

DEFAULT_LIMIT: Final = 30
MOST: Final = 5000
APP_TYPE: Final = "epmEvent"


def shown(event: Event, partner_id: int) -> dict[str, Any]:
    """Return an event's application; its custom id is the event's id."""
    return {
        "id": event.app_guid,
        "partnerId": partner_id,
        "appCustomId": str(event.id),
        "appCustomName": event.name,
        "appType": APP_TYPE,
        "status": "enabled",
        "version": 0,
        "createdAt": iso(event.created_at),
        "updatedAt": iso(event.created_at),
        "objectType": "App",
    }


def app_list(wanted: Wanted) -> Any:
    """Return one page of the applications that the filter takes."""
    given = wanted.inner("filter")
    checks: list[Callable[[dict[str, Any]], bool]] = []
    for name, field in (("idIn", "id"), ("appCustomIdIn", "appCustomId"), ("appCustomNameIn", "appCustomName")):
        if (asked := words(given, name)) is not None:
            checks.append(_among(field, frozenset(asked)))
    for name in ("appType", "status"):
        if given.get(name) is not None:
            checks.append(_among(name, frozenset([given[name]])))
    found = chosen(_apps(wanted), checks)
    return {"objects": found[pager(wanted, limit=DEFAULT_LIMIT, most=MOST)], "totalCount": len(found)}


def app_get(wanted: Wanted) -> Any:
    """Return one application."""
    for app in _apps(wanted):
        if app["id"] == wanted.given.get("id"):
            return app
    raise Refused("OBJECT_NOT_FOUND")


def _apps(wanted: Wanted) -> list[dict[str, Any]]:
    return [shown(event, wanted.account.settings.partner_id) for event in wanted.account.world.events.values()]


def _among(field: str, values: frozenset[Any]) -> Callable[[dict[str, Any]], bool]:
    return lambda app: app[field] in values


FILTER: Final = ("idIn", "appCustomIdIn", "appCustomNameIn", "appType", "status")
ENDPOINTS: Final = (
    Endpoint(
        "app-registry",
        "/api/v1/app-registry/list",
        app_list,
        (*(f"filter.{name}" for name in FILTER), "filter", "pager", "pager.offset", "pager.limit"),
        ("ADMIN_BASE", "ANALYTICS_BASE"),
    ),
    Endpoint("app-registry", "/api/v1/app-registry/get", app_get, ("id",)),
)
