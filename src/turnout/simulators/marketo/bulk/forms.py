"""a multipart body -> its parts: the file, and the parameters that came as fields."""

import re
from typing import Final

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.answers import Refused

_BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?')
_NAME: Final = re.compile(r'[; ]name="?([^";]*)"?', re.IGNORECASE)


def parts(call: Call) -> dict[str, bytes]:
    """Return the parts of a multipart body by name; Refused: 612 another content type, 613 a body that is none."""
    told = call.headers.get("content-type", "")
    boundary = _BOUNDARY.search(told)
    if not told.lower().startswith("multipart/form-data") or not boundary:
        raise Refused("612")
    found = {}
    mark = b"--" + boundary[1].encode()
    first, *chunks = (b"\r\n" + call.body).split(b"\r\n" + mark)
    if first.strip() or not chunks or not chunks[-1].startswith(b"--"):
        raise Refused("613")
    for chunk in chunks[:-1]:
        head, between, content = chunk.partition(b"\r\n\r\n")
        name = _NAME.search(head.decode(errors="replace"))
        if not between or not name:
            raise Refused("613")
        found[name[1]] = content
    return found


def fields(call: Call, *names: str) -> tuple[dict[str, str], bytes]:
    """Return the parameters, from the query or as fields of the form, and the file; Refused 1002, 1003."""
    given = parts(call)
    file = given.pop("file", None)
    if file is None:
        raise Refused("1002", "file")
    if stray := [name for name in given if name not in names]:
        raise Refused("1003", text=f"Unknown part '{stray[0]}' in the form")
    return {**call.query, **{name: value.decode(errors="replace") for name, value in given.items()}}, file
