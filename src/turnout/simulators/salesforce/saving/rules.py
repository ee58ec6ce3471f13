"""Which rules run where: tables from an object's name to what happens before and after it is saved."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from turnout.simulators.salesforce.refusals import refuse
from turnout.simulators.salesforce.saving import campaigns, people
from turnout.simulators.salesforce.storage import Row

if TYPE_CHECKING:
    from turnout.simulators.salesforce.org import Org
    from turnout.simulators.salesforce.saving.save import Options


class Before(Protocol):
    """What happens before a record is stored: `row` may be changed, or refused."""

    def __call__(self, org: "Org", row: Row, old: Row | None, *, options: "Options") -> None: ...


After = Callable[["Org", Row, Row | None], None]


def _before_assignment(org: "Org", row: Row, old: Row | None, *, options: "Options") -> None:
    row["IsActive"] = True
    pair = (row.get("AssigneeId"), row.get("PermissionSetId"))
    if others := org.table("PermissionSetAssignment").find(("AssigneeId", "PermissionSetId"), pair):
        refuse(
            "DUPLICATE_VALUE",
            f"duplicate value found: PermissionSetId duplicates value on record with id: {others[0][:15]}",
        )


def _before_field_permission(org: "Org", row: Row, old: Row | None, *, options: "Options") -> None:
    name, _, field_name = (row.get("Field") or "").partition(".")
    sobject = org.sobjects.get(name.lower())
    field = sobject.fields.get(field_name.lower()) if sobject else None
    if field is None or not field.permissionable:
        words = f"Field Name: bad value for restricted picklist field: {row.get('Field')}"
        refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, ["Field"])


BEFORE: Final[dict[str, Before]] = {
    "CampaignMember": campaigns.before_member,
    "CampaignMemberStatus": campaigns.before_status,
    "Contact": people.before_contact,
    "FieldPermissions": _before_field_permission,
    "Lead": people.before_lead,
    "PermissionSetAssignment": _before_assignment,
}
AFTER: Final[dict[str, After]] = {"Campaign": campaigns.after_campaign}
BEFORE_DELETE: Final[dict[str, Callable[["Org", Row], None]]] = {
    "CampaignMemberStatus": campaigns.before_status_delete,
}
CASCADE: Final = {
    "Campaign": (("CampaignMember", "CampaignId"), ("CampaignMemberStatus", "CampaignId")),
    "Contact": (("CampaignMember", "ContactId"),),
    "Lead": (("CampaignMember", "LeadId"),),
    "PermissionSet": (
        ("PermissionSetAssignment", "PermissionSetId"),
        ("ObjectPermissions", "ParentId"),
        ("FieldPermissions", "ParentId"),
    ),
}
"""What is deleted with a record: the child object, and the field that names the parent."""


def _of_person(name: str) -> Callable[["Org", Row], Any]:
    return lambda org, row: campaigns.person(org, row).get(name)


def _named(_org: "Org", row: Row) -> Any:
    return people.full_name(row)


def _roll(name: str) -> Callable[["Org", Row], Any]:
    return lambda org, row: campaigns.rollup(org, row["Id"], name)


def _company(org: "Org", row: Row) -> Any:
    person = campaigns.person(org, row)
    if row.get("ContactId"):
        return org.table("Account").rows.get(person.get("AccountId") or "", {}).get("Name")
    return person.get("Company")


_COPIED: Final = (
    *("Salutation", "FirstName", "LastName", "Title", "Street", "City", "State", "PostalCode", "Country"),
    *("Email", "Phone", "Fax", "MobilePhone", "Description", "LeadSource"),
    *("DoNotCall", "HasOptedOutOfEmail", "HasOptedOutOfFax"),
)

DERIVED: Final[dict[tuple[str, str], Callable[["Org", Row], Any]]] = {
    ("Lead", "Name"): _named,
    ("Contact", "Name"): _named,
    ("User", "Name"): _named,
    ("Campaign", "NumberOfLeads"): _roll("NumberOfLeads"),
    ("Campaign", "NumberOfContacts"): _roll("NumberOfContacts"),
    ("Campaign", "NumberOfResponses"): _roll("NumberOfResponses"),
    **{("CampaignMember", name): _of_person(name) for name in _COPIED},
    ("CampaignMember", "Name"): lambda org, row: people.full_name(campaigns.person(org, row)),
    ("CampaignMember", "CompanyOrAccount"): _company,
    ("CampaignMember", "LeadOrContactId"): lambda _org, row: row.get("ContactId") or row.get("LeadId"),
    ("CampaignMember", "LeadOrContactOwnerId"): _of_person("OwnerId"),
    ("CampaignMember", "Type"): lambda _org, row: "Contact" if row.get("ContactId") else "Lead",
}
"""Fields that are worked out when read, from the record and those it names."""
