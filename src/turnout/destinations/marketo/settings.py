"""What an administrator sets for a Marketo account, and the address that follows from it."""

from typing import Final
from urllib.parse import urlsplit

from turnout.destinations.kit import POLICIES, Setting
from turnout.errors import SettingsError
from turnout.values.bindings import Binding, Config
from turnout.wire import Request, get

SETTINGS: Final = (
    Setting(
        "endpoint",
        "The REST API endpoint from Admin > Web Services, with https:// and without /rest or /identity at its end",
    ),
    Setting("client_id", "The Client Id from Admin > LaunchPoint > View Details of the installed service"),
    Setting(
        "client_secret",
        "The Client Secret from Admin > LaunchPoint > View Details of the installed service",
        secret=True,
    ),
    Setting(
        "partition", "The person partition in which new people are made (Admin > Workspaces & Partitions)", default=""
    ),
    Setting(
        "engagement_object",
        "API name of the engagement custom object (Admin > Marketo Custom Objects) where it is not found by itself",
        default="",
    ),
    Setting(
        "polls_object",
        "API name of the polls custom object (Admin > Marketo Custom Objects) where it is not found by itself",
        default="",
    ),
    Setting(
        "engagement_as",
        "Share engagement as rows of the custom object, as custom activities, or as both",
        default="object",
        choices=("object", "activity", "both"),
    ),
    Setting(
        "activity_type",
        "API name of the custom activity (Admin > Marketo Custom Activities) where it is not found by itself",
        default="",
    ),
    Setting(
        "channel_zero",
        "For an account that had the custom activity before: send channel_id 0 and no channel_name, with the "
        "channels of a session as one row",
        default="no",
        choices=("yes", "no"),
    ),
    Setting(
        "accept_shared_key",
        "Write custom objects although their dedupe fields let one attendee's row overwrite another's",
        default="no",
        choices=("yes", "no"),
    ),
    Setting(
        "status_reason_field",
        "API name of a program member field (Admin > Field Management), e.g. statusReason, that takes Kaltura's "
        "detailed label beside the status",
        default="",
    ),
    Setting(
        "add_fields",
        "Let `provision` add to a custom object that stands what it lacks of the document's fields",
        default="yes",
        choices=("yes", "no"),
    ),
    Setting(
        "leave_outside",
        "Lead members back from Blocked and Un-registered, which Marketo's steps forbid: the membership is deleted "
        "and made anew, and loses its dates and its own fields",
        default="no",
        choices=("yes", "no"),
    ),
    Setting(
        "text_bytes",
        "How many bytes a field of type text holds. Adobe's page says 30,000 bytes, an older release note 2,000 "
        "characters; nobody has measured it",
        default="30000",
    ),
    Setting(
        "daily_calls", "Calls the account may make a day (Admin > Web Services, API Call Information)", default="50000"
    ),
    *POLICIES,
)

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_TAILS: Final = ("/rest", "/identity")


def engagement_as(config: Config, binding: Binding | None = None) -> str:
    """Return how engagement is shared: the binding's own choice, else the connection's."""
    chosen = binding.options.get("engagement_as") if binding else ""
    return chosen or config.get("engagement_as", "object")


def endpoint(config: Config) -> str:
    """Return the account's address, without a path of the API at its end.

    Raises SettingsError where it is no address, or would carry secrets in the clear.
    """
    given = config.get("endpoint").strip()
    try:
        parts = urlsplit(given)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() not in {"https", "http"} or not parts.hostname:
        raise SettingsError(
            f"the Marketo endpoint {given!r} does not begin with https://",
            "copy the REST API endpoint from Admin > Web Services, with https:// at its beginning",
        )
    if parts.scheme.lower() == "http" and parts.hostname not in LOOPBACK:
        raise SettingsError(
            f"the Marketo endpoint {given!r} would carry the client secret in the clear",
            "write https:// at its beginning",
        )
    if parts.query or parts.fragment or parts.username:
        raise SettingsError(
            "the Marketo endpoint holds more than an address",
            "copy the REST API endpoint from Admin > Web Services and nothing else",
        )
    return f"{parts.scheme.lower()}://{parts.netloc}{_trimmed(parts.path)}"


def trimmed(config: Config) -> str:
    """Return what `endpoint` cuts off the address that was given: a path of the API, "" where there is none."""
    path = urlsplit(config.get("endpoint").strip()).path.rstrip("/")
    return path[len(_trimmed(path)) :]


def _trimmed(path: str) -> str:
    path = path.rstrip("/")
    tails = [tail for tail in _TAILS if path.lower().endswith(tail)]
    return _trimmed(path[: -len(tails[0])]) if tails else path


def whole(config: Config, name: str) -> int:
    """Return a setting that is a number of things; raises SettingsError where it is none."""
    default = next(setting.default for setting in SETTINGS if setting.name == name)
    text = config.get(name, default or "")
    if not text.isdecimal() or int(text) == 0:
        raise SettingsError(f"the setting {name} is {text!r}, not a whole number above 0", f"set {name} to a number")
    return int(text)


def identity_request(config: Config) -> Request:
    """Return the request for an access token: the one call that carries the secret, and is not counted."""
    asked = {
        "grant_type": "client_credentials",
        "client_id": config.get("client_id").strip(),
        "client_secret": config.get("client_secret").strip(),
    }
    return get(f"{endpoint(config)}/identity/oauth/token", asked)
