"""The reports microservice: a report is generated first, and served as CSV when it is complete."""

from typing import Any, Final

from msgspec import Struct

from turnout.clock import iso
from turnout.simulators.kaltura.account.refusals import Refused
from turnout.simulators.kaltura.api.answers import File
from turnout.simulators.kaltura.reports.report import csv
from turnout.simulators.kaltura.services.bodies import Endpoint, Wanted, invalid

COLUMNS: Final = (
    "user_id",
    "email",
    "first_name",
    "last_name",
    "company",
    "title",
    "country",
    "attendance_status",
    "registration_origin",
    "created_at",
    "updated_at",
)
"""The registration report's columns: nobody has published them, these are ours."""


class Export(Struct):
    """A report in the making: from when, complete when, and what it holds."""

    asked: str
    started_at: float
    complete_at: float
    content: bytes

    def status(self, now: float) -> str:
        """Return pending, in_progress or completed."""
        if now >= self.complete_at:
            return "completed"
        return "pending" if now < (self.started_at + self.complete_at) / 2 else "in_progress"


def generate(wanted: Wanted) -> Any:
    """Start a report and return the id to ask for it; what was just made is given again."""
    given, settings = wanted.inner("reportParameters"), wanted.account.settings
    if wanted.given.get("reportName") != "registration":
        raise invalid("reportName must be one of: registration")
    guid = str(given.get("appGuid") or "")
    if guid not in {event.app_guid for event in wanted.account.world.events.values()}:
        raise Refused("OBJECT_NOT_FOUND")
    for name, export in wanted.account.exports.items():
        if export.asked == guid and wanted.now < export.started_at + settings.export_cache_seconds:
            return {"sessionId": name}
    name = f"{wanted.account.random.getrandbits(96):024x}"
    content = csv([COLUMNS, *_registrations(wanted, guid)])
    wanted.account.exports[name] = Export(guid, wanted.now, wanted.now + settings.export_seconds, content)
    return {"sessionId": name}


def serve(wanted: Wanted) -> Any:
    """Return how far a report is, or when it is complete and more than that is asked, its CSV."""
    export = wanted.account.exports.get(str(wanted.given.get("sessionId") or ""))
    if export is None:
        raise Refused("OBJECT_NOT_FOUND")
    status = export.status(wanted.now)
    if wanted.given.get("statusOnly") or status != "completed":
        return {"status": status}
    return File(export.content)


def _registrations(wanted: Wanted, guid: str) -> list[list[str]]:
    world = wanted.account.world
    rows = []
    for profile in sorted(world.profiles.values(), key=lambda one: (one.created_at, one.id)):
        if profile.app_guid == guid:
            user = world.users[profile.user]
            who = [user.id, user.email, user.first_name, user.last_name, user.company, user.title, user.country]
            how = [profile.status, profile.origin, iso(profile.created_at), iso(profile.updated_at)]
            rows.append([*who, *how])
    return rows


ENDPOINTS: Final = (
    Endpoint(
        "reports",
        "/api/v1/report/generate",
        generate,
        ("reportName", "reportParameters", "reportParameters.appGuid"),
        ("ANALYTICS_BASE",),
    ),
    Endpoint("reports", "/api/v1/report/serve", serve, ("sessionId", "statusOnly"), ("ANALYTICS_BASE",)),
)
