"""a binding -> Seen: what the org shows of its campaign, statuses and objects, read once for all who ask."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from turnout.destinations.salesforce.calls.query import Found, id18, query, quoted
from turnout.destinations.salesforce.fields import object_names
from turnout.values.bindings import Binding, Config
from turnout.values.records import Kind
from turnout.wire import Reply, Talk, get

CAMPAIGN: Final = "701"


class Seen(Struct, frozen=True):
    """An org as it shows itself; a describe is None where the object is not there or cannot be seen.

    `campaigns` are all that fit the binding: one is right, several are a question for a person.
    """

    asked: str = ""
    campaigns: tuple[Found, ...] = ()
    statuses: tuple[Found, ...] = ()
    describes: Mapping[Kind, Mapping[str, Any] | None] = field(default_factory=dict)

    @property
    def campaign(self) -> Found | None:
        """Return the one campaign, or None."""
        return self.campaigns[0] if len(self.campaigns) == 1 else None

    def fields(self, kind: Kind) -> dict[str, Mapping[str, Any]]:
        """Return {API name in lower case: describe} of an object's visible fields."""
        describe = self.describes.get(kind) or {}
        return {str(one["name"]).lower(): one for one in describe.get("fields") or ()}


def look(config: Config, binding: Binding | None) -> Talk[Seen]:
    """Return what the org shows: the campaign and its statuses (where an event is bound), and four describes."""
    campaigns: Sequence[Found] = ()
    statuses: Sequence[Found] = ()
    if binding:
        campaigns = yield from campaigns_of(wanted_campaign(binding))
    if len(campaigns) == 1:
        statuses = yield from statuses_of(campaigns[0]["Id"])
    describes: dict[Kind, Mapping[str, Any] | None] = {}
    describes[Kind.PERSON] = yield from described("Lead")
    describes[Kind.MEMBER] = yield from described("CampaignMember")
    for kind in (Kind.ENGAGEMENT, Kind.POLLS):
        describes[kind] = yield from described(*object_names(config, kind))
    return Seen(wanted_campaign(binding) if binding else "", tuple(campaigns), tuple(statuses), describes)


def wanted_campaign(binding: Binding) -> str:
    """Return the id or name of the campaign that a binding means."""
    return (binding.program or binding.event_name).strip()


def identity(text: str) -> bool:
    """Return whether a text is a campaign's record id."""
    return text.startswith(CAMPAIGN) and len(text) in (15, 18) and text.isascii() and text.isalnum()


def mistyped(text: str) -> bool:
    """Return whether a campaign's record id has check characters that do not belong to it."""
    return identity(text) and len(text) == 18 and id18(text[:15]) != text


def campaigns_of(asked: str) -> Talk[list[Found]]:
    """Return the campaigns of an id or a name."""
    if mistyped(asked):
        return []
    column = "Id" if identity(asked) else "Name"
    return (yield from query(f"SELECT Id, Name FROM Campaign WHERE {column} = {quoted(asked)}"))


def statuses_of(campaign: str) -> Talk[list[Found]]:
    """Return a campaign's member statuses in their order."""
    fields = "Id, Label, HasResponded, IsDefault, SortOrder"
    where = f"CampaignId = {quoted(campaign)}"
    return (yield from query(f"SELECT {fields} FROM CampaignMemberStatus WHERE {where} ORDER BY SortOrder"))


def described(*names: str) -> Talk[Mapping[str, Any] | None]:
    """Return the describe of the first object that is there, or None."""
    for name in names:
        reply: Reply = yield get(f"/sobjects/{name}/describe")
        if reply.status == 200:
            found: Mapping[str, Any] = reply.json()
            return found
    return None
