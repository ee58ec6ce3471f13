"""SOQL text -> words: names, operators, literals, each with its place."""

import re
from typing import Final, NamedTuple, NoReturn

from turnout.simulators.salesforce.refusals import Refusal


class Word(NamedTuple):
    """One word: what it is, how it is written, where it stands."""

    kind: str
    text: str
    at: int

    @property
    def upper(self) -> str:
        """Return the word in capitals, as keywords are compared."""
        return self.text.upper()


_WORDS: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d)
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?)
    |(?P<mark><=|>=|!=|<>|[=<>(),])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def words(query: str) -> list[Word]:
    """Return the words of a query; MALFORMED_QUERY where a character begins none."""
    found, at = [], 0
    while at < len(query):
        match = _WORDS.match(query, at)
        if match is None:
            malformed(query, at, f"unexpected token: '{query[at]}'")
        assert match.lastgroup
        if match.lastgroup != "space":
            found.append(Word(match.lastgroup, match.group(), at))
        at = match.end()
    return [*found, Word("end", "<EOF>", len(query))]


def malformed(query: str, at: int, what: str) -> NoReturn:
    """Raise MALFORMED_QUERY as Salesforce words it."""
    raise Refusal("MALFORMED_QUERY", f"{pointed(query, at)}{what}", None)


def pointed(query: str, at: int) -> str:
    """Return the lines that show where in a query the trouble is."""
    before = query[:at]
    row, column = before.count("\n") + 1, at - before.rfind("\n")
    near = query[max(0, at - 30) : at + 30].replace("\n", " ")
    return f"\n{near}\n{' ' * min(at, 30)}^\nERROR at Row:{row}:Column:{column}\n"


def unquoted(text: str, *, like: bool = False) -> str:
    r"""Return what a quoted text stands for; for LIKE, `\%` and `\_` keep their backslash."""
    return re.sub(r"\\(.)", lambda m: _unescaped(m.group(1), like=like), text[1:-1], flags=re.DOTALL)


def _unescaped(letter: str, *, like: bool) -> str:
    if like and letter in "%_\\":
        return "\\" + letter
    return _ESCAPES.get(letter, letter)
