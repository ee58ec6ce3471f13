"""permission sets -> what the running user may see and write: objects, and fields by field-level security."""

from typing import TYPE_CHECKING, Any

from turnout.simulators.salesforce.schema.fields import Field, SObject

if TYPE_CHECKING:
    from turnout.simulators.salesforce.org import Org


class Access:
    """The running user's rights, worked out once and kept until permissions change.

    Standard objects and fields are granted by the profile unless the settings hide them. A custom object
    needs a permission set; so does a custom field, unless it is required: that one is always visible.
    """

    def __init__(self, org: "Org", objects: dict[str, dict[str, Any]], fields: dict[str, tuple[bool, bool]]) -> None:
        self._settings = org.settings
        self._objects = objects
        self._fields = fields
        self._visible: dict[str, dict[str, Field]] = {}

    @classmethod
    def of(cls, org: "Org") -> "Access":
        """Return the rights that the permission sets assigned to the running user add up to."""
        assigned = {
            row["PermissionSetId"]
            for row in org.table("PermissionSetAssignment").found(("AssigneeId",), (org.user_id,))
        }
        objects: dict[str, dict[str, Any]] = {}
        for row in org.table("ObjectPermissions").rows.values():
            if row["ParentId"] in assigned:
                rights = objects.setdefault(row["SobjectType"].lower(), {})
                rights.update({name: True for name, value in row.items() if value is True})
        fields: dict[str, tuple[bool, bool]] = {}
        for row in org.table("FieldPermissions").rows.values():
            if row["ParentId"] in assigned:
                reads, edits = fields.get(row["Field"].lower(), (False, False))
                fields[row["Field"].lower()] = (reads or row["PermissionsRead"], edits or row["PermissionsEdit"])
        return cls(org, objects, fields)

    def sees(self, sobject: SObject) -> bool:
        """Return whether the user may read an object at all."""
        if sobject.name in self._settings.hidden_objects:
            return False
        return self._may(sobject, "PermissionsRead")

    def creates(self, sobject: SObject) -> bool:
        """Return whether the user may create records."""
        return sobject.createable and self._writes(sobject) and self._may(sobject, "PermissionsCreate")

    def edits(self, sobject: SObject) -> bool:
        """Return whether the user may update records."""
        return self._writes(sobject) and self._may(sobject, "PermissionsEdit")

    def deletes(self, sobject: SObject) -> bool:
        """Return whether the user may delete records."""
        return sobject.deletable and self._writes(sobject) and self._may(sobject, "PermissionsDelete")

    def visible(self, sobject: SObject) -> dict[str, Field]:
        """Return the fields the user can see, by lower-case name."""
        key = sobject.name.lower()
        if key not in self._visible:
            self._visible[key] = {name: f for name, f in sobject.fields.items() if self._field(sobject, f)[0]}
        return self._visible[key]

    def writable(self, sobject: SObject, field: Field) -> bool:
        """Return whether field-level security lets the user write a visible field."""
        return self._field(sobject, field)[1]

    def _writes(self, sobject: SObject) -> bool:
        return sobject.name not in self._settings.readonly_objects

    def _may(self, sobject: SObject, right: str) -> bool:
        if not sobject.custom or self._settings.modify_all_data:
            return True
        return bool(self._objects.get(sobject.name.lower(), {}).get(right))

    def _field(self, sobject: SObject, field: Field) -> tuple[bool, bool]:
        name = f"{sobject.name}.{field.name}"
        if name in self._settings.hidden_fields and not (field.custom and not field.nillable):
            return False, False
        granted = self._fields.get(name.lower(), (False, False)) if field.permissionable else (True, True)
        return granted[0] or granted[1], granted[1] and name not in self._settings.readonly_fields
