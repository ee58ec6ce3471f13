"""What of Marketo is imitated, where it is documented, and what is left out; and what stands in the account."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.simulators.kit.fidelity import Behaviour, table
from turnout.simulators.marketo.account.account import Account

BEHAVIOURS: Final[Sequence[Behaviour]] = ()


def standing(account: Account) -> Mapping[str, Any]:
    """Return what stands in the account, as JSON."""
    programs = {
        program.name: {
            "id": program.id,
            "channel": program.channel.name,
            "members": dict(Counter(member.status.name for member in program.members.values())),
            "statuses": {_email(account, each.lead_id): each.status.name for each in program.members.values()},
        }
        for program in account.programs.by_id.values()
    }
    return {
        "people": len(account.people.by_id),
        "programs": programs,
        "objects": {name: {"state": kind.state(), "rows": len(kind.rows)} for name, kind in account.objects.items()},
        "activities": len(account.activities.log),
        "permissions": sorted(account.permissions),
    }


def _email(account: Account, lead_id: int) -> str:
    return str(account.people.by_id[lead_id].values.get("email") or lead_id)


def page() -> str:
    """Return the reference page of the fidelity table."""
    return table("Fidelity of the Marketo simulator", BEHAVIOURS)
