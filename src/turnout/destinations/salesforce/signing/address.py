"""The org's address and API version; a request -> the same with its full address and the token."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from turnout.destinations.kit import Session
from turnout.destinations.salesforce.rules import COMPOSITE
from turnout.destinations.salesforce.settings import setting
from turnout.errors import SettingsError
from turnout.values.bindings import Config
from turnout.wire import Request

OWN_DOMAINS: Final = (".salesforce.com", ".salesforce.mil", ".sfcrmproducts.cn")
LOGIN_HOSTS: Final = frozenset({"login.salesforce.com", "test.salesforce.com"})


def address(config: Config) -> str:
    """Return the org's address as scheme://host[:port]; SettingsError where it cannot be used."""
    parts = urlsplit(config.get("url").strip())
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise SettingsError(
            f"the address of {config.name!r} is not a web address",
            "set url to the My Domain address, e.g. https://yourcompany.my.salesforce.com",
        )
    if parts.scheme == "http" and not loopback(host):
        raise SettingsError(f"the address of {config.name!r} is not https", "write https:// before the host")
    if host in LOGIN_HOSTS:
        raise SettingsError(
            f"{host} does not take client credentials, and is not where an org's calls go",
            "set url to the org's own address: Setup > My Domain > Current My Domain URL",
        )
    return f"{parts.scheme}://{parts.netloc}"


def loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def instance(home: str, answer: Any) -> str:
    """Return the address that the token's answer sends us to; SettingsError where it must not be trusted.

    Orgs get moved, so the address in the answer is the one to call; but a token goes only to Salesforce,
    or to the very host that issued it.
    """
    if not isinstance(answer, dict) or not answer.get("access_token"):
        raise SettingsError(f"{home} answered without a token", "check that url is the org's My Domain address")
    told = urlsplit(str(answer.get("instance_url") or home))
    host = told.hostname or ""
    own = told.scheme == "https" and host.endswith(OWN_DOMAINS)
    if not own and host != urlsplit(home).hostname:
        raise SettingsError(f"{home} sends calls to {host or 'nowhere'}, which is not Salesforce", "check url")
    return f"{told.scheme}://{told.netloc}"


def version(config: Config, offered: Sequence[Mapping[str, str]]) -> str:
    """Return the preferred API version where the org offers it, else the nearest below, else the lowest."""
    wish = setting(config, "api_version").strip().lower().removeprefix("v")
    try:
        wished = float(wish)
    except ValueError:
        raise SettingsError(f"api_version {wish!r} is no version", "write it like 66.0, or leave it out") from None
    versions = sorted(float(one["version"]) for one in offered)
    if not versions:
        raise SettingsError("the org offers no version of the REST API", "check that the edition has API access")
    below = [one for one in versions if one <= wished]
    return f"{max(below) if below else min(versions):.1f}"


def signed(request: Request, session: Session) -> Request:
    """Return the request with its full address and the token.

    A path that begins with /services/ counts from the host, any other from the API version; so do the addresses
    of a composite call's parts. (No value can look like one: inside a text the quotes are escaped.)
    """
    assert request.url.startswith("/"), "talks name paths, not hosts"
    root = session.base_url.partition("/services/data/")[0]
    start = root if request.url.startswith("/services/") else session.base_url
    headers = {"Accept": "application/json", **request.headers, "Authorization": f"Bearer {session.token}"}
    body = request.body
    if request.path == COMPOSITE:
        body = body.replace(b'"url":"/', f'"url":"{urlsplit(session.base_url).path}/'.encode())
    return msgspec.structs.replace(request, url=start + request.url, headers=headers, body=body)
