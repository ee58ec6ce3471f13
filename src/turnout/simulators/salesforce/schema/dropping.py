"""A custom field, gone: with its values, indexes and permissions."""

from typing import TYPE_CHECKING

from turnout.simulators.salesforce.schema.fields import Field, SObject

if TYPE_CHECKING:
    from turnout.simulators.salesforce.org import Org


def drop_field(org: "Org", sobject: SObject, field: Field) -> None:
    """Delete a custom field, with all its values and permissions."""
    del sobject.fields[field.name.lower()]
    sobject.relationships.pop((field.relationship or "").lower(), None)
    table = org.table(sobject.name)
    table.forget_indexes(field.name)
    for row in list(table.rows.values()):
        table.put({key: value for key, value in row.items() if key != field.name})
    permissions = org.table("FieldPermissions")
    for record_id in permissions.find(("Field",), (f"{sobject.name}.{field.name}",)):
        org.drop(permissions, record_id)
    org.forget_access()
