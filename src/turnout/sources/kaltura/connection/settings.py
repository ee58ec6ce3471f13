"""The settings of a Kaltura connection, and the addresses of its services."""

import re
from typing import Final
from urllib.parse import urlsplit

from turnout.destinations.kit import Setting
from turnout.errors import SettingsError
from turnout.values.bindings import Config

SETTINGS: Final = (
    Setting("service_url", "Where api_v3 is: KMC > Settings > Integration", default="https://www.kaltura.com"),
    Setting(
        "region",
        "Where the account's other services are; Kaltura's support tells it (nvp1: North America, irp2: Ireland, "
        "frp2: Frankfurt)",
        default="nvp1",
        choices=("nvp1", "irp2", "frp2"),
    ),
    Setting("user_url", "Base address of the user profile service, where it is not the region's", default=""),
    Setting("registry_url", "Base address of the app registry, where it is not the region's", default=""),
    Setting("chat_url", "Base address of the chat service, where it is not the region's", default=""),
    Setting("events_url", "Base address of the events API, where it is not the region's", default=""),
    Setting("partner_id", "KMC > Settings > Integration Settings > Partner ID"),
    Setting("app_token_id", "Id of an application token (appToken.add): preferred to the admin secret", default=""),
    Setting("app_token", "The application token itself", secret=True, default=""),
    Setting(
        "app_token_hash",
        "The token's hash type; auto finds out",
        default="auto",
        choices=("auto", "SHA256", "SHA1", "SHA512", "MD5"),
    ),
    Setting(
        "admin_secret",
        "KMC > Settings > Integration Settings > Administrator Secret; only where there is no application token",
        secret=True,
        default="",
    ),
    Setting(
        "user_id",
        "KMC user in whose name to read: a team member of the events (Events > Team); an application token may fix it",
        default="",
    ),
    Setting("source", "What the source is called; the players' beacons come in as kaltura", default="kaltura"),
    Setting("calls_per_pull", "At most so many calls for single persons in one pull; the rest waits", default="2000"),
    Setting("report_lag_minutes", "How long reports lag behind what happened; Kaltura says 10 to 30", default="30"),
    Setting(
        "report_mic_cam_unit",
        "Unit of mic_on and cam_on in report 4021, which Kaltura does not document",
        default="minutes",
        choices=("minutes", "seconds"),
    ),
    Setting(
        "share_percent", "How much of the calls that Turnout takes for polite it may use, in percent", default="50"
    ),
)

HOSTS: Final = {
    "user": ("user_url", "https://user.{region}.ovp.kaltura.com/api/v1"),
    "registry": ("registry_url", "https://app-registry.{region}.ovp.kaltura.com/api/v1"),
    "chat": ("chat_url", "https://chat.{region}.ovp.kaltura.com"),
    "events": ("events_url", "https://events-api.{region}.ovp.kaltura.com/api/v1"),
}
"""The services beside api_v3: the setting that names their address, and where they are else (facts §4, §5)."""

LOOPBACK: Final = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
EVENT: Final = "virtual_event"
"""Set by Turnout itself: the event that a session is made for; reports of reactions ask for that privilege."""


def api(config: Config) -> str:
    """Return the address of api_v3's host; SettingsError where it cannot be used."""
    return _checked(config, "service_url", config.get("service_url", "https://www.kaltura.com"))


def service(config: Config, name: str) -> str:
    """Return the base address of a service: its own setting's, else the region's."""
    setting, usual = HOSTS[name]
    return _checked(config, setting, config.get(setting, usual.format(region=config.get("region", "nvp1"))))


def whole(config: Config, name: str, default: int) -> int:
    """Return a setting as a whole number, 0 or more; SettingsError where it is none."""
    text = config.get(name, str(default)).strip()
    if not text.isdigit():
        raise SettingsError(f"{name} of {config.name!r} is {text!r}", "set it to a whole number, 0 or more")
    return int(text)


def _checked(config: Config, name: str, address: str) -> str:
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise SettingsError(f"{name} of {config.name!r} is not a web address", "e.g. https://www.kaltura.com")
    if parts.scheme == "http" and not LOOPBACK.fullmatch(parts.hostname):
        raise SettingsError(f"{name} of {config.name!r} is not https", "write https:// before the host")
    return address.strip().rstrip("/")
