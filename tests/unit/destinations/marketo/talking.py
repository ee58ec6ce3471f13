"""Marketo's talks driven with literal replies, and every request held against Adobe's own swagger."""

import json
import re
from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from jsonschema import Draft4Validator

from turnout.destinations.marketo.fields import ENGAGEMENT, POLLS
from turnout.destinations.marketo.rules import judged
from turnout.values.bindings import Binding, Config
from turnout.values.records import Kind
from turnout.values.sightings import FieldSeen, ObjectSeen, StatusSeen, Target
from turnout.wire import Reply, Request, Talk

SWAGGER = Path(__file__).parents[3] / "data" / "marketo"
OPEN = {"Lead", "CustomObject", "ProgramMemberData"}  # definitions whose fields are the account's own


@cache
def specification() -> dict[str, Any]:
    """Return all operations and definitions, with the errata that concern what is sent."""
    paths: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for name in ("asset", "identity", "mapi"):
        read = json.loads((SWAGGER / f"swagger-{name}.json").read_text())
        definitions[name] = read.get("definitions", {})
        for path, operations in read["paths"].items():
            paths[path] = {method: {**told, "file": name} for method, told in operations.items()}
    lead_database = definitions["mapi"]
    lead_database["CustomObject"].pop("required")  # marketoGUID and seq are Marketo's to give
    lead_database["ProgramMemberData"]["required"] = ["leadId"]  # "{fieldApiName}" is no field
    for given in ("id", "errors"):  # of an activity, Marketo's to give
        lead_database["CustomActivity"]["required"].remove(given)
    lead_database["Attribute"]["properties"]["value"] = {"type": ["string", "number", "boolean"]}  # no object
    for key, definition in [pair for file in definitions.values() for pair in file.items()]:
        definition["additionalProperties"] = key in OPEN or "properties" not in definition
    # Adobe's pages and the clients in use write `name` where the swagger has `Name`.
    paths["/rest/asset/v1/channel/byName.json"]["get"]["parameters"][0]["name"] = "name"
    return {"paths": paths, "definitions": definitions}


def operation(method: str, path: str) -> Mapping[str, Any]:
    """Return the operation that a path means: the template with the fewest parameters."""
    found = [
        (template.count("{"), template)
        for template, operations in specification()["paths"].items()
        if method.lower() in operations and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
    ]
    assert found, f"Adobe's swagger has no {method} {path}"
    return specification()["paths"][min(found)[1]][method.lower()]


