"""Seen -> steps: makes what the org lacks (campaign, statuses, objects, fields, permission set), once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.destinations.salesforce.account.deploying import deploying_steps
from turnout.destinations.salesforce.account.doctor import wanted_statuses
from turnout.destinations.salesforce.account.metadata import (
    PERMISSION_SET,
)
from turnout.destinations.salesforce.account.seen import (
    Seen,
    campaigns_of,
    identity,
    look,
    statuses_of,
    wanted_campaign,
)
from turnout.destinations.salesforce.account.target import campaign_missing
from turnout.destinations.salesforce.calls.collections import Into, collection
from turnout.destinations.salesforce.calls.query import Found, id18, query, quoted
from turnout.records.statuses import successful
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Step
from turnout.wire import Reply, Talk, get

DONE: Final = "done"
MADE: Final = "made"
TODO: Final = "todo"
MANUAL: Final = "manual"


def provision(config: Config, binding: Binding, plan_only: bool) -> Talk[list[Step]]:
    """Make what is missing, or with `plan_only` tell what would be made; a second run makes nothing."""
    seen = yield from look(config, binding)
    steps, campaign, labels = yield from campaign_steps(seen, binding, plan_only)
    steps += yield from status_steps(binding, plan_only, campaign=campaign, statuses=labels)
    deployed, more = yield from deploying_steps(config, seen, plan_only)
    steps += more
    return steps + (yield from assignment_steps(plan_only, deployed=deployed))


def campaign_steps(seen: Seen, binding: Binding, plan_only: bool) -> Talk[tuple[list[Step], str, list[Found]]]:
    """Return what became of the campaign, its id, and its statuses; a campaign by name is made where absent.

    A campaign that is made takes over the statuses of the binding's option `template`, an id or a name.
    """
    asked = wanted_campaign(binding)
    if seen.campaign:
        step = Step(f"campaign {seen.campaign['Name']}", DONE, str(seen.campaign["Id"]))
        return [step], str(seen.campaign["Id"]), list(seen.statuses)
    name = f"campaign {asked}"
    if seen.campaigns or identity(asked):
        return [Step(name, MANUAL, campaign_missing(seen))], "", []
    template = yield from _template(binding.options.get("template", ""))
    if plan_only:
        return [Step(name, TODO, "a campaign of this name is made")], "", template
    reply: Reply = yield collection(
        "POST", "/composite/sobjects", [{"Name": asked, "IsActive": True}], into=Into("Campaign")
    )
    made, why = results(reply, 1)[0]
    if not made:
        return [Step(name, MANUAL, f"make it by hand: Campaigns > New ({why})")], "", []
    standing = yield from statuses_of(made)
    steps = [Step(name, MADE, made)]
    copied = {str(one["Label"]): bool(one["HasResponded"]) for one in template}
    steps += yield from make_statuses(made, copied, standing=standing)
    return steps, made, (yield from statuses_of(made)) if copied else standing


def _template(asked: str) -> Talk[list[Found]]:
    found = (yield from campaigns_of(asked)) if asked else []
    return (yield from statuses_of(found[0]["Id"])) if len(found) == 1 else []


def status_steps(binding: Binding, plan_only: bool, *, campaign: str, statuses: Sequence[Found]) -> Talk[list[Step]]:
    """Return what became of each status that the binding's vocabulary needs."""
    labels = [str(one["Label"]) for one in statuses]
    needed = {label: successful(step) for label, step in wanted_statuses(binding, labels)[1].items()}
    done = [Step(f"member status {label}", DONE) for label in needed if label in labels]
    lacking = {label: responded for label, responded in needed.items() if label not in labels}
    if plan_only or not campaign:
        state = TODO if plan_only else MANUAL
        return done + [Step(f"member status {label}", state, _responded(lacking[label])) for label in lacking]
    return done + (yield from make_statuses(campaign, lacking, standing=statuses))


def _responded(flag: bool) -> str:
    return "Responded" if flag else "not Responded"


def make_statuses(campaign: str, wanted: Mapping[str, bool], *, standing: Sequence[Found]) -> Talk[list[Step]]:
    """Create the statuses {label: responded} that a campaign lacks, after its own in order."""
    labels = {str(one["Label"]) for one in standing}
    lacking = [label for label in wanted if label not in labels]
    if not lacking:
        return []
    first = 1 + max((int(one["SortOrder"] or 0) for one in standing), default=0)
    records = [
        {"CampaignId": campaign, "Label": label, "HasResponded": wanted[label], "IsDefault": False, "SortOrder": order}
        for order, label in enumerate(lacking, first)
    ]
    reply: Reply = yield collection("POST", "/composite/sobjects", records, into=Into("CampaignMemberStatus"))
    answers = zip(lacking, results(reply, len(lacking)), strict=True)
    return [
        _made(f"member status {label}", made, f"{_by_hand(label, wanted[label])} ({why})")
        for label, (made, why) in answers
    ]


def _by_hand(label: str, responded: bool) -> str:
    return f"add {label!r}, {_responded(responded)}: the campaign > Campaign Member Statuses > New"


def _made(name: str, made: str, otherwise: str) -> Step:
    return Step(name, MADE, made) if made else Step(name, MANUAL, otherwise)


def results(reply: Reply, count: int) -> list[tuple[str, str]]:
    """Return (id, "") of each record that a collection call made, and ("", why) of each that it refused."""
    answers = reply.data()
    if not isinstance(answers, list) or len(answers) != count:
        return [("", "the answer does not tell what became of it")] * count
    return [(id18(str(one["id"])), "") if one.get("success") else ("", _words(one)) for one in answers]


def _words(answer: Mapping[str, Any]) -> str:
    error = (answer.get("errors") or [{}])[0]
    return f"{error.get('statusCode', 'no code')}: {error.get('message', '')}"


def assignment_steps(plan_only: bool, *, deployed: bool) -> Talk[list[Step]]:
    """Return what became of the permission set's assignment to the user that Turnout runs as."""
    name = f"permission set {PERMISSION_SET} for the integration user"
    if not deployed:
        return [Step(name, TODO if plan_only else MANUAL, "once the permission set stands")]
    who = (yield get("/services/oauth2/userinfo")).json()
    user = id18(str(who["user_id"]))
    found = yield from query(f"SELECT Id FROM PermissionSet WHERE Name = {quoted(PERMISSION_SET)}")
    if not found:
        return [Step(name, MANUAL, "the permission set cannot be seen: assign it in Setup > Permission Sets")]
    assigned = yield from query(
        "SELECT Id FROM PermissionSetAssignment "
        f"WHERE AssigneeId = {quoted(user)} AND PermissionSetId = {quoted(found[0]['Id'])}"
    )
    if assigned:
        return [Step(name, DONE, user)]
    if plan_only:
        return [Step(name, TODO, user)]
    record = {"AssigneeId": user, "PermissionSetId": found[0]["Id"]}
    reply: Reply = yield collection("POST", "/composite/sobjects", [record], into=Into("PermissionSetAssignment"))
    made, why = results(reply, 1)[0]
    return [_made(name, made, f"Setup > Permission Sets > {PERMISSION_SET} > Manage Assignments ({why})")]
