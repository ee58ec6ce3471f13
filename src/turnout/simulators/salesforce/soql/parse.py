"""SOQL words -> tree, by recursive descent; what is outside the imitated part is MALFORMED_QUERY."""

from typing import Final, NoReturn

from msgspec import structs

from turnout.simulators.salesforce.soql.days import day_range
from turnout.simulators.salesforce.soql.tree import (
    Aggregate,
    AllFields,
    Comparison,
    Condition,
    Junction,
    Literal_,
    Nested,
    Ordering,
    Path,
    Query,
    Within,
)
from turnout.simulators.salesforce.soql.words import Word, malformed, unquoted, words
from turnout.simulators.salesforce.times import read_datetime

FUNCTIONS: Final = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
KEYWORDS: Final = frozenset(
    {"FROM", "WHERE", "AND", "OR", "NOT", "ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET", "IN", "LIKE"}
    | {"USING", "WITH", "FOR", "ALL", "UPDATE"}
)
OPERATORS: Final = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})


def parsed(text: str, now: float) -> Query:
    """Return a query's tree; `now` gives TODAY its meaning. Raises MALFORMED_QUERY."""
    return _Reader(text, now).query()


class _Reader:
    def __init__(self, text: str, now: float) -> None:
        self._text = text
        self._now = now
        self._words = words(text)
        self._place = 0
        self._alias = ""

    # -- words

    @property
    def _next(self) -> Word:
        return self._words[self._place]

    def _take(self) -> Word:
        word = self._next
        self._place += 1
        return word

    def _fail(self, word: Word | None = None) -> NoReturn:
        word = word or self._next
        malformed(self._text, word.at, f"unexpected token: '{word.text}'")

    def _if(self, *upper: str) -> bool:
        ahead = self._words[self._place : self._place + len(upper)]
        if [word.upper for word in ahead] != list(upper):
            return False
        self._place += len(upper)
        return True

    def _must(self, upper: str) -> None:
        if not self._if(upper):
            self._fail()

    # -- clauses

    def query(self) -> Query:
        found = self._whole()
        if self._next.kind != "end":
            self._fail()
        return found

    def _whole(self) -> Query:
        """Read one query, which may stand within another."""
        self._must("SELECT")
        outer, self._alias = self._alias, self._ahead()
        selected = self._selection()
        self._must("FROM")
        sobject = self._name().text
        if self._alias and not self._if("AS", self._alias.upper()):
            self._must(self._alias.upper())
        where = self._either() if self._if("WHERE") else None
        group_by = tuple(self._paths()) if self._if("GROUP", "BY") else ()
        having = self._either() if self._if("HAVING") else None
        order_by = tuple(self._orderings()) if self._if("ORDER", "BY") else ()
        limit = self._count() if self._if("LIMIT") else None
        offset = self._count() if self._if("OFFSET") else 0
        self._alias = outer
        return Query(selected, sobject, where, group_by, having, order_by, limit, offset, self._text)

    def _ahead(self) -> str:
        """Return the other name that FROM gives the object, which the fields before it may use."""
        depth = 0
        for place in range(self._place, len(self._words) - 1):
            word = self._words[place]
            depth += (word.text == "(") - (word.text == ")")
            if depth == 0 and word.upper == "FROM":
                after = self._words[place + 2 : place + 4]
                named = [one for one in after if one.kind == "name" and one.upper not in KEYWORDS]
                if len(named) == 2 and named[0].upper == "AS":
                    return named[1].text
                return named[0].text if named and after[0] is named[0] else ""
        return ""

    def _selection(self) -> tuple[Path | Aggregate | AllFields | Nested, ...]:
        found = [self._selected()]
        while self._if(","):
            found.append(self._selected())
        return tuple(found)

    def _selected(self) -> Path | Aggregate | AllFields | Nested:
        start = self._next.at
        if self._if("("):
            inner = self._whole()
            self._must(")")
            return Nested(inner, start)
        name = self._name()
        if name.upper == "FIELDS" and self._if("("):
            which = self._name().upper
            self._must(")")
            return AllFields(which)
        found = self._valued(name)
        if self._next.kind == "name" and self._next.upper not in KEYWORDS:
            return structs.replace(found, alias=self._take().text)
        return found

    def _valued(self, name: Word) -> Path | Aggregate:
        """Read the rest of a field or an aggregate."""
        if not self._if("("):
            return self._path(name)
        if name.upper not in FUNCTIONS:
            self._fail(name)
        path = None if self._next.text == ")" else self._path(self._name())
        self._must(")")
        return Aggregate(name.upper, path)

    def _name(self) -> Word:
        word = self._take()
        if word.kind != "name" or word.upper in KEYWORDS or ":" in word.text:
            self._fail(word)
        return word

    def _path(self, word: Word) -> Path:
        names = tuple(word.text.split("."))
        if len(names) > 1 and names[0].upper() == self._alias.upper():
            names = names[1:]
        return Path(names, word.at)

    def _paths(self) -> list[Path]:
        found = [self._path(self._name())]
        while self._if(","):
            found.append(self._path(self._name()))
        return found

    def _orderings(self) -> list[Ordering]:
        found = [self._ordering()]
        while self._if(","):
            found.append(self._ordering())
        return found

    def _ordering(self) -> Ordering:
        path = self._valued(self._name())
        descending = self._next.upper == "DESC"
        if self._next.upper in ("ASC", "DESC"):
            self._take()
        nulls_last = False
        if self._if("NULLS"):
            nulls_last = self._if("LAST")
            if not nulls_last:
                self._must("FIRST")
        return Ordering(path, descending, nulls_last)

    def _count(self) -> int:
        word = self._take()
        if word.kind != "number" or not word.text.isdigit():
            self._fail(word)
        return int(word.text)

    # -- conditions

    def _either(self) -> Condition:
        """Read conditions joined by AND or by OR; to mix the two takes parentheses."""
        parts = [self._one()]
        word = self._next.upper
        while word in ("AND", "OR") and self._if(word):
            parts.append(self._one())
        if self._next.upper in ("AND", "OR"):
            self._fail()
        if len(parts) == 1:
            return parts[0]
        return Junction("AND" if word == "AND" else "OR", tuple(parts))

    def _one(self) -> Condition:
        if self._if("NOT"):
            return Junction("NOT", (self._one(),))
        if self._if("("):
            inside = self._either()
            self._must(")")
            return inside
        path = self._valued(self._name())
        operator = self._operator()
        if operator in ("IN", "NOT IN"):
            if isinstance(path, Path) and self._if("(", "SELECT"):
                self._place -= 1
                inner = self._whole()
                self._must(")")
                return Within(path, operator == "IN", inner)
            return Comparison(path, operator, self._listed())
        return Comparison(path, operator, (self._literal(like=operator == "LIKE"),))

    def _operator(self) -> str:
        if self._if("NOT", "IN"):
            return "NOT IN"
        word = self._take()
        if word.text in OPERATORS:
            return "!=" if word.text == "<>" else word.text
        if word.upper not in ("IN", "LIKE"):
            self._fail(word)
        return word.upper

    def _listed(self) -> tuple[Literal_, ...]:
        self._must("(")
        found = [self._literal()]
        while self._if(","):
            found.append(self._literal())
        self._must(")")
        return tuple(found)

    def _literal(self, *, like: bool = False) -> Literal_:
        word = self._take()
        match word.kind:
            case "text":
                return Literal_("text", unquoted(word.text, like=like))
            case "number":
                return Literal_("number", float(word.text))
            case "date":
                return Literal_("date", word.text)
            case "datetime":
                return Literal_("datetime", read_datetime(word.text))
        if word.upper == "NULL":
            return Literal_("null", None)
        if word.upper in ("TRUE", "FALSE"):
            return Literal_("boolean", word.upper == "TRUE")
        if days := day_range(word.upper, self._now):
            return Literal_("days", days[0], days[1])
        return self._fail(word)
