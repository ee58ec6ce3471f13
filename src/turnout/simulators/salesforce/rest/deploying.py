"""Deploying metadata: POST /metadata/deployRequest, and its status, which takes a few looks to be done."""

from typing import Any, Final

import msgspec
from msgspec import Struct

from turnout.simulators.kit.calls import Call, json_reply
from turnout.simulators.salesforce.org import Org
from turnout.simulators.salesforce.refusals import Refusal, unread
from turnout.simulators.salesforce.rest.applying import applied
from turnout.simulators.salesforce.rest.parts import parts_of
from turnout.simulators.salesforce.schema.package import Component, Unreadable, components
from turnout.wire import Reply

OPTIONS: Final = {
    "allowMissingFiles": False,
    "autoUpdatePackage": False,
    "checkOnly": False,
    "ignoreWarnings": False,
    "performRetrieve": False,
    "purgeOnDelete": False,
    "rollbackOnError": False,
    "runTests": None,
    "singlePackage": False,
    "testLevel": None,
}


class Deployment(Struct):
    """A deployment: its archive until it is done, then what became of each component."""

    id: str
    options: dict[str, Any]
    archive: bytes
    started: str
    looks: int = 0
    status: str = "Pending"
    error: str = ""
    parts: list[Component] = []


def deploy(org: Org, call: Call) -> Reply:
    """Answer POST: 201, and the deployment waits."""
    may_deploy(org)
    sent = parts_of(call)
    described = sent.get("json") or sent.get("entity_content")
    if described is None or "file" not in sent:
        raise unread("The request needs a part 'json' (or 'entity_content') and a part 'file'")
    try:
        options = msgspec.json.decode(described)["deployOptions"]
    except (msgspec.DecodeError, KeyError, TypeError) as problem:
        raise unread(f"deployOptions: {problem}") from None
    stray = set(options) - set(OPTIONS)
    if stray:
        raise unread(f'Unrecognized field "{min(stray)}" (Class common.api.soap.metadata.DeployOptions)')
    record_id = org.new_id("0Af")
    org.deployments[record_id] = Deployment(record_id, {**OPTIONS, **options}, sent["file"], org.now_text)
    return json_reply(_shown(org, call, org.deployments[record_id], details=False), 201)


def status(org: Org, call: Call) -> Reply:
    """Answer GET: Pending, InProgress, and in the end Succeeded or Failed."""
    may_deploy(org)
    found = org.deployments.get(call.names["id"]) or next(
        (one for one in org.deployments.values() if one.id[:15] == call.names["id"]), None
    )
    if found is None:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", None, status=404)
    if found.status in ("Pending", "InProgress"):
        found.looks += 1
        found.status = "InProgress"
        if found.looks >= org.settings.deploy_looks:
            _finish(org, found)
    details = call.query.get("includeDetails", "").lower() == "true"
    return json_reply(_shown(org, call, found, details=details))


def may_deploy(org: Org) -> None:
    """Refuse a user who may not change metadata."""
    if not org.settings.manage_metadata:
        words = "This user needs Modify Metadata Through Metadata API Functions or Modify All Data"
        raise Refusal("INSUFFICIENT_ACCESS", words, None, status=403)


def _finish(org: Org, found: Deployment) -> None:
    """Deploy all or, where a component is broken, nothing."""
    try:
        found.parts = components(found.archive)
    except Unreadable as problem:
        found.status, found.error = "Failed", str(problem)
        return
    sound = applied(org, found.parts, check_only=bool(found.options["checkOnly"]))
    found.status = "Succeeded" if sound else "Failed"
    found.archive = b""


def _shown(org: Org, call: Call, found: Deployment, *, details: bool) -> dict[str, Any]:
    url = f"{call.origin}/services/data/{call.names['v']}/metadata/deployRequest/{found.id}"
    shown: dict[str, Any] = {"id": found.id, "url": url, "deployOptions": found.options}
    if call.method == "POST":
        return {"validatedDeployRequestId": None, **shown, "deployResult": None}
    return {**shown, "deployResult": _result(org, found, details=details)}


def _result(org: Org, found: Deployment, *, details: bool) -> dict[str, Any]:
    done = found.status in ("Succeeded", "Failed")
    errors = sum(bool(part.problems) for part in found.parts) + bool(found.error)
    return {
        "id": found.id,
        "status": found.status,
        "done": done,
        "success": found.status == "Succeeded",
        "checkOnly": found.options["checkOnly"],
        "ignoreWarnings": found.options["ignoreWarnings"],
        "rollbackOnError": found.options["rollbackOnError"],
        "runTestsEnabled": False,
        "createdBy": org.user_id,
        "createdDate": found.started,
        "startDate": found.started if found.looks else None,
        "completedDate": org.now_text if done else None,
        "lastModifiedDate": org.now_text,
        "errorMessage": found.error or None,
        "errorStatusCode": "UNKNOWN_EXCEPTION" if found.error else None,
        "numberComponentErrors": errors,
        "numberComponentsDeployed": sum(not part.problems for part in found.parts) if done else 0,
        "numberComponentsTotal": len(found.parts),
        "numberTestErrors": 0,
        "numberTestsCompleted": 0,
        "numberTestsTotal": 0,
        "details": _details(found) if details else None,
    }


def _details(found: Deployment) -> dict[str, Any]:
    failures = [_message(part, problem) for part in found.parts for problem in part.problems]
    successes = [_message(part, "") for part in found.parts if not part.problems]
    tests = {"numFailures": 0, "numTestsRun": 0, "totalTime": 0.0, "failures": [], "successes": []}
    return {
        "allComponentMessages": [],
        "componentFailures": failures,
        "componentSuccesses": successes,
        "retrieveResult": None,
        "runTestResult": tests,
    }


def _message(part: Component, problem: str) -> dict[str, Any]:
    return {
        "changed": part.changed and not problem,
        "columnNumber": None,
        "componentType": part.kind,
        "created": part.created and not problem,
        "deleted": False,
        "fileName": part.file,
        "fullName": part.name,
        "lineNumber": None,
        "problem": problem or None,
        "problemType": "Error" if problem else None,
        "success": not problem,
        "warning": False,
    }
