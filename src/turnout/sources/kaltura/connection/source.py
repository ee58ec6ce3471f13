"""Kaltura, declared: what a connection to it needs, and how to sign in."""

from typing import Final

from turnout.destinations.kit import Limits, Party
from turnout.sources.kaltura.connection import session
from turnout.sources.kaltura.connection.doctor import doctor
from turnout.sources.kaltura.connection.rules import RULES, judged
from turnout.sources.kaltura.connection.settings import SETTINGS

LIMITS: Final = Limits(calls=1200, window_seconds=60.0, concurrent=16)
"""Kaltura publishes none (facts §8): what Turnout takes for polite, of which share_percent may be used."""

KALTURA: Final = Party(
    kind="kaltura",
    title="Kaltura",
    settings=SETTINGS,
    rules=RULES,
    limits=LIMITS,
    sign_in=session.sign_in,
    signed=session.signed,
    judged=judged,
    doctor=doctor,
)
