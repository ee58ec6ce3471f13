"""Custom objects: types with their drafts, and rows found by their dedupe fields."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from turnout.simulators.marketo.account.fields import LENGTHS, Field

DATA_TYPES: Final = (
    "string",
    "boolean",
    "integer",
    "float",
    "link",
    "email",
    "currency",
    "date",
    "datetime",
    "phone",
    "text",
)
SYSTEM_FIELDS: Final = (
    Field("createdAt", "Created At", "datetime", updateable=False),
    Field("marketoGUID", "Marketo GUID", "string", 36, updateable=False),
    Field("updatedAt", "Updated At", "datetime", updateable=False),
)


class Link(NamedTuple):
    """Where a link field points: an object, and that object's field."""

    name: str
    field: str


class Column(Struct, frozen=True):
    """A custom object's own field as it was declared."""

    name: str
    display: str
    type: str
    description: str = ""
    dedupe: bool = False
    link: Link | None = None

    def field(self) -> Field:
        """Return the field as records see it: a link shows the type of what it points to."""
        kind = ("integer" if self.link and self.link.field == "id" else "string") if self.link else self.type
        return Field(self.name, self.display, kind, LENGTHS.get(kind, 0))


class Shape(Struct, frozen=True):
    """One version of a type: names for people, and its columns."""

    display: str
    plural: str = ""
    description: str = ""
    shown_on_lead: bool = False
    columns: tuple[Column, ...] = ()

    def keys(self) -> tuple[str, ...]:
        """Return the names of the dedupe fields."""
        return tuple(each.name for each in self.columns if each.dedupe)

    def links(self) -> tuple[Column, ...]:
        """Return the link fields."""
        return tuple(each for each in self.columns if each.link)

    def column(self, name: str) -> Column | None:
        """Return the column of that name."""
        return next((each for each in self.columns if each.name == name), None)

    def with_columns(self, columns: Iterable[Column]) -> "Shape":
        """Return the same shape with other columns."""
        return replace(self, columns=tuple(columns))


class Row(Struct):
    """One record of a custom object."""

    guid: str
    values: dict[str, Any]
    created_at: float
    updated_at: float


class ObjectType(Struct):
    """A custom object type: the approved shape, the draft, and the rows of the approved one.

    `at_approval` is how many columns the first approval had: only 20 more may follow.
    """

    api_name: str
    approved: Shape | None = None
    draft: Shape | None = None
    made_at: float = 0.0
    updated_at: float = 0.0
    at_approval: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    _places: dict[tuple[str, ...], dict[tuple[Any, ...], dict[str, None]]] = field(default_factory=dict)

    def state(self) -> str:
        """Return draft, approved or approvedWithDraft."""
        if self.approved is None:
            return "draft"
        return "approvedWithDraft" if self.draft else "approved"

    def approve(self, now: float) -> None:
        """Make the draft the live shape."""
        assert self.draft, "there is no draft"
        if self.approved is None:
            self.at_approval, self.made_at = len(self.draft.columns), now
        self.approved, self.draft, self.updated_at = self.draft, None, now
        self.fields = {column.name: column.field() for column in self.approved.columns}
        for searched in self.searchable():
            if searched not in self._places:
                self._places[searched] = {}
                for row in self.rows.values():
                    self._list(row, searched)

    def searchable(self) -> list[tuple[str, ...]]:
        """Return the field sets that rows can be found by, the dedupe fields first."""
        assert self.approved, "only an approved type has rows"
        keys = self.approved.keys()
        links = [(each.name,) for each in self.approved.links() if (each.name,) != keys]
        return [keys, *links]

    def at(self, names: tuple[str, ...], values: tuple[Any, ...]) -> Iterator[Row]:
        """Yield the rows whose fields `names` have `values`."""
        yield from (self.rows[guid] for guid in self._places[names].get(values, ()))

    def at_link(self, name: str, value: Any) -> Iterator[Row]:
        """Yield the rows whose link field has `value`, whether or not it is searchable alone."""
        if (name,) in self._places:
            return self.at((name,), (value,))
        return (row for row in self.rows.values() if row.values.get(name) == value)

    def keyed(self, values: Mapping[str, Any]) -> Row | None:
        """Return the row with the same dedupe fields as `values`."""
        keys = self.searchable()[0]
        return next(self.at(keys, tuple(values.get(name) for name in keys)), None)

    def write(self, row: Row, values: Mapping[str, Any], now: float) -> None:
        """Write values into a row, new or old; None empties a field."""
        for searched in self._places:
            self._unlist(row, searched)
        row.values.update(values)
        row.updated_at = now
        self.rows[row.guid] = row
        for searched in self._places:
            self._list(row, searched)

    def remove(self, row: Row) -> None:
        """Delete a row."""
        for searched in self._places:
            self._unlist(row, searched)
        del self.rows[row.guid]

    def _list(self, row: Row, searched: tuple[str, ...]) -> None:
        place = tuple(row.values.get(name) for name in searched)
        self._places[searched].setdefault(place, {})[row.guid] = None

    def _unlist(self, row: Row, searched: tuple[str, ...]) -> None:
        listed = self._places[searched].get(tuple(row.values.get(name) for name in searched))
        if listed:
            listed.pop(row.guid, None)
