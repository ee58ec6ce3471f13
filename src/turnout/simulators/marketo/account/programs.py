"""Programs: channels and their steps, folders, and the members with the statuses they have reached."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

from turnout.simulators.marketo.account.fields import Field
from turnout.simulators.marketo.answers import Skipped

NOT_IN_PROGRAM: Final = "Not in Program"
PROGRAM_TYPES: Final[Mapping[str, str]] = {
    "Default": "program",
    "Event": "event",
    "Event with Webinar": "webinar",
    "Engagement": "nurture",
    "Email": "email_batch",
}
"""A program's type, and the `applicableProgramType` of the channels it may have."""


class Step(Struct, frozen=True):
    """A status of a channel."""

    name: str
    step: int
    success: bool = False
    hidden: bool = False
    description: str | None = None
    type: str = ""


class Channel(Struct):
    """A channel: which type of program may have it, and its statuses in order."""

    id: int
    name: str
    program_type: str
    steps: tuple[Step, ...]
    made_at: float = 0.0

    def step(self, name: str) -> Step | None:
        """Return a status that a member may be given; Not in Program is none."""
        return next((each for each in self.steps if each.name == name and each.name != NOT_IN_PROGRAM), None)


class Folder(Struct):
    """A folder of Marketing Activities; the root is parent to no asset, only to zones."""

    id: int
    name: str
    parent: int = 0
    zone: bool = False
    description: str = ""
    archived: bool = False
    made_at: float = 1_578_297_600.0
    updated_at: float = 1_578_297_600.0


FOLDERS: Final = ((1, "Marketing Activities", 0, True), (2, "Default", 1, True), (3, "Events", 2, False))
"""The folders that every account has: id, name, parent, and whether they are zones."""


class Member(Struct):
    """A person's place in a program; times in seconds. `values` are the custom and other updateable fields."""

    lead_id: int
    status: Step
    since: float
    updated_at: float
    success_at: float = 0.0
    values: dict[str, Any] = field(default_factory=dict)


class Program(Struct):
    """A program and its members by person id."""

    id: int
    name: str
    type: str
    channel: Channel
    folder: Folder
    description: str = ""
    made_at: float = 0.0
    updated_at: float = 0.0
    tags: list[dict[str, str]] | None = None
    costs: list[dict[str, Any]] | None = None
    status: str = ""
    members: dict[int, Member] = field(default_factory=dict)

    def place(self, lead_id: int, status: Step, *, now: float, backwards: bool = False) -> bool:
        """Give a person a status, as a new member where needed; return whether the member is new.

        Only forward or sideways: Skipped (1037) for a lower step or the same status. `backwards` is
        what a person may do in the program's member list, and the API may not.
        """
        member = self.members.get(lead_id)
        if member is None:
            self.members[lead_id] = Member(lead_id, status, now, now, now if status.success else 0.0)
            return True
        if not backwards and (status.step < member.status.step or status.name == member.status.name):
            raise Skipped("1037")
        member.status, member.updated_at = status, now
        if status.success and not member.success_at:
            member.success_at = now
        return False


def _member_field(name: str, kind: str, length: int = 0, **more: bool) -> Field:
    return Field(name, name, kind, length, updateable=more.get("free", False), searchable=more.get("find", False))


MEMBER_FIELDS: Final[Mapping[str, Field]] = {
    each.name: each
    for each in (
        _member_field("acquiredBy", "boolean"),
        _member_field("attendanceLikelihood", "integer"),
        _member_field("createdAt", "datetime"),
        _member_field("isExhausted", "boolean"),
        _member_field("leadId", "integer", find=True),
        _member_field("membershipDate", "datetime"),
        _member_field("nurtureCadence", "string", 4),
        _member_field("program", "string", 255),
        _member_field("programId", "integer"),
        _member_field("reachedSuccess", "boolean", find=True),
        _member_field("reachedSuccessDate", "datetime"),
        _member_field("registrationLikelihood", "integer"),
        _member_field("statusName", "string", 255, find=True),
        _member_field("statusReason", "string", 255, free=True),
        _member_field("trackName", "string", 255),
        _member_field("updatedAt", "datetime"),
        _member_field("waitlistPriority", "integer"),
        _member_field("registrationCode", "string", 100, free=True),
        _member_field("webinarUrl", "string", 2000, free=True),
    )
}


class Programs(Struct):
    """All channels, folders and programs of an account."""

    channels: list[Channel] = field(default_factory=list)
    folders: dict[int, Folder] = field(default_factory=lambda: {each[0]: Folder(*each) for each in FOLDERS})
    by_id: dict[int, Program] = field(default_factory=dict)
    member_fields: dict[str, Field] = field(default_factory=lambda: dict(MEMBER_FIELDS))
    next_id: int = 1001

    def channel(self, name: str) -> Channel | None:
        """Return the channel of that name."""
        return next((each for each in self.channels if each.name == name), None)

    def named(self, name: str) -> Program | None:
        """Return the program of that name; names are unique."""
        return next((each for each in self.by_id.values() if each.name == name), None)

    def add(self, program: Program) -> Program:
        """Return `program`, kept under a new id."""
        program.id = self.next_id
        self.next_id += 1
        self.by_id[program.id] = program
        return program

    def path(self, folder: Folder) -> str:
        """Return a folder's path, e.g. /Marketing Activities/Default/Events."""
        above = self.folders.get(folder.parent)
        return f"{self.path(above) if above else ''}/{folder.name}"

    def leave_all(self, lead_id: int) -> None:
        """Take a person out of every program."""
        for program in self.by_id.values():
            program.members.pop(lead_id, None)
