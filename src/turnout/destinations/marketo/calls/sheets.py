"""CSV as imports take it and as they give refused rows back, and the form that carries it."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from io import BytesIO, StringIO, TextIOWrapper
from typing import Any, Final

from turnout.wire import Reply, Request

UPLOAD_SECONDS: Final = 120.0
_EOL: Final = "\r\n"


def sheet(names: Sequence[str], payloads: Iterable[Mapping[str, Any]]) -> bytes:
    """Return payloads as CSV (RFC 4180, UTF-8): the header has the fields' API names, exactly."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(payload.get(name)) for name in names] for payload in payloads)
    return buffer.getvalue().encode()


def cell(value: Any) -> str:
    """Return a value as a cell; what is not known is an empty one."""
    return "" if value is None else str(value)


def line_bytes(payload: Mapping[str, Any], names: int) -> int:
    """Return at most how many bytes a payload takes as one line of a sheet with so many columns."""
    text = sum(_cell_bytes(cell(value)) for value in payload.values())
    return text + max(names, len(payload)) + 1


def _cell_bytes(text: str) -> int:
    size = len(text) if text.isascii() else len(text.encode())
    return size + text.count('"') + 2 if any(mark in text for mark in ',"\r\n') else size


def upload(url: str, content: bytes) -> Request:
    """Return the call that hands a sheet over as a form of one part, `file`."""
    boundary = f"turnout-{blake2b(content, digest_size=16).hexdigest()}"
    head = _EOL.join(
        (
            f"--{boundary}",
            'Content-Disposition: form-data; name="file"; filename="turnout.csv"',
            "Content-Type: text/csv",
            "",
            "",
        )
    )
    body = head.encode() + content + f"{_EOL}--{boundary}--{_EOL}".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return Request("POST", url, headers, body, UPLOAD_SECONDS, writing=True)


def lines(reply: Reply) -> list[dict[str, str]]:
    """Return the lines of a file of refused or doubted rows; none where Marketo has no such file."""
    if reply.status != 200:
        return []
    read = csv.DictReader(TextIOWrapper(BytesIO(reply.body), "utf-8-sig", newline=""))
    return [{str(name): str(value or "") for name, value in line.items()} for line in read]
