"""Activities: the types an account knows, and what was logged, write-once."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

NEW_LEAD: Final = 12
CHANGE_VALUE: Final = 13
ADD_TO_LIST: Final = 24
REMOVE_FROM_LIST: Final = 25
MERGE_LEADS: Final = 32
DELETE_LEAD: Final = 37
REQUEST_CAMPAIGN: Final = 47
CHANGE_PROGRAM_STATUS: Final = 104
PUSH_LEAD: Final = 145


class Attribute(Struct, frozen=True):
    """An attribute of an activity type."""

    name: str
    display: str
    type: str = "string"
    description: str = ""


class Form(Struct, frozen=True):
    """One version of an activity type: its names, its primary attribute and the others."""

    name: str
    trigger: str
    filter: str
    primary: Attribute
    description: str = ""
    attributes: tuple[Attribute, ...] = ()


class ActivityType(Struct):
    """A custom activity type: the approved form and the draft."""

    id: int
    api_name: str
    approved: Form | None = None
    draft: Form | None = None
    made_at: float = 0.0
    updated_at: float = 0.0
    deleted: bool = False

    def status(self) -> str:
        """Return draft, approved, "approved with draft" or deleted, as Marketo says it."""
        if self.deleted:
            return "deleted"
        if self.approved is None:
            return "draft"
        return "approved with draft" if self.draft else "approved"


class Standard(Struct, frozen=True):
    """A standard activity type that the imitated account itself logs."""

    id: int
    name: str
    description: str
    primary: Attribute
    attributes: tuple[Attribute, ...]


def _text(name: str) -> Attribute:
    return Attribute(name, name)


def _number(name: str) -> Attribute:
    return Attribute(name, name, "integer")


STANDARD: Final = (
    Standard(NEW_LEAD, "New Lead", "New person/record is added to the lead database", _text("Source Type"), ()),
    Standard(
        CHANGE_VALUE,
        "Change Data Value",
        "Changed attribute value for a person/record",
        _text("Attribute Name"),
        (_text("New Value"), _text("Old Value"), _text("Reason"), _text("Source")),
    ),
    Standard(ADD_TO_LIST, "Add to List", "Add a person/record to a list", _number("List ID"), (_text("Source"),)),
    Standard(
        REMOVE_FROM_LIST,
        "Remove from List",
        "Remove this person/record from a list",
        _number("List ID"),
        (_text("Source"),),
    ),
    Standard(
        MERGE_LEADS, "Merge Leads", "Merge two or more people/records into one", _number("Lead ID"), (_text("Source"),)
    ),
    Standard(DELETE_LEAD, "Delete Lead", "Delete a person/record", _number("Lead ID"), ()),
    Standard(REQUEST_CAMPAIGN, "Request Campaign", "Request campaign", _number("Campaign ID"), (_text("Source"),)),
    Standard(
        CHANGE_PROGRAM_STATUS,
        "Change Status in Progression",
        "Change the status in a program progression",
        _text("Program Name"),
        (_text("New Status"), _text("Old Status"), _text("Reason"), Attribute("Success", "Success", "boolean")),
    ),
    Standard(
        PUSH_LEAD,
        "Push Lead to Marketo",
        "Push lead to Marketo through the API",
        _number("Program ID"),
        (_text("Source"), _text("Reason"), _text("API Method Name")),
    ),
)


class Activity(Struct):
    """One logged activity. `date` is as it was sent; `logged_at` in seconds orders the log."""

    id: int
    guid: str
    lead_id: int
    type_id: int
    date: str
    primary: str
    attributes: tuple[Mapping[str, Any], ...]
    logged_at: float
    primary_id: int = 0


class Activities(Struct):
    """All custom types and the log, in the order of logging."""

    types: dict[str, ActivityType] = field(default_factory=dict)
    log: list[Activity] = field(default_factory=list)
    next_type: int = 100_001
    next_id: int = 1

    def append(self, activity: Activity) -> Activity:
        """Return `activity`, logged under a new id."""
        activity.id = self.next_id
        self.next_id += 1
        self.log.append(activity)
        return activity

    def typed(self, type_id: object) -> ActivityType | None:
        """Return the custom type of that id."""
        return next((each for each in self.types.values() if each.id == type_id), None)

    def hand_over(self, loser: int, winner: int) -> None:
        """Give one person's activities to another, as a merge does."""
        for activity in self.log:
            if activity.lead_id == loser:
                activity.lead_id = winner
