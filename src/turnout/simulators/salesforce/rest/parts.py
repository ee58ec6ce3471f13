"""body -> parts: what a multipart/form-data request carries, by name."""

from email.parser import BytesParser
from email.policy import HTTP

from turnout.simulators.kit.calls import Call
from turnout.simulators.salesforce.refusals import Refusal


def parts_of(call: Call) -> dict[str, bytes]:
    """Return the content of each named part; UNSUPPORTED_MEDIA_TYPE where the body is no such thing."""
    kind = call.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise Refusal("UNSUPPORTED_MEDIA_TYPE", "multipart/form-data is expected", None, status=415)
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + call.body)
    found: dict[str, bytes] = {}
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        if isinstance(content, bytes) and isinstance(name, str):
            found[name] = content
    return found
