"""columns -> what is deployed, in Salesforce's metadata format and source format: objects, fields, permissions."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct

from turnout.destinations.salesforce.fields import COLUMNS, EXTERNAL_ID, KEY, TITLES, Column, key_field, object_names
from turnout.values.bindings import Config
from turnout.values.records import Kind

NAMESPACE: Final = "http://soap.sforce.com/2006/04/metadata"
VERSION: Final = "62.0"
"""Of the format; every org since Winter '25 takes it, whichever version the calls use."""

PERMISSION_SET: Final = "Turnout"
PRECISION: Final = 18
"""Digits in all: the screens' Number(16,2) is precision 18 with scale 2."""

PLURALS: Final = {Kind.ENGAGEMENT: "UserSessionEngagements", Kind.POLLS: "Kaltura User Polls"}
NAME_FORMATS: Final = {Kind.ENGAGEMENT: "USE-{0000000000}", Kind.POLLS: "KUP-{0000000000}"}
LEAD_LISTS: Final = {Kind.ENGAGEMENT: "User_Session_Engagements", Kind.POLLS: "Kaltura_User_Polls"}
DESCRIPTIONS: Final = {
    Kind.ENGAGEMENT: "What one attendee of a Kaltura virtual event did in one session and channel.",
    Kind.POLLS: "What one attendee of a Kaltura virtual event answered in the polls of one session.",
}

Node = tuple[str, "str | Sequence[Node]"]
"""An element: its name, and its text or its children."""


class Deployed(Struct, frozen=True):
    """One object to deploy: whether it is new, the columns to add by API name, and all that is to be opened."""

    kind: Kind
    api_name: str
    new: bool
    columns: Mapping[str, Column]
    opened: tuple[str, ...] = ()


def columns(config: Config, kind: Kind) -> dict[str, Column]:
    """Return {API name: column} of all that an object should have, our key included."""
    if kind is Kind.MEMBER:
        return {EXTERNAL_ID.api_name: external_id(config)}
    return {column.api_name: column for column in COLUMNS[kind]} | {key_field(config): KEY}


def external_id(config: Config) -> Column:
    """Return the column of the members' key, required or not as the connection says."""
    required = config.flag("external_id_required", True)
    return Column(**{name: getattr(EXTERNAL_ID, name) for name in Column.__struct_fields__} | {"required": required})


def package(objects: Sequence[Deployed]) -> dict[str, bytes]:
    """Return {path: content} of a package that adds what each object lacks, and opens it all.

    Same input, same bytes.
    """
    files = {"package.xml": _xml("Package", _manifest(objects))}
    for one in objects:
        if one.new or one.columns:
            files[f"objects/{one.api_name}.object"] = _xml("CustomObject", _object(one))
    files[f"permissionsets/{PERMISSION_SET}.permissionset"] = _xml("PermissionSet", permission_set(objects))
    return files


def everything(config: Config) -> list[Deployed]:
    """Return all that provisioning may have to make, as an org without any of it would need it."""
    made = []
    for kind in (Kind.MEMBER, *TITLES):
        wanted = columns(config, kind)
        name = "CampaignMember" if kind is Kind.MEMBER else object_names(config, kind)[0]
        opened = tuple(api_name for api_name, column in wanted.items() if not column.required)
        made.append(Deployed(kind, name, kind is not Kind.MEMBER, wanted, opened))
    return made


