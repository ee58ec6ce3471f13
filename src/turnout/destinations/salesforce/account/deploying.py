"""Seen -> one deployment: what the org lacks, what is wrong with what it has, and the permission set."""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from turnout.destinations.salesforce.account.columns import ATTRIBUTES, Describe, asked_of, external_id_asked
from turnout.destinations.salesforce.account.metadata import (
    PERMISSION_SET,
    Deployed,
    columns,
    package,
    zipped,
)
from turnout.destinations.salesforce.account.seen import Seen
from turnout.destinations.salesforce.account.target import writable
from turnout.destinations.salesforce.calls.query import query, quoted
from turnout.destinations.salesforce.fields import KEY, Column, object_names
from turnout.values.bindings import Config
from turnout.values.findings import Step
from turnout.values.records import Kind
from turnout.wire import Reply, Request, Talk, get

POLLS_LIMIT: Final = 200
"""Times to ask whether a deployment is done; then the next run sees what came of it."""

DEPLOY_OPTIONS: Final = {
    "deployOptions": {
        "allowMissingFiles": False,
        "checkOnly": False,
        "ignoreWarnings": True,
        "rollbackOnError": True,
        "singlePackage": True,
    }
}
OBJECTS: Final = (Kind.MEMBER, Kind.ENGAGEMENT, Kind.POLLS)

MENDED: Final = frozenset({"label", "help", "length", "precision", "scale", "unique", "case", "external", "required"})
"""Attributes of a field that a deployment changes; the others need a person, for data could be lost."""

STATES: Final = {True: "made", False: "manual", None: "todo"}


class Faulty(Struct, frozen=True):
    """A field that stands and is not as it should be: what is wrong, and the column to deploy (None: by hand)."""

    name: str
    attributes: tuple[str, ...]
    column: Column | None

    def step(self, object_name: str, state: str, detail: str = "") -> Step:
        """Return the step that mends it."""
        told = f"field {object_name}.{self.name}: {', '.join(self.attributes)}"
        return Step(told, state, detail)


def deploying_steps(config: Config, seen: Seen, plan_only: bool) -> Talk[tuple[bool, list[Step]]]:
    """Return whether the permission set stands, and what became of each object and field.

    Where a deployment is refused that would also mend, what is missing is deployed alone: a field that cannot be
    mended keeps nothing from being made.
    """
    objects = [lacking(config, seen, kind) for kind in OBJECTS]
    faults = {one.api_name: list(faulty(config, seen, one.kind)) for one in objects}
    mending = [mended(one, faults[one.api_name]) for one in objects]
    standing = yield from query(f"SELECT Id FROM PermissionSet WHERE Name = {quoted(PERMISSION_SET)}")
    steps = [Step(f"object {one.api_name}", "done") for one in objects if not one.new]
    steps += _by_hand(faults)
    named = list(_named(objects))
    closed = [name for one in objects for name in _closed(config, seen, one.kind)]
    if standing and mending == objects and not named and not closed:
        return True, [*steps, Step(f"permission set {PERMISSION_SET}", "done")]
    named.append(f"permission set {PERMISSION_SET}")
    if plan_only:
        todo = [*(Step(name, "todo") for name in named), *_mends(faults, "todo")]
        return bool(standing), [*steps, *todo]
    finished, detail = yield from deploy(zipped(package(mending)))
    repaired = list(_mends(faults, STATES[finished], detail))
    if finished is False and mending != objects:
        finished, detail = yield from deploy(zipped(package(objects)))
    return finished is True, [*steps, *(Step(name, STATES[finished], detail) for name in named), *repaired]


def _named(objects: Iterable[Deployed]) -> Iterable[str]:
    yield from (f"object {one.api_name}" for one in objects if one.new)
    yield from (f"field {one.api_name}.{name}" for one in objects for name in one.columns)


def _mends(faults: Mapping[str, Sequence[Faulty]], state: str, detail: str = "") -> Iterable[Step]:
    return [one.step(name, state, detail) for name, found in faults.items() for one in found if one.column]


def _by_hand(faults: Mapping[str, Sequence[Faulty]]) -> Iterable[Step]:
    told = "`turnout check` says how; an API could lose what the field holds"
    return [one.step(name, "manual", told) for name, found in faults.items() for one in found if not one.column]


