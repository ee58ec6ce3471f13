"""An account -> findings: what Turnout needs there, what stands in its way, and who can mend it."""

from turnout.destinations.marketo.account.access import (
    OK,
    PROBLEM,
    asset_permission,
    campaign_permission,
    credentials,
    person_permission,
)
from turnout.destinations.marketo.account.program import program_findings
from turnout.destinations.marketo.account.schema import schema_findings
from turnout.destinations.marketo.account.usage import usage_findings
from turnout.destinations.marketo.settings import endpoint, engagement_as, trimmed
from turnout.errors import SettingsError
from turnout.values.bindings import Binding, Config
from turnout.values.findings import Finding
from turnout.wire import Talk


def doctor(config: Config, binding: Binding | None) -> Talk[list[Finding]]:
    """Compare an account with what Turnout needs; with a binding also its program, channel and statuses.

    Nothing is written: a permission to write is proved by an update of a record that cannot exist, and
    where no such proof is at hand it is `unknown`, never OK.
    """
    try:
        address = endpoint(config)
    except SettingsError as wrong:
        return [Finding("endpoint", PROBLEM, wrong.message, "nothing can be reached", "you", wrong.hint)]
    cut = trimmed(config)
    told = f"the endpoint is an address that keeps secrets{f'; {cut} at its end is left out' if cut else ''}"
    accepted, api_user = yield from credentials(config)
    findings = [Finding("endpoint", OK, f"{told}: {address}"), accepted]
    if accepted.severity is PROBLEM:
        return findings
    findings.append((yield from person_permission()))
    assets = yield from asset_permission()
    findings += [assets, (yield from campaign_permission())]
    if binding and assets.severity is not PROBLEM:
        findings += yield from program_findings(binding)
    findings += yield from schema_findings(config, engagement_as(config, binding))
    return findings + (yield from usage_findings(config, api_user))
