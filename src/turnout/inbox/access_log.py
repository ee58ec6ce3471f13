"""lines of a web server's access log -> lines of beacons: what a proxy wrote down of the players' GET requests."""

import re
from datetime import datetime
from typing import Final

import msgspec

LINE: Final = re.compile(
    rb'^(?:\S+ ){3}\[(?P<at>[^\]]{20,32})\] "(?P<method>[A-Z]+) (?P<target>(?:[^"\\]|\\.)*?)(?: HTTP/[0-9.]+)?" '
    rb"(?P<status>[0-9]{3}) "
)
"""The format `combined` (and `common`) of nginx and Apache."""

JSON: Final = b"{"
ESCAPED: Final = re.compile(rb"\\x([0-9A-Fa-f]{2})")
BEACON: Final = b"eventType="


def beacon_line(line: bytes) -> bytes:
    """Return a line of beacons for a line of an access log; any other line is returned as it is.

    What is no beacon, or was refused, becomes an empty line, which says nothing. The time is that of the log, in
    whole seconds: where order matters more, a log in the form of JSON Lines (docs/guides/collect-beacons.md) has
    milliseconds, and bodies.
    """
    found = None if line.startswith(JSON) else LINE.match(line)
    if not found:
        return line
    if found["method"] != b"GET" or found["status"] >= b"400" or BEACON not in found["target"]:
        return b""
    try:
        at = datetime.strptime(found["at"].decode(), "%d/%b/%Y:%H:%M:%S %z").timestamp()
    except ValueError:
        return line
    target = ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), found["target"])
    return msgspec.json.encode({"captured_at": at, "method": "GET", "url": target.decode(errors="replace"), "body": ""})
