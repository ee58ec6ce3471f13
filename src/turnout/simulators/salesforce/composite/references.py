"""`@{name.path}` in a later part -> what an earlier part answered."""

import re
from collections.abc import Mapping
from typing import Any, Final

_REFERENCE: Final = re.compile(r"@\{([A-Za-z]\w*)((?:\.\w+|\[\d+\])*)\}")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")


class Unresolved(Exception):
    """A reference names nothing; the message is what its part answers."""


def names_in(value: Any) -> set[str]:
    """Return the parts that a value refers to."""
    if isinstance(value, str):
        return {match.group(1) for match in _REFERENCE.finditer(value)}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name for one in inner for name in names_in(one)}


def resolved(value: Any, answers: Mapping[str, Any]) -> Any:
    """Return a value with every reference in its texts replaced; raises Unresolved."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return _found(whole, answers)
        return _REFERENCE.sub(lambda match: str(_found(match, answers)), value)
    if isinstance(value, dict):
        return {name: resolved(one, answers) for name, one in value.items()}
    return [resolved(one, answers) for one in value] if isinstance(value, list) else value


def _found(match: re.Match[str], answers: Mapping[str, Any]) -> Any:
    name, path = match.groups()
    value = answers.get(name)
    for key, place in _STEP.findall(path):
        if key and isinstance(value, dict) and key in value:
            value = value[key]
        elif place and isinstance(value, list) and int(place) < len(value):
            value = value[int(place)]
        else:
            value = None
    if value is None:
        raise Unresolved(
            f"Invalid reference specified. No value for {name}{path} found in {name}. Provided referenceId ('{name}')"
            " doesn't exist or isn't available"
        )
    return value
