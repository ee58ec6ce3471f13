"""Marketo, declared: everything the flow needs to know of it."""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from turnout.destinations.kit import Limits, Session, Vendor
from turnout.destinations.marketo.account.doctor import doctor
from turnout.destinations.marketo.account.provision import provision
from turnout.destinations.marketo.account.target import target
from turnout.destinations.marketo.calls import activities, members, objects, people
from turnout.destinations.marketo.rules import RULES, judged
from turnout.destinations.marketo.settings import SETTINGS, endpoint, identity_request, whole
from turnout.errors import SettingsError
from turnout.values.bindings import Config
from turnout.values.changes import Change
from turnout.values.records import Kind
from turnout.values.sightings import RowSeen, Target
from turnout.wire import Request, Talk

LIMITS: Final = Limits(calls=100, window_seconds=20.0, concurrent=10, daily=50_000)
_ATTEMPTS: Final = 3


def own_limits(config: Config) -> Limits:
    """Return the account's limits, with the calls of a day that its administrator reads in Admin > Web Services."""
    return structs.replace(LIMITS, daily=whole(config, "daily_calls"))


def sign_in(config: Config) -> Talk[Session]:
    """Ask for a token; Marketo hands out the one it has, with the seconds that are left of its hour.

    A token with no second left is seen in production: it is asked for again. `expires_at` stays unknown,
    since a call with an expired token proves by its 602 that it did nothing.
    Raises SettingsError where the endpoint or the credentials are wrong.
    """
    base_url = endpoint(config)
    for _ in range(_ATTEMPTS):
        reply = yield identity_request(config)
        body = reply.data()
        if not isinstance(body, dict) or not body.get("access_token"):
            break
        token = str(body["access_token"])
        if int(body.get("expires_in") or 0) > 0:
            return Session(base_url, token)
    else:
        return Session(base_url, token)
    raise SettingsError(
        "Marketo does not accept the client id and the client secret",
        "copy both from Admin > LaunchPoint > View Details of the installed service",
    )


def signed(request: Request, session: Session) -> Request:
    """Return a request with the account's address and the token, which Marketo takes in the header only."""
    if not request.url.startswith("/"):
        return request  # the doctor's own sign-in
    headers = {**request.headers, "Authorization": f"Bearer {session.token}", "Accept": "application/json"}
    return structs.replace(request, url=session.base_url + request.url, headers=headers)


def rows(config: Config, target: Target, changes: Sequence[Change]) -> Talk[list[RowSeen]]:
    """Look up activities whose answer was lost; custom objects need none, for Marketo upserts them by their keys."""
    lost = [change for change in changes if change.key.kind is Kind.ACTIVITY]
    return (yield from activities.find(config, target, lost)) if lost else []


MARKETO: Final = Vendor(
    kind="marketo",
    title="Adobe Marketo Engage",
    settings=SETTINGS,
    rules=RULES,
    limits=LIMITS,
    own_limits=own_limits,
    unsure_seconds=120.0,  # the longest of the timeouts that Adobe documents for the calls that write rows
    sign_in=sign_in,
    signed=signed,
    judged=judged,
    target=target,
    seek=people.seek,
    seek_rows=people.BATCH_ROWS,
    members=members.members,
    members_rows=members.BATCH_ROWS,
    rows=rows,
    writers={
        Kind.PERSON: people.WRITER,
        Kind.MEMBER: members.WRITER,
        Kind.ENGAGEMENT: objects.WRITER,
        Kind.POLLS: objects.WRITER,
        Kind.ACTIVITY: activities.WRITER,
    },
    doctor=doctor,
    provision=provision,
    leaves_outside=False,
)
