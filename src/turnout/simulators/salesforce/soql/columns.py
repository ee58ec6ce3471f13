"""found -> what its columns are: the answer of a query with `columns=true`."""

from typing import Any

from turnout.simulators.salesforce.schema.fields import NUMBERS, TEXTS, Field
from turnout.simulators.salesforce.soql.run import Column, Found
from turnout.simulators.salesforce.soql.tree import Aggregate, Path


def column_metadata(found: Found) -> dict[str, Any]:
    """Return the columns of a query's answer, lookups as columns joined to others."""
    if found.grouped is not None or (not found.shown and not found.nested):
        columns = [_computed(one, place) for place, one in enumerate(found.query.selected)]
    else:
        columns = _joined([(column, 0) for column in found.shown])
        columns += [
            {**_column(nest.name), "aggregate": True, "joinColumns": _nested(nest.found)} for nest in found.nested
        ]
    return {
        "columnMetadata": columns,
        "entityName": found.sobject.name,
        "groupBy": bool(found.query.group_by),
        "idSelected": any(column.field.type == "id" and not column.over for column in found.shown),
        "keyPrefix": found.sobject.prefix,
    }


def _nested(found: Found) -> list[dict[str, Any]]:
    return _joined([(column, 0) for column in found.shown])


def _joined(columns: list[tuple[Column, int]]) -> list[dict[str, Any]]:
    """Return columns where those reached over one lookup stand below that lookup; the number is the depth."""
    shown: list[dict[str, Any]] = []
    groups: dict[str, list[tuple[Column, int]]] = {}
    for column, depth in columns:
        if depth == len(column.over):
            shown.append(_column(column.field.name, column.field))
            continue
        name = column.over[depth].relationship or column.over[depth].name
        if name not in groups:
            shown.append(_column(name))
            groups[name] = []
        groups[name].append((column, depth + 1))
    for one in shown:
        if one["columnName"] in groups and one["apexType"] is None:
            one["joinColumns"] = _joined(groups[one["columnName"]])
    return shown


def _computed(one: Any, place: int) -> dict[str, Any]:
    name = one.alias if isinstance(one, Path | Aggregate) and one.alias else ""
    if isinstance(one, Path):
        return _column(name or one.names[-1])
    shown = _column(name or f"expr{place}")
    return {**shown, "aggregate": True, "numberType": True}


def _column(name: str, field: Field | None = None) -> dict[str, Any]:
    kind = field.type if field else ""
    return {
        "aggregate": False,
        "apexType": kind.capitalize() or None,
        "booleanType": kind == "boolean",
        "columnName": name,
        "custom": bool(field and field.custom),
        "displayName": name,
        "foreignKeyName": field.reference_to[0] if field and field.reference_to else None,
        "insertable": bool(field and field.createable),
        "joinColumns": [],
        "numberType": kind in NUMBERS,
        "textType": kind in TEXTS,
        "updatable": bool(field and field.updateable),
    }
