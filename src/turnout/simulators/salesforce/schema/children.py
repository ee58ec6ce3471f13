"""Names of child relationships: what the records that name a record are called from its side."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from turnout.simulators.salesforce.schema.fields import Field, SObject

if TYPE_CHECKING:
    from turnout.simulators.salesforce.org import Org

STANDARD: Final = {
    ("Campaign", "ParentId"): "ChildCampaigns",
    ("CampaignMember", "CampaignId"): "CampaignMembers",
    ("CampaignMember", "ContactId"): "CampaignMembers",
    ("CampaignMember", "LeadId"): "CampaignMembers",
    ("CampaignMemberStatus", "CampaignId"): "CampaignMemberStatuses",
    ("Contact", "AccountId"): "Contacts",
    ("FieldPermissions", "ParentId"): "FieldPerms",
    ("ObjectPermissions", "ParentId"): "ObjectPerms",
    ("PermissionSetAssignment", "AssigneeId"): "PermissionSetAssignments",
    ("PermissionSetAssignment", "PermissionSetId"): "Assignments",
}
"""Object and field (object reference, by object); custom lookups bring their own."""


def child_name(child: SObject, field: Field) -> str | None:
    """Return what the records of `child` are called by the record that their `field` names."""
    return field.children or STANDARD.get((child.name, field.name))


def children(org: "Org", sobject: SObject) -> Iterator[tuple[SObject, Field]]:
    """Yield the visible objects and fields that name records of an object."""
    for child in org.sobjects.values():
        if org.access.sees(child):
            for field in org.access.visible(child).values():
                if sobject.name in field.reference_to:
                    yield child, field


def child_of(org: "Org", sobject: SObject, name: str) -> tuple[SObject, Field] | None:
    """Return the object and field of a child relationship by its name, in any case."""
    wanted = name.lower()
    found = ((child, field) for child, field in children(org, sobject))
    return next((pair for pair in found if (child_name(*pair) or "").lower() == wanted), None)
