"""Every column that Salesforce gets, described once: rendering, describes, doctor and provisioning read this."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from turnout.metrics.catalogue import METRICS
from turnout.values.bindings import Config
from turnout.values.records import Kind

Type = Literal["text", "number", "email", "lookup"]

WHOLE_DIGITS: Final = 18
DECIMAL_DIGITS: Final = 16
"""Number(16,2) in Salesforce's screens: sixteen digits left of the point (metadata: precision 18, scale 2)."""

MEMBER_HELP: Final = "Holds the ID of the corresponding Campaign Member"
ENTRY_HELP: Final = "The ID of the Kaltura entry which was watched"
ENTRY_NAME_HELP: Final = "The name of the Kaltura entry which was watched"
EMAIL_HELP: Final = "The email of the user who attended the session"


class Column(Struct, frozen=True):
    """One column. `width` counts characters, or digits left of the point; an identifier is never cut."""

    name: str
    type: Type
    width: int = 0
    scale: int = 0
    help: str = ""
    label: str = ""
    identifier: bool = False
    key: bool = False
    required: bool = False

    @property
    def api_name(self) -> str:
        """Return the name as Salesforce makes it of the document's."""
        return f"{self.label or self.name}__c"


_REFERENCES: Final = (
    Column("campaign_member", "text", 100, help=MEMBER_HELP, identifier=True),
    Column("lead", "lookup", 18, help="Lookup to a lead", label="Lead", identifier=True),
)
_ENTRY: Final = (
    Column("entry_id", "text", 11, help=ENTRY_HELP, identifier=True),
    Column("entry_name", "text", 200, help=ENTRY_NAME_HELP),
    Column("email", "email", 80, help=EMAIL_HELP, identifier=True),
)


def _metrics() -> tuple[Column, ...]:
    return tuple(
        Column(one.name, "number", WHOLE_DIGITS, help=one.help)
        if one.whole
        else Column(one.name, "number", DECIMAL_DIGITS, 2, help=one.help)
        for one in METRICS
    )


ENGAGEMENT: Final = (
    *_REFERENCES,
    *_ENTRY,
    Column("user", "text", 200, help="Kaltura User ID", identifier=True),
    Column(
        "channel_id",
        "number",
        WHOLE_DIGITS,
        help="The id of the channel the content was consumed from",
        identifier=True,
    ),
    Column("channel_name", "text", 200, help="The name of the channel the content was consumed from"),
    *_metrics(),
)

_POLL: Final = (
    ("type", "The visual type of this poll, i.e., rating scaled, crowd vote, etc."),
    ("answer", "User-submitted answer to the poll. Up to 255 characters."),
    ("question", "Client-determined poll question asked to the audience. Up to 255 characters."),
)
POLL_SLOTS: Final = 10
POLLS: Final = (
    *_REFERENCES,
    *_ENTRY,
    *(
        Column(f"poll_{slot}_{part}", "text", 255, help=told)
        for slot in range(1, POLL_SLOTS + 1)
        for part, told in _POLL
    ),
)

KEY: Final = Column(
    "turnout_key",
    "text",
    120,
    help="Turnout's own key of the row: campaign, person, session, channel. Do not edit.",
    identifier=True,
    key=True,
)
EXTERNAL_ID: Final = Column(
    "external_id",
    "text",
    100,
    help="Campaign id and lead or contact id, joined by an underscore",
    identifier=True,
    key=True,
    required=True,
)

KINDS: Final = (Kind.PERSON, Kind.MEMBER, Kind.ENGAGEMENT, Kind.POLLS)
"""The kinds of record that Salesforce gets."""

COLUMNS: Final[Mapping[Kind, tuple[Column, ...]]] = {Kind.ENGAGEMENT: ENGAGEMENT, Kind.POLLS: POLLS}

PERSON: Final = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "Email",
    "company": "Company",
    "title": "Title",
    "phone": "Phone",
    "country": "Country",
    "industry": "Industry",
}
"""What a registration tells of a person, and the Lead's standard field for it."""

TITLES: Final[Mapping[Kind, str]] = {Kind.ENGAGEMENT: "UserSessionEngagement", Kind.POLLS: "Kaltura_User_Polls_c"}
VARIANTS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.ENGAGEMENT: ("UserSessionEngagement__c",),
    Kind.POLLS: ("Kaltura_User_Polls_c__c", "Kaltura_User_Polls__c"),
}
"""API names that the document's object names may have become, the literal one first."""

OBJECT_SETTINGS: Final[Mapping[Kind, str]] = {Kind.ENGAGEMENT: "engagement_object", Kind.POLLS: "polls_object"}


def object_names(config: Config, kind: Kind) -> tuple[str, ...]:
    """Return the API names to look for, the first being the one to make."""
    override = config.get(OBJECT_SETTINGS[kind])
    return (override,) if override else VARIANTS[kind]


def key_field(config: Config) -> str:
    """Return the API name of our key field."""
    return config.get("key_field", KEY.api_name)
