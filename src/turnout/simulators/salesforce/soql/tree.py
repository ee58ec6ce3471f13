"""A query as a tree of values."""

from typing import Literal

from msgspec import Struct


class Path(Struct, frozen=True):
    """A field, perhaps reached over relationships: `Lead.Owner.Name`; `at` is its place in the text; a grouped one
    may have an alias."""

    names: tuple[str, ...]
    at: int = 0
    alias: str = ""

    def __str__(self) -> str:
        return ".".join(self.names)


class Aggregate(Struct, frozen=True):
    """COUNT(), COUNT(x), COUNT_DISTINCT(x), MIN(x), MAX(x), SUM(x), AVG(x); `alias` names the result."""

    function: str
    path: Path | None
    alias: str = ""


class AllFields(Struct, frozen=True):
    """FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""

    which: str


class Literal_(Struct, frozen=True):
    """A value in the text, and what kind it was written as; ranges of days are given as first and last."""

    kind: Literal["text", "number", "boolean", "null", "date", "datetime", "days"]
    value: str | float | bool | None
    last: str = ""


class Comparison(Struct, frozen=True):
    """`path operator literals`; only IN and NOT IN have several; aggregates are compared by HAVING alone."""

    path: Path | Aggregate
    operator: str
    literals: tuple[Literal_, ...]


class Within(Struct, frozen=True):
    """A semi-join: `path IN (SELECT ...)`, or NOT IN."""

    path: Path
    inside: bool
    query: "Query"


class Nested(Struct, frozen=True):
    """A subquery over a child relationship: `(SELECT Id FROM CampaignMembers)`."""

    query: "Query"
    at: int = 0


class Junction(Struct, frozen=True):
    """AND, OR, or NOT of one."""

    word: Literal["AND", "OR", "NOT"]
    parts: tuple["Condition", ...]


Condition = Comparison | Within | Junction


class Ordering(Struct, frozen=True):
    """One part of ORDER BY; nulls come first unless said otherwise."""

    path: Path | Aggregate
    descending: bool = False
    nulls_last: bool = False


class Query(Struct, frozen=True):
    """A whole query."""

    selected: tuple[Path | Aggregate | AllFields | Nested, ...]
    sobject: str
    where: Condition | None = None
    group_by: tuple[Path, ...] = ()
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int = 0
    text: str = ""
