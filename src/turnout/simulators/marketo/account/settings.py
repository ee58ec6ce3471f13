"""What differs from account to account, and what nobody has verified: each with the default we believe."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

PERMISSIONS: Final = (
    "Read-Write Person",
    "Read-Write Activity",
    "Read-Write Activity Metadata",
    "Read-Write Assets",
    "Read-Write Campaigns",
    "Read-Write Custom Object",
    "Read-Write Custom Object Type",
)
"""The five of Kaltura's document, and the two it forgets."""


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """A custom service beside the usual one: its client, and the API user it acts for."""

    client_id: str
    client_secret: str
    user: str


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """An account's limits and switches; sizes in bytes, times in seconds."""

    rate_calls: int = 100
    rate_seconds: float = 20.0
    concurrent_calls: int = 10
    daily_calls: int = 50_000
    body_bytes: int = 1_048_576
    uri_bytes: int = 8_192
    asset_uri_bytes: int = 66_560
    token_seconds: int = 3_600
    call_seconds: float = 0.0  # how long a call holds its place among the concurrent ones
    race_seconds: float = 0.0  # how long a new person stays unseen by other upserts: the duplicate race
    token_in_query: bool = False  # `access_token` as a parameter, removed on 31 August 2026
    token_missing: Literal["600", "603"] = "603"
    # not verified by anyone: where an unknown field or status fails, what an over-long text does
    unknown_field: Literal["record", "request"] = "record"
    unknown_status: Literal["record", "request"] = "request"
    overlong: Literal["1077", "1003", "cut"] = "1077"
    text_bytes: int = 30_000
    company_fields: Literal["create", "never", "always"] = "create"
    success_stays: bool = True
    status_reason_updateable: bool = True
    linkless_objects: Literal["refuse", "edge"] = "refuse"
    custom_objects: bool = True
    object_schema_api: bool = True
    object_types: int = 10
    activity_types: int = 10
    required_tags: tuple[str, ...] = ()
    user: str = "turnout@api.example.com"
    services: tuple[Service, ...] = ()
    partitions: tuple[str, ...] = ("Default",)
    list_members: int = 100_000
    activities_looked_through: int = 10  # for each row that a page may have; so a page may be empty before the end
    # bulk: how many jobs, how long one takes, how much may be taken out in a day
    bulk_body_bytes: int = 10_485_760
    jobs_at_once: int = 2
    jobs_queued: int = 10
    job_seconds: float = 2.0
    job_rows_per_second: float = 2_000.0
    export_bytes_per_day: int = 524_288_000
    export_filters: Literal["all", "basic"] = "all"
    # not verified by anyone: what an import does with an empty cell, and with a member who is further already
    import_blank: Literal["keep", "clear"] = "clear"
    import_past_status: Literal["warning", "failure"] = "warning"


def settings(given: Mapping[str, Any]) -> Settings:
    """Return the settings of a seed; an unknown name or a wrong type is a ValidationError."""
    return msgspec.convert(dict(given), Settings)


def permission_key(name: str) -> str:
    """Return Marketo's own key of a permission: what people see as Person is called Lead inside."""
    return name.replace("Person", "Lead").strip()
