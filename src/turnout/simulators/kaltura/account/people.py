"""People as they stand: the user of the account, the profile in an event, and how a status changes it."""

from typing import Any, Final

from msgspec import Struct, field

STATUSES: Final = (
    "created",
    "registered",
    "unregistered",
    "invited",
    "invitedPendingRegistration",
    "confirmed",
    "autoConfirmed",
    "attended",
    "participated",
    "participatedPostEvent",
    "blocked",
)
CAME: Final = frozenset({"attended", "participated", "participatedPostEvent"})
REGISTERED: Final = frozenset({"registered", "confirmed", "autoConfirmed"}) | CAME
ORIGINS: Final = ("registration", "invite", "webhook", "sso", "admin")


class User(Struct):
    """A KalturaUser: the address book's fields; times in seconds."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    company: str = ""
    title: str = ""
    country: str = ""
    created_at: float = 0.0
    updated_at: float = 0.0

    @property
    def full_name(self) -> str:
        """Return both names."""
        return f"{self.first_name} {self.last_name}".strip()


class Profile(Struct):
    """A user's profile in one application; `data` holds the answers of the registration form."""

    id: str
    event: int
    app_guid: str
    user: str
    created_at: float
    updated_at: float
    data: dict[str, Any] = field(default_factory=dict)
    origin: str = ""
    status: str = ""
    previous: str = ""
    status_at: float = 0.0
    first_attended_at: float = 0.0
    registered: bool = False
    deleted_at: float = 0.0
    login: str = ""
    login_at: float = 0.0

    def reach(self, status: str, at: float) -> None:
        """Change the status; what the service sets by itself is set: the one before, when, and the first visit."""
        if status == self.status:
            return
        self.previous, self.status, self.status_at = self.status, status, at
        self.updated_at = max(self.updated_at, at)
        if status in CAME and not self.first_attended_at:
            self.first_attended_at = at
        if status in REGISTERED:
            self.registered = True
        elif status == "unregistered":
            self.registered = False


class Change(Struct):
    """What happens to a person at a time: a status, new fields of the user, of the profile, a deletion."""

    at: float
    event: int
    user: str
    status: str = ""
    origin: str = ""
    fields: dict[str, str] | None = None
    data: dict[str, Any] | None = None
    login: str = ""
    deleted: bool = False
