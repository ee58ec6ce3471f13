"""Objects and their fields, as values; the standard ones come from describes of real orgs."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct, field

TEXTS: Final = frozenset({"string", "textarea", "phone", "url", "email", "picklist"})
NUMBERS: Final = frozenset({"double", "currency", "percent", "int"})


class Field(Struct, frozen=True):
    """A field. `length` is in characters; `precision` counts all digits, `scale` those after the point."""

    name: str
    label: str
    type: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    default: str | bool | None = None
    id_lookup: bool = False
    name_field: bool = False
    reference_to: tuple[str, ...] = ()
    relationship: str | None = None
    children: str | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    custom: bool = False
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    auto_number: bool = False
    help: str | None = None
    description: str | None = None

    @property
    def required(self) -> bool:
        """Whether a record needs a value that nobody else provides."""
        return not self.nillable and not self.defaulted and self.createable

    @property
    def permissionable(self) -> bool:
        """Whether field-level security governs it: custom and not required."""
        return self.custom and self.nillable

    @property
    def exact(self) -> bool:
        """Whether values that differ only in case are different."""
        return self.type in {"id", "reference"} or self.case_sensitive


class SObject(Struct):
    """An object; `fields` by lower-case name, in order."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field]
    createable: bool = True
    deletable: bool = True
    undeletable: bool = True
    custom: bool = False
    relationships: dict[str, Field] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.relationships = {f.relationship.lower(): f for f in self.fields.values() if f.relationship}

    def add(self, added: Field) -> None:
        """Add a field, or put one in the place of its former self."""
        self.fields[added.name.lower()] = added
        if added.relationship:
            self.relationships[added.relationship.lower()] = added


class _Listed(Struct):
    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    createable: bool
    deletable: bool
    undeletable: bool


@cache
def _listed() -> tuple[_Listed, ...]:
    content = (Path(__file__).parent / "standard.json").read_bytes()
    return msgspec.json.decode(content, type=tuple[_Listed, ...])


def standard() -> dict[str, SObject]:
    """Return the standard objects by lower-case name, fresh, so that an org may add to them."""
    return {
        one.name.lower(): SObject(
            one.name,
            one.label,
            one.plural,
            one.prefix,
            {f.name.lower(): f for f in one.fields},
            one.createable,
            one.deletable,
            one.undeletable,
        )
        for one in _listed()
    }


def custom_object(name: str, label: str, plural: str, *, prefix: str, name_field: Field) -> SObject:
    """Return a new custom object with the fields that every custom object has."""
    template = standard()["campaignmemberstatus"].fields
    shared = ("isdeleted", "createddate", "createdbyid", "lastmodifieddate", "lastmodifiedbyid", "systemmodstamp")
    fields: Mapping[str, Field] = {
        "id": template["id"],
        "name": name_field,
        "ownerid": Field(
            "OwnerId",
            "Owner ID",
            "reference",
            18,
            nillable=False,
            defaulted=True,
            reference_to=("User",),
            relationship="Owner",
        ),
        **{key: template[key] for key in shared},
    }
    return SObject(name, label, plural, prefix, dict(fields), custom=True)
