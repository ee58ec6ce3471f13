"""a seed file's JSON -> an account; strict: an unknown name anywhere is an error."""

from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec
from msgspec import Struct, field

from turnout.clock import instant
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.assets import Campaign, Place, SmartList, StaticList, Tag
from turnout.simulators.marketo.account.fields import LENGTHS, Field, only_known, stored
from turnout.simulators.marketo.account.objects import Column, Link, ObjectType, Shape
from turnout.simulators.marketo.account.programs import NOT_IN_PROGRAM, Channel, Program, Step
from turnout.simulators.marketo.account.settings import PERMISSIONS, permission_key, settings


class _Strict(Struct, forbid_unknown_fields=True):
    pass


class LeadSeed(_Strict):
    """A person; `ref` names the person within the seed."""

    fields: dict[str, Any]
    ref: str = ""
    id: int = 0
    updatedAt: str = ""


class StepSeed(_Strict):
    """A status of a channel."""

    name: str
    step: int
    success: bool = False
    type: str = ""


class ChannelSeed(_Strict):
    """A channel; step 0, Not in Program, is added where it is missing."""

    name: str
    statuses: list[StepSeed]
    applicableProgramType: str = "event"


class ProgramSeed(_Strict):
    """A program."""

    name: str
    channel: str
    type: str = "Event"
    description: str = ""


class MemberSeed(_Strict):
    """A person, by `ref`, in a program, by name."""

    program: str
    lead: str
    status: str
    fields: dict[str, Any] = field(default_factory=dict)


class FieldSeed(_Strict):
    """A custom field of people or of program members."""

    name: str
    displayName: str = ""
    dataType: str = "string"
    length: int = 0


class ColumnSeed(_Strict):
    """A field of a custom object."""

    name: str
    dataType: str
    displayName: str = ""
    description: str = ""
    isDedupeField: bool = False
    relatedTo: dict[str, str] = field(default_factory=dict)


class ObjectSeed(_Strict):
    """A custom object type that a person made."""

    apiName: str
    displayName: str
    fields: list[ColumnSeed]
    approved: bool = True


class ListSeed(_Strict):
    """A static list in a folder, with the people it holds, by `ref`."""

    name: str
    leads: list[str] = field(default_factory=list)
    folder: int = 3


class SmartListSeed(_Strict):
    """A smart list: everybody, or those whose `filter` field has `value`."""

    name: str
    filter: str = ""
    value: str = ""
    folder: int = 3


class CampaignSeed(_Strict):
    """A smart campaign, in a program where one is named."""

    name: str
    type: str = "batch"
    active: bool = False
    requestable: bool = False
    program: str = ""


class TagSeed(_Strict):
    """A kind of tag."""

    name: str
    values: list[str] = field(default_factory=list)
    required: bool = False


class Seed(_Strict):
    """What stands in an account before anyone calls."""

    about: str = ""
    leads: list[LeadSeed] = field(default_factory=list)
    channels: list[ChannelSeed] = field(default_factory=list)
    programs: list[ProgramSeed] = field(default_factory=list)
    members: list[MemberSeed] = field(default_factory=list)
    lead_fields: list[FieldSeed] = field(default_factory=list)
    member_fields: list[FieldSeed] = field(default_factory=list)
    objects: list[ObjectSeed] = field(default_factory=list)
    lists: list[ListSeed] = field(default_factory=list)
    smart_lists: list[SmartListSeed] = field(default_factory=list)
    campaigns: list[CampaignSeed] = field(default_factory=list)
    tags: list[TagSeed] = field(default_factory=list)
    permissions: list[str] = field(default_factory=lambda: list(PERMISSIONS))
    settings: dict[str, Any] = field(default_factory=dict)


