"""a registration as it came -> who registered for an event, and with what status."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

from turnout.facts.columns import Column, Unreadable, as_text, attendee, typed

ATTENDANCE: Final = (
    "created",
    "invited",
    "invitedPendingRegistration",
    "registered",
    "confirmed",
    "autoConfirmed",
    "attended",
    "participated",
    "participatedPostEvent",
    "blocked",
    "unregistered",
)
"""Kaltura's attendance statuses (User Profile service; facts/kaltura.md §4.1)."""

REGISTRATION_COLUMNS: Final = (
    Column("event_id", "word", True, "Kaltura's id of the virtual event", "9001"),
    Column("user_id", "word", True, "Kaltura's user id; with the source it names the attendee", "ada@example.com"),
    Column("email", "word", False, "the e-mail address; without one the person is held", "ada@example.com"),
    Column("first_name", "word", False, "first name", "Ada"),
    Column("last_name", "word", False, "last name", "Lovelace"),
    Column("company", "word", False, "company", "Analytical Engines, Ltd."),
    Column("title", "word", False, "job title", "Analyst"),
    Column("phone", "word", False, "phone number, as typed", "+44 20 7946 0000"),
    Column("country", "word", False, "country, as typed", "United Kingdom"),
    Column("industry", "word", False, "industry, as typed", "Computing"),
    Column("status", "word", True, f"one of {', '.join(ATTENDANCE)}", "registered"),
    Column(
        "status_at", "time", False, "when the status was reached; else when the row arrived", "2026-11-20T09:30:00Z"
    ),
    Column("reg_origin", "word", False, "registration, invite, webhook, sso or admin", "registration"),
    Column("registered_at", "time", False, "when the person registered", "2026-11-20T09:30:00Z"),
    Column("updated_at", "time", False, "when the source changed any of this last", "2026-11-20T09:30:00Z"),
)


class Registration(Struct, frozen=True):
    """One observation of one attendee of one event; times are seconds since the epoch.

    `status_at` is when the status was reached, or, where the source does not say, when the row arrived.
    `custom` holds the columns outside the documented ones: answers of the registration form.
    """

    source: str
    event_id: str
    user_id: str
    status: str
    status_at: float
    received_at: float
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    title: str = ""
    phone: str = ""
    country: str = ""
    industry: str = ""
    reg_origin: str = ""
    registered_at: float | None = None
    updated_at: float | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


def registration(body: Mapping[str, Any], source: str, received_at: float) -> Registration | Unreadable:
    """Return the registration that a row tells of, or why it cannot be read."""
    values = typed(REGISTRATION_COLUMNS, body)
    if isinstance(values, Unreadable):
        return values
    if values["status"] not in ATTENDANCE:
        return Unreadable(f"status: {values['status'][:60]!r} is none of Kaltura's: {', '.join(ATTENDANCE)}")
    values["user_id"] = attendee(values["user_id"])
    if values["status_at"] is None:
        values["status_at"] = received_at
    known = {column.name for column in REGISTRATION_COLUMNS}
    custom = {name: as_text(value) for name, value in body.items() if name not in known}
    return Registration(source=source, received_at=received_at, custom=custom, **values)