def conforms(request: Request) -> None:
    """Assert that Adobe's specification has this request: path, parameters, body and limits."""
    url = urlsplit(request.url)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    method = query.pop("_method", request.method)
    body = request.body
    if method != request.method and request.headers["Content-Type"].startswith("application/x-www-form"):
        query |= {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        body = b""
    assert len(request.url.encode()) <= 8_000
    assert len(request.body) <= (10_000_000 if url.path.startswith("/bulk/") else 1_000_000)
    assert "access_token" not in query
    meant = operation(method, url.path)
    parameters = meant.get("parameters", [])
    allowed = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    needed = {parameter["name"] for parameter in parameters if parameter["in"] == "query" and parameter.get("required")}
    assert set(query) <= allowed, f"unknown parameters {set(query) - allowed}"
    assert body or needed <= set(query), f"missing parameters {needed - set(query)}"
    if request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        files = {parameter["name"] for parameter in parameters if parameter["in"] == "formData"}
        assert {name for name, _ in parts(request)} == files
        return
    schemas = [parameter["schema"] for parameter in parameters if parameter["in"] == "body"]
    if body:
        _body_conforms(request, {**schemas[0], "definitions": specification()["definitions"][meant["file"]]})


def parts(request: Request) -> list[tuple[str, str]]:
    """Return the parts of a form by their names, read as a server reads them."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    read = BytesParser(policy=HTTP).parsebytes(head + request.body)
    found = []
    for part in read.iter_parts():  # type: ignore[attr-defined]
        assert part.get_content_type() == "text/csv"
        assert part.get_filename()
        name = part.get_param("name", header="content-disposition")
        found.append((str(name), part.get_payload(decode=True).decode()))
    return found


def csv_reply(*lines: str) -> Reply:
    """Return a file of rows."""
    return Reply(200, {"content-type": "text/csv;charset=UTF-8"}, "".join(f"{line}\n" for line in lines).encode())


def no_file() -> Reply:
    """Return what Marketo answers where it has no such file."""
    return Reply(404, {})


def _body_conforms(request: Request, schema: Mapping[str, Any]) -> None:
    if request.headers["Content-Type"].startswith("application/json"):
        value = request.json()
    else:
        value = dict(parse_qsl(request.body.decode()))
        if "folder" in value:
            value["folder"] = json.loads(value["folder"])
    problems = [f"{list(error.path)}: {error.message}" for error in Draft4Validator(schema).iter_errors(value)]
    assert not problems, problems[:3]
    assert len(value.get("input", [])) <= 300


def ok(*items: Mapping[str, Any], **more: Any) -> Reply:
    """Return a success as Marketo words it."""
    body = {"requestId": "262e#17d4f046342", "result": list(items), "success": True, **more}
    return Reply(200, {"content-type": "application/json;charset=UTF-8"}, json.dumps(body).encode())


def nothing() -> Reply:
    """Return how the asset API says that it found nothing: a success without a result."""
    told = ["No assets found for the given search criteria."]
    body = {"success": True, "errors": [], "requestId": "1#2", "warnings": told}
    return Reply(200, {}, json.dumps(body).encode())


def refused(code: str, message: str = "", **headers: str) -> Reply:
    """Return a refusal of a call as a whole."""
    body = {"requestId": "262e#17d4f046342", "success": False, "errors": [{"code": code, "message": message}]}
    return Reply(200, headers, json.dumps(body).encode())


def skipped(code: str, message: str = "", **more: Any) -> dict[str, Any]:
    """Return how one record is refused."""
    return {"status": "skipped", "reasons": [{"code": code, "message": message}], **more}


def drive(talk: Talk[Any], *replies: Reply) -> tuple[list[Request], Any]:
    """Carry a talk through; each request must be Adobe's, each reply one that `judged` lets pass."""
    requests = []
    left = list(replies)
    try:
        request = next(talk)
        while True:
            conforms(request)
            requests.append(request)
            reply = left.pop(0)
            ruling = judged(request, reply)
            assert ruling is None, f"{request.url} would have ended the talk: {ruling}"
            request = talk.send(reply)
    except StopIteration as end:
        assert not left, f"{len(left)} replies were not asked for"
        return requests, end.value


def config(**settings: str) -> Config:
    """Return a connection's settings, those of a loopback account where not said otherwise."""
    return Config(
        "marketo",
        "mk",
        {"endpoint": "https://123-abc-456.mktorest.com", "client_id": "id", "client_secret": "secret", **settings},
    )


def fields_seen(spec: Any) -> dict[str, FieldSeen]:
    """Return an object's fields as an account made after the document shows them."""
    kinds = {"link": "integer"}
    width = {"string": 255}
    return {
        field.name: FieldSeen(field.name, field.name, kinds.get(field.type, field.type), width.get(field.type, 0))
        for field in spec.fields
    }


def seen_target() -> Target:
    """Return an account in which all stands as it should."""
    people = {
        "email": FieldSeen("email", "email", "email", 255),
        "first_name": FieldSeen("first_name", "firstName", "string", 10),
        "last_name": FieldSeen("last_name", "lastName", "string", 255),
        "company": FieldSeen("company", "company", "string", 255),
        "phone": FieldSeen("phone", "phone", "phone", 255, writable=False),
    }
    return Target(
        "1044",
        "Winter Summit 2026",
        (StatusSeen("Registered", 30, True), StatusSeen("Attended", 50, True)),
        {
            Kind.PERSON: ObjectSeen("lead", people),
            Kind.ENGAGEMENT: ObjectSeen(ENGAGEMENT.api_name, fields_seen(ENGAGEMENT), True, ENGAGEMENT.key),
            Kind.POLLS: ObjectSeen(POLLS.api_name, fields_seen(POLLS), True, POLLS.key),
        },
    )


BINDING = Binding("b1", "9001", "Winter Summit 2026", "mk")
PROGRAM = {"id": 1044, "name": "Winter Summit 2026", "type": "Event", "channel": "Kaltura Event"}
STEPS = [
    {"name": "Not in Program", "step": 0, "success": False, "hidden": False, "description": None},
    {"name": "Created", "step": 10, "success": False, "hidden": False, "description": None},
    {"name": "Invited", "step": 20, "success": False, "hidden": False, "description": None},
    {"name": "Registered", "step": 30, "success": True, "hidden": False, "type": "REGISTERED"},
    {"name": "Confirmed", "step": 40, "success": True, "hidden": False, "description": None},
    {"name": "autoConfirmed", "step": 40, "success": True, "hidden": False, "description": None},
    {"name": "Attended", "step": 50, "success": True, "hidden": False, "type": "ATTENDED"},
    {"name": "Participated", "step": 60, "success": True, "hidden": False, "description": None},
    {"name": "Blocked", "step": 70, "success": False, "hidden": False, "description": None},
    {"name": "Un-registered", "step": 80, "success": False, "hidden": False, "description": None},
]
CHANNEL = {"id": 7, "name": "Kaltura Event", "applicableProgramType": "event", "progressionStatuses": STEPS}
LEAD_FIELDS = [
    {"id": 1, "displayName": "Email", "dataType": "email", "length": 255, "rest": {"name": "email", "readOnly": False}},
    {"id": 2, "displayName": "First", "dataType": "string", "length": 40, "rest": {"name": "firstName"}},
    {"id": 3, "displayName": "Owner", "dataType": "string", "length": 40, "rest": {"name": "leadOwnerId"}},
    {"id": 4, "displayName": "SOAP only", "dataType": "string"},
]


def meta(spec: Any, **more: Any) -> dict[str, Any]:
    """Return an approved object as its describe shows it."""
    kinds = {"link": "integer"}
    shown = [{"name": field.name, "dataType": kinds.get(field.type, field.type)} for field in spec.fields]
    related = {"field": "personId", "type": "child", "relatedTo": {"name": "Lead", "field": "Id"}}
    found = {"name": spec.api_name, "displayName": spec.api_name, "idField": "marketoGUID", "fields": shown}
    return {**found, "dedupeFields": list(spec.key), "relationships": [related], **more}
