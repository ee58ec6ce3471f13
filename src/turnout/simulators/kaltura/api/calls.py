"""A request of api_v3 -> a call: forms, JSON and queries alike become nested parameters and flat names."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from msgspec import field

from turnout.simulators.kit.calls import Call

PREFIX: Final = "/api_v3"
ABOUT_THE_CALL: Final = ("service", "action")
JSON_FORMAT: Final = "1"
XML_FORMAT: Final = "2"


class ApiCall(Call):
    """A call with its parameters: `params` nested as they were meant; `format` 1 is JSON, else XML."""

    params: dict[str, Any] = field(default_factory=dict)

    @property
    def format(self) -> str:
        """Return the format that was asked for; XML unless it is 1."""
        return JSON_FORMAT if str(self.params.get("format", "")) == JSON_FORMAT else XML_FORMAT

    @property
    def ks(self) -> str:
        """Return the session that came with the call."""
        return str(self.params.get("ks") or "")


def api_call(call: Call) -> ApiCall:
    """Return a call of api_v3: its path names service and action in small letters, its pairs every parameter."""
    params = nested([*call.pairs, *_path_pairs(call.path), *_form_pairs(call)])
    if "json" in call.headers.get("content-type", "") and call.body.strip():
        params |= _json_object(call.body)
    service = str(params.pop("service", "")).lower()
    action = str(params.pop("action", "")).lower()
    path = f"{PREFIX}/service/{service}" + (f"/action/{action}" if service != "multirequest" else "")
    return ApiCall(
        method="POST" if call.method == "GET" else call.method,
        path=path,
        origin=call.origin,
        pairs=tuple((name, "") for name in flat(params) if not name[0].isdigit()),
        headers=call.headers,
        body=call.body,
        now=call.now,
        uri_bytes=call.uri_bytes,
        params=params,
    )


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return form fields as they were meant: `a[b][c]` and `1:a:b` are nested, `a__null` is None."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        parts = [part for part in re.split(r"[\[\]:]+", name) if part]
        if not parts:
            continue
        place = found
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        last = parts[-1]
        if last.endswith("__null"):
            place[last.removesuffix("__null")] = None
        else:
            place[last] = value
    return found


def flat(params: Mapping[str, Any], within: str = "") -> list[str]:
    """Return the names of all parameters, the inner ones as `outer[inner]`."""
    names = []
    for name, value in params.items():
        full = f"{within}[{name}]" if within else name
        if isinstance(value, Mapping):
            names += flat(value, full)
        else:
            names.append(full)
    return names


def _path_pairs(path: str) -> list[tuple[str, str]]:
    """Return the parameters that stand in the path: /service/x/action/y/name/value."""
    parts = [unquote(part) for part in path.removeprefix(PREFIX).removeprefix("/index.php").split("/") if part]
    return list(zip(parts[::2], parts[1::2], strict=False))


def _form_pairs(call: Call) -> list[tuple[str, str]]:
    if "json" in call.headers.get("content-type", ""):
        return []
    return parse_qsl(call.body.decode(errors="replace"), keep_blank_values=True)


def _json_object(body: bytes) -> dict[str, Any]:
    """Return a JSON body's parameters; a body that is none has none."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return _without_null_marks(found) if isinstance(found, dict) else {}


def _without_null_marks(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_null_marks(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name.removesuffix("__null"): None if name.endswith("__null") else _without_null_marks(inner)
        for name, inner in value.items()
    }
