"""Queries by lists of values, each short enough for an address; and record ids in their long form."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote_plus

from turnout.errors import Halted
from turnout.wire import Talk, get

Found = dict[str, Any]
"""One record as a query returns it."""

SHORT_ANSWERS: Final = 3
QUERY_CHARACTERS: Final = 12_000
"""How much of an address, which may have 16,384 bytes, a list of values may take."""

_CHECK_CHARACTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def id18(identity: str) -> str:
    """Return a record id in its 18-character form, which differs by more than case; other texts as they are.

    Each check character stands for five characters: bit j is set where the j-th is upper case.
    """
    if len(identity) != 15 or not identity.isalnum():
        return identity
    fives = (identity[0:5], identity[5:10], identity[10:15])
    return identity + "".join(_CHECK_CHARACTERS[sum(c.isupper() << j for j, c in enumerate(five))] for five in fives)


def quoted(text: str) -> str:
    """Return `text` as a SOQL literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "'"


def lists(values: Iterable[str], characters: int = QUERY_CHARACTERS) -> Iterator[str]:
    """Return SOQL lists `('a','b')` of all different values, each short enough for an address."""
    part: list[str] = []
    room = characters
    for value in dict.fromkeys(values):
        literal = quoted(value)
        size = len(quote_plus(literal)) + 3
        if part and size > room:
            yield f"({','.join(part)})"
            part, room = [], characters
        part.append(literal)
        room -= size
    if part:
        yield f"({','.join(part)})"


def query(soql: str) -> Talk[list[Found]]:
    """Return all records that a query finds, page after page.

    An answer with fewer records than it counts is asked for again: who is missing in it is not missing in the org,
    and would be made a second time. Raises Halted where it stays so.
    """
    for _ in range(SHORT_ANSWERS):
        page = (yield get("/query", {"q": soql})).json()
        found, total = list(page["records"]), page.get("totalSize")
        while not page.get("done", True) and page.get("nextRecordsUrl"):
            page = (yield get(page["nextRecordsUrl"])).json()
            found += page["records"]
        if total is None or len(found) == total:
            return found
    told = f"Salesforce counts {total} records for a query and answers with {len(found)}"
    raise Halted(told, "look at the query in the journal, then resume")


def query_lists(values: Iterable[str], head: str) -> Talk[list[Found]]:
    """Return what a query finds for all values; `head` is the query up to the field that is compared with them."""
    found: list[Found] = []
    for one in lists(values):
        found += yield from query(f"{head} IN {one}")
    return found
