"""The rules of leads and contacts: conversion, duplicate rules, assignment."""

from typing import TYPE_CHECKING, Any

from turnout.simulators.salesforce.refusals import Refusal, converted
from turnout.simulators.salesforce.storage import Row

if TYPE_CHECKING:
    from turnout.simulators.salesforce.org import DuplicateRule, Org
    from turnout.simulators.salesforce.saving.save import Options


def before_lead(org: "Org", row: Row, old: Row | None, *, options: "Options") -> None:
    """Refuse to change a converted lead; run duplicate rules; let the assignment rule pick the owner."""
    if old is not None and old.get("IsConverted") and not options.trusted:
        raise converted()
    _without_twins(org, "Lead", row, old=old, options=options)
    if org.settings.assignment_owner and options.auto_assign and not options.trusted:
        row["OwnerId"] = assignee(org)


def before_contact(org: "Org", row: Row, old: Row | None, *, options: "Options") -> None:
    """Run the duplicate rules."""
    _without_twins(org, "Contact", row, old=old, options=options)


def assignee(org: "Org") -> str:
    """Return the user to whom the assignment rule gives leads: the first who is not the running user."""
    return next(user for user in org.table("User").rows if user != org.user_id)


def _without_twins(org: "Org", name: str, row: Row, *, old: Row | None, options: "Options") -> None:
    email = row.get("Email")
    if options.trusted or not email or (old is not None and old.get("Email") == email):
        return
    for rule in org.settings.duplicate_rules:
        if rule.object != name or (rule.action == "Allow" and options.allow_duplicates):
            continue
        found = [(kind, twin) for kind in rule.matches for twin in _twins(org, kind, email) if twin != row["Id"]]
        if found:
            more = _matches(org, rule, found, options=options)
            raise Refusal("DUPLICATES_DETECTED", rule.message, None, more=more)


def _twins(org: "Org", kind: str, email: str) -> list[str]:
    found = org.table(kind).found(("Email",), (email,))
    return [row["Id"] for row in found if not row.get("IsConverted")]


def _matches(org: "Org", rule: "DuplicateRule", found: list[tuple[str, str]], *, options: "Options") -> dict[str, Any]:
    """Return the misspelt object that real answers carry beside the message (facts: v51 to v56 seen)."""
    results = []
    for kind in dict.fromkeys(kind for kind, _ in found):
        records = [
            {
                "additionalInformation": [],
                "fieldDiffs": [],
                "matchConfidence": 100.0,
                "record": _shown(org, kind, record_id, details=options.duplicate_details),
            }
            for one, record_id in found
            if one == kind
        ]
        results.append(
            {
                "entityType": kind,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": records,
                "rule": f"Standard_{kind}_Match_Rule",
                "size": len(records),
                "success": True,
            }
        )
    key = "duplicateResut" if org.settings.misspelt_duplicates else "duplicateResult"
    told = {"allowSave": rule.action == "Allow", "duplicateRule": rule.name, "duplicateRuleEntityType": rule.object}
    return {key: {**told, "errorMessage": rule.message, "matchResults": results}}


def _shown(org: "Org", kind: str, record_id: str, *, details: bool) -> dict[str, Any]:
    url = f"/services/data/v68.0/sobjects/{kind}/{record_id}"
    record: dict[str, Any] = {"attributes": {"type": kind, "url": url}, "Id": record_id}
    if details:
        row = org.table(kind).rows[record_id]
        record |= {name: row.get(name) for name in ("FirstName", "LastName", "Email")}
    return record


def full_name(row: Row) -> str:
    """Return a person's name as Salesforce composes it."""
    return " ".join(part for part in (row.get("FirstName"), row.get("LastName")) if part)
