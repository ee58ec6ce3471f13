"""Kaltura's talks driven with literal replies."""

import json
from typing import Any
from urllib.parse import parse_qsl

from turnout.values.bindings import Config
from turnout.wire import Reply, Request, Talk

CONFIG = Config(
    "kaltura",
    "kaltura",
    {"partner_id": "102", "app_token_id": "1_abc", "app_token": "secret", "region": "irp2", "app_token_hash": "SHA1"},
)


def told(value: Any, status: int = 200, at: float = 1_000_000.0) -> Reply:
    """Return a reply with a JSON body."""
    return Reply(status, {}, json.dumps(value).encode(), at)


def held(talk: Talk[Any], *replies: Reply) -> tuple[list[Request], Any]:
    """Hold a talk with these replies; returns the requests it made and what it came to."""
    made = [next(talk)]
    for reply in replies:
        try:
            made.append(talk.send(reply))
        except StopIteration as end:
            return made, end.value
    raise AssertionError(f"the talk goes on: {made[-1].url}")


def fields(request: Request) -> dict[str, str]:
    """Return the form that a request carries."""
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))