def source(config: Config) -> dict[str, bytes]:
    """Return {path: content} of a project in Salesforce's source format: what `sf project deploy start` deploys.

    The same description as the zip's; only its form differs: each field is a file of its own.
    """
    objects = everything(config)
    main = "force-app/main/default"
    project = {"packageDirectories": [{"path": "force-app", "default": True}], "sourceApiVersion": VERSION}
    files = {"sfdx-project.json": (json.dumps(project, indent=2) + "\n").encode()}
    for one in objects:
        place = f"{main}/objects/{one.api_name}"
        if one.new:
            own = [node for node in _object(one) if node[0] != "fields"]
            files[f"{place}/{one.api_name}.object-meta.xml"] = _xml("CustomObject", own)
        for name, column in one.columns.items():
            files[f"{place}/fields/{name}.field-meta.xml"] = _xml("CustomField", field(one.kind, name, column))
    permissions = f"{main}/permissionsets/{PERMISSION_SET}.permissionset-meta.xml"
    files[permissions] = _xml("PermissionSet", permission_set(objects))
    return files


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a zip; the same files make the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _object(one: Deployed) -> list[Node]:
    fields: list[Node] = [("fields", field(one.kind, name, column)) for name, column in one.columns.items()]
    if not one.new:
        return fields
    title = TITLES[one.kind]
    return [
        ("deploymentStatus", "Deployed"),
        ("description", DESCRIPTIONS[one.kind]),
        ("enableReports", "true"),
        *fields,
        ("label", title),
        ("nameField", [("displayFormat", NAME_FORMATS[one.kind]), ("label", "Name"), ("type", "AutoNumber")]),
        ("pluralLabel", PLURALS[one.kind]),
        ("sharingModel", "ReadWrite"),
    ]


def field(kind: Kind, api_name: str, column: Column) -> list[Node]:
    """Return a field's definition, its name first; its description and help are the document's words."""
    told = {"description": column.help, "inlineHelpText": column.help} if column.help else {}
    definition = told | {"label": column.label or column.name, "required": _yes(column.required)} | _typed(kind, column)
    return [("fullName", api_name), *sorted(definition.items())]


def _typed(kind: Kind, column: Column) -> dict[str, str]:
    match column.type:
        case "lookup":
            relation = {"relationshipLabel": PLURALS[kind], "relationshipName": LEAD_LISTS[kind]}
            return {"type": "Lookup", "referenceTo": "Lead", "deleteConstraint": "SetNull", **relation}
        case "number":
            return {"type": "Number", "precision": str(PRECISION), "scale": str(column.scale), "unique": "false"}
        case "email":
            return {"type": "Email", "unique": "false"}
        case "text":
            key = {"externalId": _yes(column.key), "unique": _yes(column.key)}
            return {
                "type": "Text",
                "length": str(column.width),
                **key,
                **({"caseSensitive": "false"} if column.key else {}),
            }


def permission_set(objects: Sequence[Deployed]) -> list[Node]:
    """Return the permission set that opens our objects and fields.

    A required field is always open, and a permission set that lists one is refused.
    """
    fields = sorted(f"{one.api_name}.{name}" for one in objects for name in one.opened)
    custom = sorted(one.api_name for one in objects if one.kind is not Kind.MEMBER)
    rights = {"allowCreate": True, "allowDelete": False, "allowEdit": True, "allowRead": True}
    opened: list[Node] = [
        ("fieldPermissions", [("editable", "true"), ("field", name), ("readable", "true")]) for name in fields
    ]
    granted: list[Node] = [
        (
            "objectPermissions",
            [
                *((name, _yes(right)) for name, right in rights.items()),
                ("modifyAllRecords", "false"),
                ("object", name),
                ("viewAllRecords", "false"),
            ],
        )
        for name in custom
    ]
    told = "Lets Turnout write engagement and poll answers of virtual events."
    return [("description", told), *opened, ("hasActivationRequired", "false"), ("label", PERMISSION_SET), *granted]


def _manifest(objects: Sequence[Deployed]) -> list[Node]:
    fields = [f"{one.api_name}.{name}" for one in objects for name in one.columns]
    members: list[tuple[str, Iterable[str]]] = [
        ("CustomField", fields),
        ("CustomObject", [one.api_name for one in objects if one.new]),
        ("PermissionSet", [PERMISSION_SET]),
    ]
    types: list[Node] = [
        ("types", [*(("members", member) for member in listed), ("name", name)]) for name, listed in members if listed
    ]
    return [*types, ("version", VERSION)]


def _xml(root: str, nodes: Sequence[Node]) -> bytes:
    element = Element(root, xmlns=NAMESPACE)
    _grow(element, nodes)
    indent(element, "    ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(element, encoding="unicode")}\n'.encode()


def _grow(parent: Element, nodes: Sequence[Node]) -> None:
    for name, content in nodes:
        child = SubElement(parent, name)
        if isinstance(content, str):
            child.text = content
        else:
            _grow(child, content)


def _yes(flag: bool) -> str:
    return "true" if flag else "false"
