"""Both simulated accounts for the storm: made ready without faults, and looked at from outside the connector."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from tests.simulation.world import BINDING

from turnout.clock import VirtualClock
from turnout.destinations.kit import Vendor
from turnout.destinations.marketo.vendor import MARKETO
from turnout.destinations.salesforce.vendor import SALESFORCE
from turnout.simulators.kit.faults import Fault
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo import app as marketo
from turnout.simulators.salesforce import app as salesforce
from turnout.values.bindings import Binding, Config

PROGRAM = "Storm 2026"
STATUSES = ("Created", "Invited", "Registered", "Confirmed", "autoConfirmed", "Attended", "Participated")
STEPS = dict(zip((*STATUSES, "Blocked", "Un-registered"), (10, 20, 30, 40, 40, 50, 60, 70, 80), strict=True))


class Stood(Struct):
    """What stands in an account, by e-mail."""

    people: Counter[str]
    members: dict[str, str]
    rows: dict[tuple[str, str, int], float]
    doubled: list[str]


class Fixture(Struct):
    """One vendor's account in the storm."""

    vendor: Vendor
    simulator: Simulator
    config: Config
    binding: Binding
    faults: Sequence[Fault]


def fixture(kind: str, clock: VirtualClock, *, bulk_rows: str) -> Fixture:
    """Return a vendor's account, not provisioned yet."""
    binding = Binding(BINDING, "9009", PROGRAM, kind, program=PROGRAM)
    if kind == "salesforce":
        simulator = salesforce.salesforce(clock=clock, seed={"records": [_campaign(), *_campaign_statuses()]})
        settings = {
            "url": "http://127.0.0.1:1",
            "client_id": salesforce.CLIENT_ID,
            "client_secret": salesforce.CLIENT_SECRET,
        }
        return Fixture(
            SALESFORCE, simulator, Config(kind, kind, {**settings, "bulk_rows": bulk_rows}), binding, SALESFORCE_FAULTS
        )
    seed = {
        "channels": [
            {
                "name": "Kaltura Event",
                "applicableProgramType": "event",
                "statuses": [{"name": name, "step": step, "success": 30 <= step <= 60} for name, step in STEPS.items()],
            }
        ],
        "programs": [{"name": PROGRAM, "type": "Event", "channel": "Kaltura Event"}],
    }
    simulator = marketo.marketo(clock=clock, seed=seed)
    settings = {
        "endpoint": "http://127.0.0.1:1",
        "client_id": marketo.CLIENT_ID,
        "client_secret": marketo.CLIENT_SECRET,
    }
    return Fixture(
        MARKETO, simulator, Config(kind, kind, {**settings, "bulk_rows": bulk_rows}), binding, MARKETO_FAULTS
    )


def _campaign() -> dict[str, Any]:
    return {"sobject": "Campaign", "ref": "storm", "fields": {"Name": PROGRAM}}


def _campaign_statuses() -> list[dict[str, Any]]:
    return [
        {
            "sobject": "CampaignMemberStatus",
            "fields": {
                "CampaignId": "@storm",
                "Label": label,
                "SortOrder": 10 + number,
                "HasResponded": 30 <= STEPS[label] <= 60,
            },
        }
        for number, label in enumerate(STEPS)
    ]


def _common(writes: str) -> tuple[Fault, ...]:
    return (
        Fault("cut_before", path=writes, chance=0.08, times=0),
        Fault("cut_after", path=writes, chance=0.08, times=0),
        Fault("unreachable", chance=0.03, times=0),
        Fault("unreachable", path=writes, chance=0.95, times=14),
        Fault("error", path=writes, chance=0.05, times=0, status=502),
        Fault("error", path=writes, chance=0.05, times=0, status=503, acted=True),
        Fault("garbage", chance=0.03, times=0),
        Fault("short", path=writes, method="POST", chance=0.05, times=0),
        Fault("throttle", chance=0.04, times=0),
    )


SALESFORCE_FAULTS = (
    *_common("/(composite|jobs/ingest)"),
    Fault("short", path="/query$", chance=0.05, times=0),
    Fault("refuse", path="/composite", chance=0.05, times=0, code="UNABLE_TO_LOCK_ROW"),
    Fault("refuse", path="/services/data/v", chance=0.03, times=0, code="INVALID_SESSION_ID"),
)
MARKETO_FAULTS = (
    *_common("/rest/v1/(leads|programs/.*/members/status|customobjects/.*).json$"),
    Fault("refuse", path="/rest/v1/", chance=0.04, times=0, code="611"),
    Fault("refuse", path="/rest/v1/", chance=0.03, times=0, code="601"),
    Fault("refuse", path="/rest/v1/", chance=0.03, times=0, code="615"),
    Fault("refuse", path="/rest/v1/(leads|customobjects)", chance=0.03, times=0, code="713"),
)


def stood(simulator: Simulator) -> Stood:
    """Return what stands in an account, read from the simulator's own books."""
    if simulator.vendor.kind == "salesforce":
        return _in_salesforce(simulator.vendor)
    return _in_marketo(simulator.vendor.account)


def _in_salesforce(vendor: Any) -> Stood:
    tables = vendor.org.tables
    leads = {row["Id"]: row["Email"] for row in _rows(tables, "lead")}
    members = {row["Id"]: (leads.get(row["LeadId"], "?"), row["Status"]) for row in _rows(tables, "campaignmember")}
    rows: Counter[tuple[str, str, int]] = Counter()
    plays: dict[tuple[str, str, int], float] = {}
    for row in _rows(tables, "usersessionengagement__c"):
        owner = members.get(row["campaign_member__c"], ("nobody",))[0]
        place = (owner, row["entry_id__c"], int(row["channel_id__c"]))
        rows[place] += 1
        plays[place] = float(row["plays__c"])
    emails = Counter(email for email, _ in members.values())
    doubled = [str(place) for place, number in rows.items() if number > 1]
    doubled += [email for email, number in emails.items() if number > 1]
    return Stood(Counter(leads.values()), dict(members.values()), plays, doubled)


def _rows(tables: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [row for row in tables[name].rows.values() if not row.get("IsDeleted")] if name in tables else []


def _in_marketo(account: Any) -> Stood:
    emails = {number: str(person.values.get("email")) for number, person in account.people.by_id.items()}
    program = next(program for program in account.programs.by_id.values() if program.name == PROGRAM)
    members = {emails[member.lead_id]: member.status.name for member in program.members.values()}
    plays: dict[tuple[str, str, int], float] = {}
    doubled = []
    for row in account.objects["kalturaUserSessionEngagement"].rows.values():
        values = row.values
        place = (emails[values["personId"]], values["entry_id"], int(values["channel_id"]))
        doubled += [str(place)] if place in plays else []
        plays[place] = float(values["plays"])
    return Stood(Counter(emails.values()), members, plays, doubled)
