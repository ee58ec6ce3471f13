"""People found: by their ids or their e-mail addresses, however many they are."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.destinations.marketo.rules import probe, refusal, results
from turnout.wire import Request, Talk, form, get

PATH: Final = "/rest/v1/leads.json"
BATCH_ROWS: Final = 300
URI_BYTES: Final = 7_500  # Marketo answers 414 above 8 KB, host included
_TOO_MANY: Final = "1003"
_SEEN: Final = ("id", "email", "updatedAt", "createdAt")


def folded(email: str) -> str:
    """Return an e-mail address as it is compared: trimmed, in lower case."""
    return email.strip().lower()


def flaw(email: str) -> str:
    """Return why Marketo cannot take or look up an address, "" where it can.

    Sync Leads takes ASCII only, and a filter takes its values as a list with commas.
    """
    local, at, domain = email.partition("@")
    if not (local and at and domain) or "@" in domain:
        return "it is no e-mail address"
    if not email.isascii():
        return "it has letters outside ASCII"
    if "," in email or any(letter.isspace() or not letter.isprintable() for letter in email):
        return "it has a comma, a blank or a control character"
    return ""


def leads_by(field: str, values: Sequence[str]) -> Talk[list[dict[str, Any]]]:
    """Return all leads whose `field` is one of `values`, whatever their number."""
    found = []
    for start in range(0, len(values), BATCH_ROWS):
        found += yield from _leads(field, values[start : start + BATCH_ROWS])
    return found


def _leads(field: str, values: Sequence[str]) -> Talk[list[dict[str, Any]]]:
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        params = {"filterType": field, "filterValues": ",".join(values), "fields": ",".join(_SEEN)}
        request = filter_request(PATH, params | ({"nextPageToken": token} if token else {}))
        reply = yield probe(request, _TOO_MANY) if len(values) > 1 else request
        if refusal(reply)[0] == _TOO_MANY:  # more than 1,000 leads match: ask for half of the values
            half = len(values) // 2
            first = yield from _leads(field, values[:half])
            second = yield from _leads(field, values[half:])
            return first + second
        found += results(reply)
        token = str(reply.json().get("nextPageToken") or "")
        if not token:
            return found


def filter_request(path: str, params: Mapping[str, str]) -> Request:
    """Return a query as a GET, or as a POST that says it is one where the address would grow too long."""
    request = get(path, params)
    return request if len(request.url) <= URI_BYTES else form(f"{path}?_method=GET", params)
