"""Adobe's swagger, corrected by the overlay: does a reply have the shape of its operation?"""

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator

DATA = Path(__file__).parents[3] / "data" / "marketo"


def faults(method: str, path: str, body: Any, *, without: str = "") -> list[str]:
    """Return what is wrong with a reply of the operation at `path`; an operation that Adobe lacks is wrong too.

    `without` leaves one exception of the overlay out, by its place: "mapi 3".
    """
    validator = _validator(method.lower(), _template(method.lower(), path), without)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(body)]


def exceptions() -> dict[str, dict[str, Any]]:
    """Return the overlay's exceptions by their places."""
    overlay = json.loads((DATA / "overlay.json").read_text())
    names = [name for name in overlay if name != "about"]
    return {f"{name} {place}": item for name in names for place, item in enumerate(overlay[name])}


@cache
def _spec(name: str, without: str = "") -> dict[str, Any]:
    spec: dict[str, Any] = json.loads((DATA / f"swagger-{name}.json").read_text())
    for definition in spec["definitions"].values():
        definition["additionalProperties"] = False
    for place, item in exceptions().items():
        if place == without or place.split()[0] != name:
            continue
        for of in (each for each in spec["definitions"] if fnmatch(each, item["of"])):
            _correct(spec["definitions"][of], item)
    return spec


def _correct(definition: dict[str, Any], item: Mapping[str, Any]) -> None:
    for name in ("required", "type"):
        if name in item:
            definition[name] = item[name]
    if not definition.get("required"):
        definition.pop("required", None)  # an empty list is no valid draft 4
    if item.get("type") == "array" or item.get("open"):
        definition.pop("additionalProperties", None)
    definition.setdefault("properties", {}).update(item.get("properties", {}))


@cache
def _templates() -> list[tuple[str, str, str, re.Pattern[str]]]:
    found = []
    for name in ("mapi", "asset", "identity"):
        for template, operations in _spec(name)["paths"].items():
            pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))
            found += [(name, template, method, pattern) for method in operations]
    return sorted(found, key=lambda each: each[1].count("{"))


def _template(method: str, path: str) -> tuple[str, str]:
    for name, template, known, pattern in _templates():
        if known == method and pattern.fullmatch(path):
            return name, template
    raise AssertionError(f"Adobe documents no {method} {path}")


@cache
def _validator(method: str, at: tuple[str, str], without: str) -> Draft4Validator:
    spec = _spec(at[0], without if without.startswith(at[0]) else "")
    schema = spec["paths"][at[1]][method]["responses"]["200"]["schema"]
    return Draft4Validator(
        {**schema, "definitions": spec["definitions"]} if "$ref" not in schema else _rooted(spec, schema)
    )


def _rooted(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"allOf": [schema], "definitions": spec["definitions"]}
