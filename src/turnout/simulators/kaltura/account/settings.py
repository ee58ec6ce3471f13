"""How the imitated account is set up: who may call, what is licensed, how late reports are, what is refused."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

PARTNER_ID: Final = 1234567
ADMIN_SECRET: Final = "5e2c1d0f9b8a47669c7e3f2a1b0d4c58"
USER_SECRET: Final = "a4b3c2d1e0f94857a6b5c4d3e2f1a0b9"

PERMISSIONS: Final = ("ADMIN_BASE", "ANALYTICS_BASE", "EP_USER_ANALYTICS")
"""What the calls that we imitate ask for; a role has some of them."""


class AppToken(Struct):
    """An application token as an admin made it: `session_*` are fixed in every session that it starts."""

    id: str
    token: str
    hash_type: str = "SHA1"
    session_type: int = 2
    session_duration: int = 86_400
    session_privileges: str = ""
    session_user_id: str = ""
    expires_at: float = 0.0
    status: int = 2


APP_TOKEN: Final = AppToken(
    id="1_turnout1",
    token="c0ffee11223344556677889900aabbccddeeff00112233445566778899aabbcc",
    hash_type="SHA256",
    session_privileges="virtualeventid:9001,disableentitlement",
    session_user_id="turnout@example.com",
)
"""The token that the default account has."""


class Settings(Struct):
    """The settings of one account, as a seed may give them.

    `forbidden` names services, or services with an action (`report`, `report.getTable`, `user-profile`,
    `chat`, `events-api`, ...), that answer SERVICE_FORBIDDEN; `reports_off` report ids that are not enabled.
    `renamed` maps `<report>.<column>` to another name, or to nothing where the column is gone. `rates` maps
    a service (`api_v3`, `user`, `chat`, ...) to calls and seconds. What nobody has verified in public is a
    setting here: `micro_auth_status`, `expired_code`, `position_seconds`, `report_date`.
    """

    partner_id: int = PARTNER_ID
    partner_created_at: str = "2025-01-15T00:00:00Z"
    admin_secret: str = ADMIN_SECRET
    user_secret: str = USER_SECRET
    app_tokens: list[AppToken] = field(default_factory=lambda: [APP_TOKEN])
    roles: dict[str, list[str]] = field(default_factory=dict)
    permissions: list[str] = field(default_factory=lambda: list(PERMISSIONS))
    team_members: list[str] = field(default_factory=lambda: ["turnout@example.com"])
    ks_version: int = 2
    freshness_seconds: float = 900.0
    freshness_step_seconds: float = 60.0
    table_rows: int = 12_000
    csv_rows: int = 60_000
    custom_rows: int = 100_000
    page_rows: int = 500
    export_seconds: float = 4.0
    export_cache_seconds: float = 600.0
    forbidden: list[str] = field(default_factory=list)
    reports_off: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    rates: dict[str, tuple[int, float]] = field(default_factory=dict)
    micro_auth_status: int = 401
    expired_code: str = "INVALID_KS"
    position_seconds: int = 60
    report_date: str = "%Y-%m-%d"

    def permitted(self, privileges: Mapping[str, str]) -> frozenset[str]:
        """Return the permissions of a session: those of the role that it names, else of the account."""
        role = privileges.get("setrole")
        return frozenset(self.permissions if role is None else self.roles.get(role, ()))
