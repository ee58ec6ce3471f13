"""The shapes that rows were accepted with, kept so that later ones can be compared in them."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from turnout.database import upsert
from turnout.plan.shapes import Shape
from turnout.tables import SHAPE


def save_shapes(connection: Connection, shapes: Iterable[Shape]) -> None:
    """Keep shapes; one that is known stays as it is."""
    rows = [
        {
            "id": shape.id,
            "fields": msgspec.json.encode(shape.fields).decode(),
            "mapping_version": shape.mapping_version,
            "catalogue": shape.catalogue,
        }
        for shape in shapes
    ]
    upsert(connection, SHAPE, rows, fresh=False)


def shapes(connection: Connection) -> dict[str, Shape]:
    """Return all shapes by their ids."""
    return {
        line["id"]: Shape(
            line["id"],
            msgspec.json.decode(line["fields"], type=tuple[str, ...]),
            line["mapping_version"],
            line["catalogue"],
        )
        for line in connection.execute(select(SHAPE)).mappings()
    }
