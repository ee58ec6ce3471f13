"""The rules of campaigns, their statuses and their members."""

from typing import TYPE_CHECKING, Any

from turnout.simulators.salesforce.refusals import Refusal, converted, not_writable, refuse
from turnout.simulators.salesforce.storage import Row

if TYPE_CHECKING:
    from turnout.simulators.salesforce.org import Org
    from turnout.simulators.salesforce.saving.save import Options

UNKNOWN_TWIN = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
FIRST_STATUSES = (("Sent", 3, True, False), ("Responded", 4, False, True))
"""A new campaign's statuses: label, order, default, responded."""


def statuses(org: "Org", campaign_id: str) -> list[Row]:
    """Return a campaign's member statuses."""
    return org.table("CampaignMemberStatus").found(("CampaignId",), (campaign_id,))


def after_campaign(org: "Org", row: Row, old: Row | None) -> None:
    """Give a new campaign its two statuses."""
    if old is not None:
        return
    for label, order, default, responded in FIRST_STATUSES:
        status = {"CampaignId": row["Id"], "Label": label, "SortOrder": order}
        flags = {"IsDefault": default, "HasResponded": responded, "IsDeleted": False}
        system = {name: row[name] for name in ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById")}
        record_id = org.new_id("01Y")
        stamp = {"SystemModstamp": row["SystemModstamp"]}
        org.put(org.table("CampaignMemberStatus"), {"Id": record_id, **status, **flags, **system, **stamp})


def before_status(org: "Org", row: Row, old: Row | None, *, options: "Options") -> None:
    """Keep labels and orders of a campaign's statuses apart, and one of them the default."""
    if row.get("CampaignId") is None or row.get("Label") is None:
        return  # REQUIRED_FIELD_MISSING follows
    others = [status for status in statuses(org, row["CampaignId"]) if status["Id"] != row["Id"]]
    if row.get("SortOrder") is None:
        row["SortOrder"] = max((status["SortOrder"] for status in others), default=0) + 1
    for status in others:
        if status["SortOrder"] == row["SortOrder"] or status["Label"].casefold() == row["Label"].casefold():
            refuse("DUPLICATE_VALUE", UNKNOWN_TWIN)
    defaults = [status for status in others if status["IsDefault"]]
    if row["IsDefault"] and defaults:
        if org.settings.second_default == "refused":
            refuse("DUPLICATE_VALUE", UNKNOWN_TWIN)
        for status in defaults:
            org.put(org.table("CampaignMemberStatus"), {**status, "IsDefault": False})
    _kept(row, old, others)


def _kept(row: Row, old: Row | None, others: list[Row]) -> None:
    if old is None:
        return
    if old["IsDefault"] and not row["IsDefault"] and not any(status["IsDefault"] for status in others):
        refuse("FIELD_INTEGRITY_EXCEPTION", "A campaign must have one default member status", ["IsDefault"])
    if old["HasResponded"] and not row["HasResponded"] and not any(status["HasResponded"] for status in others):
        words = "A campaign must have at least one responded member status"
        refuse("FIELD_INTEGRITY_EXCEPTION", words, ["HasResponded"])


def before_status_delete(org: "Org", row: Row) -> None:
    """Refuse to delete a status that is the default, the last responded one, or in use."""
    others = [status for status in statuses(org, row["CampaignId"]) if status["Id"] != row["Id"]]
    used = any(member["Status"] == row["Label"] for member in members(org, row["CampaignId"]))
    if row["IsDefault"] or used or not any(status["HasResponded"] for status in others):
        refuse("DELETE_FAILED", "The campaign member status is the default one, in use, or the last responded one")


def members(org: "Org", campaign_id: str) -> list[Row]:
    """Return a campaign's members."""
    return org.table("CampaignMember").found(("CampaignId",), (campaign_id,))


def before_member(org: "Org", row: Row, old: Row | None, *, options: "Options") -> None:
    """Settle who the member is and which status it gets."""
    _unlocked(org, row)
    if old is None:
        _joined(org, row)
    elif any(old.get(name) != row.get(name) for name in ("CampaignId", "LeadId", "ContactId")):
        raise not_writable(["CampaignId", "LeadId", "ContactId"])
    if old is None or old.get("Status") != row.get("Status"):
        _given_status(org, row)


def _unlocked(org: "Org", row: Row) -> None:
    """Refuse a member whose campaign another job holds; saving a member locks the campaign and the person."""
    if any(row.get("CampaignId") in job.held for job in org.jobs.values() if job.held and job.id != org.acting_job):
        words = f"unable to obtain exclusive access to this record or 1 records: {row['CampaignId']}"
        refuse("UNABLE_TO_LOCK_ROW", words)


def _joined(org: "Org", row: Row) -> None:
    """A member is a contact or a lead, once; of both, silently, the contact."""
    if row.get("ContactId"):
        row["LeadId"] = None
    elif row.get("LeadId"):
        if org.table("Lead").rows[row["LeadId"]].get("IsConverted"):
            raise converted()
    else:
        missing = ["LeadId", "ContactId"]
        raise Refusal("REQUIRED_FIELD_MISSING", "Required fields are missing: [LeadId, ContactId]", missing)
    name = "ContactId" if row.get("ContactId") else "LeadId"
    if org.table("CampaignMember").find(("CampaignId", name), (row.get("CampaignId"), row[name])):
        refuse("DUPLICATE_VALUE", "Already a campaign member.")


def _given_status(org: "Org", row: Row) -> None:
    """Take the status by its label; one the campaign does not have silently becomes its default.

    Only where there is no default is the given text stored, as not responded (object reference, CampaignMember).
    """
    if row.get("CampaignId") is None:
        return  # REQUIRED_FIELD_MISSING follows
    listed = statuses(org, row["CampaignId"])
    text = row.get("Status")
    found = next((status for status in listed if text and status["Label"].casefold() == text.casefold()), None)
    found = found or next((status for status in listed if status["IsDefault"]), None)
    row["Status"] = found["Label"] if found else text
    row["HasResponded"] = bool(found and found["HasResponded"])
    if row["HasResponded"] and not row.get("FirstRespondedDate"):
        row["FirstRespondedDate"] = org.now_text[:10]


def rollup(org: "Org", campaign_id: str, counted: str) -> int:
    """Return a campaign's number of leads, contacts or responses."""
    found = members(org, campaign_id)
    if counted == "NumberOfResponses":
        return sum(bool(member["HasResponded"]) for member in found)
    contacts = sum(bool(member.get("ContactId")) for member in found)
    return contacts if counted == "NumberOfContacts" else len(found) - contacts


def person(org: "Org", member: Row) -> dict[str, Any]:
    """Return the lead or contact that a member is."""
    if member.get("ContactId"):
        return org.table("Contact").rows.get(member["ContactId"], {})
    return org.table("Lead").rows.get(member.get("LeadId") or "", {})
