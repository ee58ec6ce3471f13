"""seed -> account: the people and campaigns that stood before anybody integrated anything."""

import json
from collections.abc import Mapping
from typing import Any, Final

from turnout.clock import Clock
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal
from turnout.simulators.salesforce.saving.convert import convert_lead
from turnout.simulators.salesforce.saving.save import Options, insert, update

_TRUSTED: Final = Options(trusted=True)
_KEYS: Final = frozenset({"records", "converted", "settings"})


def seeded(clock: Clock, seed: Mapping[str, Any] | None) -> Org:
    """Return an account as the seed describes it: `records`, `converted` leads, `settings`.

    A record is {"sobject", "ref", "fields"}; a value "@ref" is another record's id. CampaignMemberStatus
    records replace the two statuses of a new campaign. `converted` lists {"lead": "@ref", "contact": "@ref"}.
    Raises ValueError for a seed that makes no sense.
    """
    seed = seed or {}
    if stray := set(seed) - _KEYS:
        raise ValueError(f"a seed has {', '.join(sorted(_KEYS))}, not {', '.join(sorted(stray))}")
    org = Org(clock, seed.get("settings"))
    _founded(org)
    refs = {"me": org.user_id}
    for record in seed.get("records", ()):
        try:
            _planted(org, record, refs)
        except (KeyError, Refusal) as problem:
            raise ValueError(f"the seed's {record} cannot stand: {problem!r}") from problem
    for pair in seed.get("converted", ()):
        contact = pair.get("contact")
        convert_lead(org, _named(pair["lead"], refs), _named(contact, refs) if contact else None)
    org.begin(clock.now())
    return org


def _founded(org: Org) -> None:
    """Make what every account has: the organization, the running user with a profile, and a colleague."""
    org.begin(org.clock.now())
    system = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), org.now_text)
    system |= {"CreatedById": org.user_id, "LastModifiedById": org.user_id}
    zone = {"TimeZoneSidKey": "America/Los_Angeles", "LanguageLocaleKey": "en_US"}
    company = {"Name": "Example Org", "OrganizationType": "Enterprise Edition", "IsSandbox": False}
    locale = {"DefaultLocaleSidKey": "en_US", "InstanceName": "SIM1", "NamespacePrefix": None}
    org.put(org.table("Organization"), {"Id": org.org_id, **company, **locale, **zone, **system})
    profile = org.new_id("00e")
    named = {"Name": "Minimum Access - API Only Integrations", "UserType": "Standard"}
    org.put(org.table("Profile"), {"Id": profile, **named, **system})
    people = ((org.user_id, "Integration", "User", "integration"), (org.new_id("005"), "Sally", "Sales", "sally"))
    for record_id, first, last, alias in people:
        who = {"FirstName": first, "LastName": last, "Alias": alias[:8], "ProfileId": profile, "IsActive": True}
        mail = {"Username": f"{alias}@example.com", "Email": f"{alias}@example.com", "UserType": "Standard"}
        more = {"LocaleSidKey": "en_US", "UserPermissionsMarketingUser": True}
        org.put(org.table("User"), {"Id": record_id, **who, **mail, **more, **zone, **system})


def _planted(org: Org, record: Mapping[str, Any], refs: dict[str, str]) -> None:
    sobject = org.sobjects[record["sobject"].lower()]
    fields = {name: _named(value, refs) for name, value in record["fields"].items()}
    if sobject.name == "CampaignMemberStatus" and (found := _same_status(org, fields)):
        given = {name: value for name, value in fields.items() if name != "CampaignId"}
        saved = update(org, sobject, found, given=given, options=_TRUSTED)
    else:
        saved = insert(org, sobject, fields, options=_TRUSTED)
    if ref := record.get("ref"):
        if ref in refs:
            raise ValueError(f"the seed names two records {ref}")
        refs[ref] = saved.id
    _dated(org, sobject.name, saved.id, modified=record.get("modified"))


def _same_status(org: Org, fields: Mapping[str, Any]) -> str | None:
    found = org.table("CampaignMemberStatus").find(("CampaignId", "Label"), (fields["CampaignId"], fields["Label"]))
    return found[0] if found else None


def _dated(org: Org, name: str, record_id: str, *, modified: str | None) -> None:
    """Set when a record was last modified, where the seed says."""
    if modified:
        row = org.table(name).rows[record_id]
        org.put(org.table(name), {**row, "LastModifiedDate": modified, "SystemModstamp": modified})


def _named(value: Any, refs: Mapping[str, str]) -> Any:
    if isinstance(value, str) and value.startswith("@") and "@" not in value[1:]:
        if value[1:] not in refs:
            raise ValueError(f"the seed names {value}, which no earlier record is")
        return refs[value[1:]]
    return value


def read_seed(text: str) -> Mapping[str, Any]:
    """Return the seed that a JSON text holds; ValueError where it holds none."""
    seed = json.loads(text)
    if not isinstance(seed, dict):
        raise ValueError("a seed is a JSON object")
    return seed
