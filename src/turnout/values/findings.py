"""Findings and steps: what the doctor saw, and what provisioning did."""

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    UNKNOWN = "unknown"
    ADVICE = "advice"
    PROBLEM = "problem"


class Finding(Struct, frozen=True):
    """One thing the doctor looked at: what, why it matters, who can fix it, and how."""

    code: str  # stable, for tests and machines: e.g. "field.missing:UserSessionEngagement__c.plays__c"
    severity: Severity
    what: str
    why: str = ""
    who: str = ""
    fix: str = ""


class Step(Struct, frozen=True):
    """One step of provisioning: `done` it stood already, `made` we made it, `todo` a plan only, `manual` by hand."""

    name: str
    state: str
    detail: str = ""
