"""Salesforce, declared: everything the flow needs to know of it."""

from typing import Final

from turnout.destinations.kit import Limits, Vendor
from turnout.destinations.salesforce import members, people, rows
from turnout.destinations.salesforce.account.doctor import doctor
from turnout.destinations.salesforce.account.metadata import source
from turnout.destinations.salesforce.account.provision import provision
from turnout.destinations.salesforce.account.target import target
from turnout.destinations.salesforce.rules import RULES, judged
from turnout.destinations.salesforce.settings import SETTINGS
from turnout.destinations.salesforce.signing.address import signed
from turnout.destinations.salesforce.signing.flows import consent_url, sign_in
from turnout.values.records import Kind

SALESFORCE: Final = Vendor(
    kind="salesforce",
    title="Salesforce",
    settings=SETTINGS,
    rules=RULES,
    # Salesforce counts a rolling day. This is what the smallest orgs have; each answer tells the account's own
    # number (`rules.usage`). Of calls that last long, 25 may run at once.
    limits=Limits(calls=15_000, window_seconds=86_400.0, concurrent=25, daily=15_000),
    # A call may run for ten minutes after its answer was lost.
    unsure_seconds=600.0,
    sign_in=sign_in,
    signed=signed,
    judged=judged,
    target=target,
    seek=people.seek,
    seek_rows=people.SEEK_ROWS,
    members=members.members,
    members_rows=members.MEMBER_ROWS,
    rows=rows.rows,
    writers={
        Kind.PERSON: people.WRITER,
        Kind.MEMBER: members.WRITER,
        Kind.ENGAGEMENT: rows.WRITER,
        Kind.POLLS: rows.WRITER,
    },
    doctor=doctor,
    provision=provision,
    leaves_outside=True,
    package=source,
    consent=consent_url,
)