def account(seed: Mapping[str, Any] | None, *, rng_seed: int, now: float) -> Account:
    """Return the account that `seed` describes; raises ValueError, KeyError or Skipped where it makes no sense."""
    given = msgspec.convert(seed or {}, Seed)
    made = Account(
        settings=settings(given.settings),
        permissions={permission_key(name) for name in given.permissions},
        _random=Random(rng_seed),
    )
    made.people.fields |= {each.name: _field(each) for each in given.lead_fields}
    made.programs.member_fields |= {each.name: _field(each) for each in given.member_fields}
    refs = {lead.ref: _person(made, lead, now) for lead in given.leads}
    for channel in given.channels:
        made.programs.channels.append(_channel(len(made.programs.channels) + 1, channel, now))
    for program in given.programs:
        _program(made, program, now)
    for member in given.members:
        _member(made, member, lead_id=refs[member.lead.removeprefix("@")], now=now)
    for kind in given.objects:
        made.objects[kind.apiName] = _object(kind, now)
    _assets(made, given, refs=refs, now=now)
    return made


def _assets(made: Account, given: Seed, *, refs: Mapping[str, int], now: float) -> None:
    for held in given.lists:
        kept = made.lists.add(StaticList(0, held.name, Place(held.folder), "", now, now))
        kept.members = {refs[ref.removeprefix("@")]: now for ref in held.leads}
    for smart in given.smart_lists:
        place = Place(smart.folder)
        made.smart_lists.add(SmartList(0, smart.name, place, "", now, now, smart.filter, smart.value))
    for each in given.campaigns:
        program = made.programs.named(each.program)
        if each.program and program is None:
            raise KeyError(f"the seed has no program {each.program!r}")
        place = Place(program.id, "Program") if program else Place(3)
        made.campaigns.add(Campaign(0, each.name, place, "", now, now, each.type, each.active, each.requestable))
    made.tags = [Tag(each.name, tuple(each.values), each.required) for each in given.tags]


def _field(given: FieldSeed) -> Field:
    return Field(
        given.name, given.displayName or given.name, given.dataType, given.length or LENGTHS.get(given.dataType, 0)
    )


def _person(made: Account, lead: LeadSeed, now: float) -> int:
    only_known(lead.fields, made.people.fields)
    values = {name: stored(made.people.fields[name], value, made.settings) for name, value in lead.fields.items()}
    if lead.id:
        made.people.next_id = lead.id
    return made.people.add(values, instant(lead.updatedAt) if lead.updatedAt else now).id


def _channel(number: int, given: ChannelSeed, now: float) -> Channel:
    steps = tuple(Step(each.name, each.step, each.success, type=each.type) for each in given.statuses)
    if all(step.name != NOT_IN_PROGRAM for step in steps):
        steps = (Step(NOT_IN_PROGRAM, 0), *steps)
    return Channel(number, given.name, given.applicableProgramType, steps, now)


def _program(made: Account, given: ProgramSeed, now: float) -> None:
    channel = made.programs.channel(given.channel)
    if channel is None:
        raise KeyError(f"the seed has no channel {given.channel!r}")
    folder = made.programs.folders[3]
    made.programs.add(Program(0, given.name, given.type, channel, folder, given.description, now, now))


def _member(made: Account, given: MemberSeed, *, lead_id: int, now: float) -> None:
    program = made.programs.named(given.program)
    status = program and program.channel.step(given.status)
    if not program or not status:
        raise KeyError(f"the seed has no program {given.program!r} with a status {given.status!r}")
    program.place(lead_id, status, now=now)
    program.members[lead_id].values.update(given.fields)


def _object(given: ObjectSeed, now: float) -> ObjectType:
    columns = tuple(
        Column(
            each.name,
            each.displayName or each.name,
            each.dataType,
            each.description,
            each.isDedupeField,
            Link(each.relatedTo["name"], each.relatedTo["field"]) if each.relatedTo else None,
        )
        for each in given.fields
    )
    kind = ObjectType(given.apiName, draft=Shape(given.displayName, columns=columns), made_at=now)
    if given.approved:
        kind.approve(now)
    return kind
