"""Dates as Salesforce writes them."""

import re
from datetime import UTC, datetime

from turnout.clock import instant


def datetime_text(seconds: float) -> str:
    """Return seconds as a datetime, e.g. 2026-11-21T10:00:00.000+0000."""
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%S}.000+0000"


def date_text(seconds: float) -> str:
    """Return seconds as a date in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def read_datetime(text: str) -> str:
    """Return an ISO 8601 datetime in Salesforce's own form; ValueError where it is none."""
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
        raise ValueError(text)
    return datetime_text(instant(text))


def read_date(text: str) -> str:
    """Return an ISO 8601 date, a time of day cut off; ValueError where it is none."""
    return f"{datetime.fromisoformat(text[:10]):%Y-%m-%d}"
