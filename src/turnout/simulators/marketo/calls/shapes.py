"""How the shape of a custom object type is shown: its searchable fields and its relationships."""

from typing import Any

from turnout.simulators.marketo.account.objects import Shape


def searchable_fields(shape: Shape) -> list[list[str]]:
    """Return what rows can be found by: the dedupe fields together, marketoGUID, each link field."""
    links = [[each.name] for each in shape.links() if (each.name,) != shape.keys()]
    return [list(shape.keys()), ["marketoGUID"], *links]


def relationships(shape: Shape) -> list[dict[str, Any]]:
    """Return the links to other objects."""
    return [
        {
            "field": each.name,
            "type": "child",
            "relatedTo": {"name": _title(each.link.name), "field": _title(each.link.field)},
        }
        for each in shape.links()
        if each.link
    ]


def _title(name: str) -> str:
    return {"lead": "Lead", "company": "Company", "id": "Id"}.get(name.lower(), name)