def faulty(config: Config, seen: Seen, kind: Kind) -> Iterable[Faulty]:
    """Yield the fields that stand and are not as the documents ask."""
    found = seen.fields(kind)
    for api_name, column in columns(config, kind).items():
        describe = found.get(api_name.lower())
        asked = external_id_asked(column) if kind is Kind.MEMBER else asked_of(column)
        looked = (one for one in ATTRIBUTES if one.name != "readonly" and not (column is KEY and one.name in _OWN))
        if describe and (wrong := tuple(one.name for one in looked if one.wrong(asked, describe))):
            wide = asked.most and int(describe.get("length") or 0) > asked.most
            whole = MENDED.issuperset(wrong) and not wide
            yield Faulty(str(describe["name"]), wrong, _as_wide(column, describe) if whole else None)


_OWN: Final = ("label", "help")
"""What people may call our key field as they like."""


def _as_wide(column: Column, describe: Describe) -> Column:
    """Return a column that is no narrower than the account's field: nothing that it holds is cut."""
    wider = max(column.width, int(describe.get("length") or 0)) if column.type == "text" else column.width
    return replace(column, width=wider)


def mended(one: Deployed, faults: Iterable[Faulty]) -> Deployed:
    """Return an object with the fields to mend beside those to add; one that becomes required needs no opening."""
    columns = {fault.name: fault.column for fault in faults if fault.column}
    opened = tuple(name for name in one.opened if name not in columns or not columns[name].required)
    return replace(one, columns={**one.columns, **columns}, opened=opened)


def lacking(config: Config, seen: Seen, kind: Kind) -> Deployed:
    """Return an object with the columns that it lacks, and the fields that the permission set opens."""
    describe = seen.describes.get(kind)
    custom = kind is not Kind.MEMBER
    name = str(describe["name"]) if describe else object_names(config, kind)[0] if custom else "CampaignMember"
    found = seen.fields(kind)
    wanted = columns(config, kind)
    absent = {api_name: column for api_name, column in wanted.items() if api_name.lower() not in found}
    opened = (
        str(found[api_name.lower()]["name"]) if api_name.lower() in found else api_name
        for api_name, column in wanted.items()
        if not _required(column.required, found.get(api_name.lower()))
    )
    return Deployed(kind, name, custom and not describe, absent, tuple(opened))


def _required(wished: bool, describe: Mapping[str, Any] | None) -> bool:
    """Return whether a field is required: as it stands, else as it will be made."""
    return wished if describe is None else not describe.get("nillable", True)


def _closed(config: Config, seen: Seen, kind: Kind) -> Iterable[str]:
    """Yield the fields that stand and that the integration user may not write."""
    found = seen.fields(kind)
    return [name for name in columns(config, kind) if name.lower() in found and not writable(found[name.lower()])]


def deploy(archive: bytes) -> Talk[tuple[bool | None, str]]:
    """Deploy a zip; return (True, id) when it stands, (False, why) when refused, (None, id) while it still runs."""
    reply: Reply = yield deploy_request(archive)
    answer = reply.json()
    identity = str(answer["id"])
    for _ in range(POLLS_LIMIT):
        reply = yield get(f"/metadata/deployRequest/{identity}", {"includeDetails": "true"})
        result = reply.json()["deployResult"]
        if result.get("done"):
            return (True, identity) if result.get("success") else (False, failures(result))
    return None, f"deployment {identity} still runs; run `turnout provision` again: Setup > Deployment Status"


def failures(result: Mapping[str, Any]) -> str:
    """Return what a deployment was refused for, the first ten components."""
    found = (result.get("details") or {}).get("componentFailures") or []
    told = [f"{one.get('fullName')}: {one.get('problem')}" for one in found[:10]]
    return "; ".join(told) or str(result.get("errorMessage") or result.get("status") or "the deployment failed")


def deploy_request(archive: bytes) -> Request:
    """Return the call that deploys a zip: multipart, the options as JSON and the file."""
    boundary = f"turnout-{sha256(archive).hexdigest()[:32]}"
    parts = (
        ('name="entity_content"', "application/json", json.dumps(DEPLOY_OPTIONS).encode()),
        ('name="file"; filename="package.zip"', "application/zip", archive),
    )
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {kind}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, kind, content in parts
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    closing = f"--{boundary}--\r\n".encode()
    return Request("POST", "/metadata/deployRequest", headers, body + closing, timeout_seconds=120.0, writing=True)
