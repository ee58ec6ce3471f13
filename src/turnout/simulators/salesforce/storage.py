"""One object's records, with indexes that are built when first asked for and kept current from then on."""

from collections.abc import Iterable, Sequence
from typing import Any

from turnout.simulators.salesforce.schema.fields import SObject

Row = dict[str, Any]
"""A record: values by field name; never changed in place, but replaced, so that an old one can be put back."""
Names = tuple[str, ...]


class Table:
    """The records of one object by 18-character id; `gone` are those in the recycle bin."""

    def __init__(self, sobject: SObject) -> None:
        self.sobject = sobject
        self.rows: dict[str, Row] = {}
        self.gone: dict[str, Row] = {}
        self._indexes: dict[Names, dict[tuple[Any, ...], dict[str, None]]] = {}

    def put(self, row: Row) -> None:
        """Store a record in place of the one with its id, if any."""
        old = self.rows.get(row["Id"])
        for names, index in self._indexes.items():
            if old is not None and all(old.get(name) == row.get(name) for name in names):
                continue
            if old is not None:
                self._unlist(index, names, old)
            self._list(index, names, row)
        self.rows[row["Id"]] = row

    def remove(self, record_id: str) -> Row:
        """Take a record out, and return it."""
        row = self.rows.pop(record_id)
        for names, index in self._indexes.items():
            self._unlist(index, names, row)
        return row

    def find(self, names: Names, values: Sequence[Any]) -> list[str]:
        """Return the ids of the records that have these values in these fields; None matches nothing."""
        index = self._indexes.get(names)
        if index is None:
            index = self._built(names)
        key = tuple(self._folded(name, value) for name, value in zip(names, values, strict=True))
        return list(index.get(key, ()))

    def found(self, names: Names, values: Sequence[Any]) -> list[Row]:
        """Return the records that have these values in these fields."""
        return [self.rows[record_id] for record_id in self.find(names, values)]

    def forget_indexes(self, field_name: str) -> None:
        """Drop the indexes over a field whose meaning changed."""
        self._indexes = {names: index for names, index in self._indexes.items() if field_name not in names}

    def _built(self, names: Names) -> dict[tuple[Any, ...], dict[str, None]]:
        index: dict[tuple[Any, ...], dict[str, None]] = {}
        for row in self.rows.values():
            self._list(index, names, row)
        self._indexes[names] = index
        return index

    def _list(self, index: dict[tuple[Any, ...], dict[str, None]], names: Names, row: Row) -> None:
        key = self._key(names, row)
        if None not in key:
            index.setdefault(key, {})[row["Id"]] = None

    def _unlist(self, index: dict[tuple[Any, ...], dict[str, None]], names: Names, row: Row) -> None:
        key = self._key(names, row)
        if None not in key:
            ids = index[key]
            del ids[row["Id"]]
            if not ids:
                del index[key]

    def _key(self, names: Iterable[str], row: Row) -> tuple[Any, ...]:
        return tuple(self._folded(name, row.get(name)) for name in names)

    def _folded(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and not self.sobject.fields[name.lower()].exact:
            return value.casefold()
        return value
