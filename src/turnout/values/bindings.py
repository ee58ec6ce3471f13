"""Bindings and connections: which event goes where, and with whose credentials."""

from collections.abc import Mapping

from msgspec import Struct, field


class Config(Struct, frozen=True):
    """A connection as a vendor sees it: its settings by name, secrets included, never printed."""

    kind: str
    name: str
    settings: Mapping[str, str]

    def get(self, name: str, default: str = "") -> str:
        """Return a setting, or `default` where it is empty or absent."""
        return self.settings.get(name) or default

    def flag(self, name: str, default: bool) -> bool:
        """Return a yes/no setting."""
        return self.get(name, "yes" if default else "no").lower() in {"yes", "true", "1", "on"}

    def __repr__(self) -> str:
        return f"Config({self.kind!r}, {self.name!r}, ...)"


class Binding(Struct, frozen=True):
    """An event bound to a campaign or program of an account.

    `program` is an id or a name; empty means: the one named like the event, made by `provision`.
    `vocabulary` is auto, codes, labels or map (then `labels` gives each of Kaltura's words a label).
    `options` are the vendor's own (Marketo: channel, folder; Salesforce: template).
    """

    id: str
    event_id: str
    event_name: str
    connection: str
    program: str = ""
    vocabulary: str = "auto"
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    mapping_version: int = 1
