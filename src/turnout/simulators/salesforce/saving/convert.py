"""Converting a lead: what only people (and SOAP) can do."""

from typing import Any, Final

from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import converted
from turnout.simulators.salesforce.saving.save import Options, insert, standing

_COPIED: Final = ("FirstName", "LastName", "Salutation", "Email", "Phone", "Title", "OwnerId", "LeadSource")


def convert_lead(org: Org, lead_id: str, contact_id: str | None = None) -> dict[str, Any]:
    """Turn a lead into a contact (a new one, or one that stands) and move its campaign memberships.

    The lead stays, marked converted. A member keeps its LeadId for tracking, as help "leads_notes" says.
    """
    lead = standing(org.table("Lead"), lead_id)
    if lead.get("IsConverted"):
        raise converted()
    if contact_id is None:
        contact_id = _contact(org, lead)
    contact = standing(org.table("Contact"), contact_id)
    done = {
        "IsConverted": True,
        "Status": "Closed - Converted",
        "ConvertedDate": org.now_text[:10],
        "ConvertedContactId": contact_id,
        "ConvertedAccountId": contact.get("AccountId"),
        "LastModifiedDate": org.now_text,
        "SystemModstamp": org.now_text,
    }
    org.put(org.table("Lead"), {**lead, **done})
    members = org.table("CampaignMember")
    for member in members.found(("LeadId",), (lead_id,)):
        if not members.find(("CampaignId", "ContactId"), (member["CampaignId"], contact_id)):
            org.put(members, {**member, "ContactId": contact_id, "SystemModstamp": org.now_text})
    return {"contact": contact_id, "account": contact.get("AccountId")}


def _contact(org: Org, lead: dict[str, Any]) -> str:
    trusted = Options(trusted=True)
    account = insert(
        org, org.sobjects["account"], {"Name": lead["Company"], "OwnerId": lead["OwnerId"]}, options=trusted
    ).id
    fields = {name: lead[name] for name in _COPIED if lead.get(name)}
    return insert(org, org.sobjects["contact"], {**fields, "AccountId": account}, options=trusted).id
