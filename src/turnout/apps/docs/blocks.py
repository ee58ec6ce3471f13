"""The blocks by name, and the pages that hold them."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from turnout.apps.cli import app
from turnout.apps.docs import accounts, architecture, commands, standing
from turnout.destinations.kit import POLICIES
from turnout.destinations.marketo.rules import RULES as MARKETO_RULES
from turnout.destinations.marketo.settings import SETTINGS as MARKETO_SETTINGS
from turnout.destinations.salesforce.rules import RULES as SALESFORCE_RULES
from turnout.destinations.salesforce.settings import SETTINGS as SALESFORCE_SETTINGS
from turnout.metrics.page import page as metrics_page
from turnout.simulators.kaltura.fidelity import fidelity as kaltura_fidelity
from turnout.simulators.marketo.fidelity import fidelity as marketo_fidelity
from turnout.simulators.salesforce.fidelity import fidelity as salesforce_fidelity
from turnout.sources.kaltura.connection.source import KALTURA
from turnout.sources.page import page as sources_page
from turnout.values.records import Kind

MARK: Final = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

BLOCKS: Final[Mapping[str, Callable[[], str]]] = {
    "folders": architecture.folders,
    "stages": architecture.stages,
    "imports": architecture.imports,
    "verdicts": accounts.verdict_table,
    "rules-salesforce": lambda: accounts.rules_of(SALESFORCE_RULES),
    "rules-marketo": lambda: accounts.rules_of(MARKETO_RULES),
    "rules-kaltura": lambda: accounts.rules_of(KALTURA.rules),
    "settings-home": accounts.home_settings,
    "settings-shared": lambda: accounts.setting_table(POLICIES),
    "settings-salesforce": lambda: accounts.settings_of(SALESFORCE_SETTINGS),
    "settings-marketo": lambda: accounts.settings_of(MARKETO_SETTINGS),
    "settings-kaltura": lambda: accounts.setting_table(KALTURA.settings),
    "statuses": accounts.statuses,
    "labels": accounts.labels,
    "fields-engagement": lambda: accounts.fields_of(Kind.ENGAGEMENT),
    "fields-polls": lambda: accounts.fields_of(Kind.POLLS),
    "fields-person": accounts.people,
    "standings": standing.standings,
    "standing-order": standing.standing_order,
    "commands": lambda: commands.reference(app),
    "options-everywhere": lambda: commands.everywhere(app),
    "moves": standing.ledger_moves,
}


WHOLE: Final[Mapping[str, Callable[[], str]]] = {
    "docs/reference/fidelity-kaltura.md": kaltura_fidelity,
    "docs/reference/fidelity-marketo.md": marketo_fidelity,
    "docs/reference/fidelity-salesforce.md": salesforce_fidelity,
    "docs/reference/metrics.md": metrics_page,
    "docs/reference/sources.md": sources_page,
}
"""Pages that the code writes whole."""


def filled(text: str) -> str:
    """Return a page with each of its blocks made anew; KeyError names a block that there is none of."""
    return MARK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}\n{found[3]}", text)


def pages(root: Path = architecture.ROOT) -> dict[Path, str]:
    """Return every page that is generated, or holds a generated block, as it should be."""
    texts = {path: path.read_text() for path in (root / "README.md", *sorted((root / "docs").rglob("*.md")))}
    own = {path: filled(text) for path, text in texts.items() if MARK.search(text)}
    return own | {root / path: made() for path, made in WHOLE.items()}
