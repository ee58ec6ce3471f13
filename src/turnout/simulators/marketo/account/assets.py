"""Assets beside programs: static lists with their members, smart lists, campaigns, kinds of tags, tokens."""

from typing import Any, Final, Generic, TypeVar

from msgspec import Struct, field

from turnout.simulators.marketo.answers import Refused

CLONES_A_DAY: Final = 20
"""How often a day scheduling a campaign may clone its program."""


class Place(Struct, frozen=True):
    """Where an asset lies: the id of a folder or a program, and which of the two."""

    id: int
    type: str = "Folder"


class StaticList(Struct):
    """A static list: the people in it, each with the time of joining."""

    id: int
    name: str
    place: Place
    description: str = ""
    made_at: float = 0.0
    updated_at: float = 0.0
    members: dict[int, float] = field(default_factory=dict)


class SmartList(Struct):
    """A smart list: everybody whose `filter` field has `value`; without a filter, everybody."""

    id: int
    name: str
    place: Place
    description: str = ""
    made_at: float = 0.0
    updated_at: float = 0.0
    filter: str = ""
    value: str = ""


class Campaign(Struct):
    """A smart campaign; one of type trigger runs people when asked to, if it is active and requestable."""

    id: int
    name: str
    place: Place
    description: str = ""
    made_at: float = 0.0
    updated_at: float = 0.0
    type: str = "batch"
    active: bool = False
    requestable: bool = False
    runs: list[dict[str, Any]] = field(default_factory=list)
    people: dict[int, float] = field(default_factory=dict)

    def status(self) -> str:
        """Return Marketo's word for how the campaign stands."""
        if self.type == "trigger":
            return ("Requested" if self.requestable else "Active") if self.active else "Inactive"
        return "Single Run" if self.runs else "Never Run"


class Tag(Struct, frozen=True):
    """A kind of tag that programs may, or must, carry."""

    name: str
    values: tuple[str, ...] = ()
    required: bool = False
    program_types: tuple[str, ...] = ("program", "event", "webinar", "nurture")


class Token(Struct):
    """A token {{my.name}} of a folder or a program."""

    name: str
    type: str
    value: str


T = TypeVar("T", StaticList, SmartList, Campaign)


class Shelf(Struct, Generic[T]):
    """All assets of one kind."""

    by_id: dict[int, T] = field(default_factory=dict)
    next_id: int = 1001

    def add(self, made: T) -> T:
        """Return `made`, kept under a new id."""
        made.id = self.next_id
        self.next_id += 1
        self.by_id[made.id] = made
        return made

    def named(self, name: str) -> T | None:
        """Return the asset of that name."""
        return next((each for each in self.by_id.values() if each.name == name), None)

    def get(self, text: object) -> T | None:
        """Return the asset whose id a path or a body names, in digits or as a number."""
        return self.by_id.get(int(str(text))) if str(text).isdecimal() else None

    def numbered(self, text: object, what: str) -> T:
        """Return the asset of that id; Refused (1013) where there is none."""
        if (found := self.get(text)) is None:
            raise Refused("1013", text=f"{what} not found")
        return found
