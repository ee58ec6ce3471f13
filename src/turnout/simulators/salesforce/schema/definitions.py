"""metadata of fields and objects -> the schema's own values, with the problems a deployment reports."""

import re
from typing import Any, Final

from turnout.simulators.salesforce.schema.fields import Field, SObject, custom_object
from turnout.simulators.salesforce.schema.package import Tree

NAME: Final = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*__c")
TYPES: Final = {
    "Text": "string",
    "Number": "double",
    "Email": "email",
    "Lookup": "reference",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "LongTextArea": "textarea",
    "TextArea": "textarea",
    "Phone": "phone",
    "Url": "url",
    "Percent": "percent",
    "Currency": "currency",
}
KEYS: Final = frozenset({"Text", "Number", "Email"})
KNOWN: Final = frozenset(
    {"fullName", "label", "type", "length", "precision", "scale", "required", "unique", "externalId", "caseSensitive"}
    | {"referenceTo", "relationshipName", "relationshipLabel", "deleteConstraint", "defaultValue", "inlineHelpText"}
    | {"description", "visibleLines", "trackHistory", "trackTrending", "trackFeedHistory"}
)
OBJECT_KNOWN: Final = frozenset(
    {"fields", "label", "pluralLabel", "nameField", "deploymentStatus", "sharingModel", "externalSharingModel"}
    | {"description", "enableActivities", "enableBulkApi", "enableFeeds", "enableHistory", "enableReports"}
    | {"enableSearch", "enableSharing", "enableStreamingApi", "enableLicensing", "gender", "startsWith", "visibility"}
)
SET_KNOWN: Final = frozenset(
    {"label", "description", "fieldPermissions", "objectPermissions", "hasActivationRequired", "license"}
    | {"userPermissions"}
)
FIXED_LENGTHS: Final = {"Email": 80, "Phone": 40, "Url": 255, "TextArea": 255}


def problems_of_field(tree: Tree, *, name_characters: int) -> list[str]:
    """Return what stops a field from being made; empty where nothing does.

    `name_characters` bounds name (without __c) and label; 0 does not.
    """
    name, kind = tree.get("fullName", ""), tree.get("type", "")
    found = []
    if not name.endswith("__c"):
        found.append("fullName must end with: __c")
    elif not NAME.fullmatch(name):
        found.append(f"The field name {name} can only contain underscores and alphanumeric characters")
    if name_characters and len(name) - 3 > name_characters:
        found.append(f"Value too long for field: fullName maximum length is:{name_characters}")
    if not tree.get("label"):
        found.append("Must specify a non-empty label for the CustomField")
    if name_characters and len(tree.get("label", "")) > name_characters:
        found.append(f"Value too long for field: MasterLabel maximum length is:{name_characters}")
    if kind not in TYPES:
        return [*found, f"Must specify a known type for the CustomField, not '{kind}'"]
    return found + strays(tree, KNOWN) + _of_type(tree, kind)


def strays(tree: Tree, known: frozenset[str]) -> list[str]:
    """Return the problems of what a part of metadata has and its type does not know."""
    return [f"Property '{one}' not valid in version 68.0" for one in sorted(set(tree) - known)]


def _of_type(tree: Tree, kind: str) -> list[str]:
    found = []
    if kind in ("Text", "LongTextArea"):
        least, most = (1, 255) if kind == "Text" else (256, 131_072)
        if not least <= _int(tree, "length") <= most:
            found.append(f"Must specify 'length' for a CustomField of type {kind}, from {least} to {most}")
    if kind in ("Number", "Percent", "Currency"):
        precision, scale = _int(tree, "precision"), _int(tree, "scale", -1)
        if not (1 <= precision <= 18 and 0 <= scale <= precision):
            found.append(f"Must specify 'precision' (at most 18) and 'scale' for a CustomField of type {kind}")
    if kind == "Lookup" and not (tree.get("referenceTo") and tree.get("relationshipName")):
        found.append("Must specify 'referenceTo' and 'relationshipName' for a CustomField of type Lookup")
    if kind == "Lookup" and _flag(tree, "required") and tree.get("deleteConstraint", "SetNull") == "SetNull":
        found.append("field integrity exception: a required lookup needs a deleteConstraint other than SetNull")
    if kind == "Checkbox" and tree.get("defaultValue") not in ("true", "false"):
        found.append("Must specify 'defaultValue' for a CustomField of type Checkbox")
    if (_flag(tree, "unique") or _flag(tree, "externalId")) and kind not in KEYS:
        found.append(f"Can not specify 'unique' or 'externalId' for a CustomField of type {kind}")
    if _flag(tree, "caseSensitive") and not _flag(tree, "unique"):
        found.append("Can not specify 'caseSensitive' for a CustomField that is not unique")
    return found


def field_of(tree: Tree) -> Field:
    """Return the field that sound metadata describes."""
    kind = tree["type"]
    required = _flag(tree, "required")
    return Field(
        tree["fullName"],
        tree["label"],
        TYPES[kind],
        length=18 if kind == "Lookup" else FIXED_LENGTHS.get(kind, _int(tree, "length")),
        precision=_int(tree, "precision"),
        scale=_int(tree, "scale"),
        nillable=not required and kind != "Checkbox",
        custom=True,
        external_id=_flag(tree, "externalId"),
        unique=_flag(tree, "unique"),
        case_sensitive=_flag(tree, "caseSensitive"),
        reference_to=(tree["referenceTo"],) if kind == "Lookup" else (),
        relationship=_relationship(tree["fullName"]) if kind == "Lookup" else None,
        children=f"{tree['relationshipName']}__r" if kind == "Lookup" else None,
        default=_flag(tree, "defaultValue") if kind == "Checkbox" else None,
        defaulted=kind == "Checkbox",
        help=tree.get("inlineHelpText"),
        description=tree.get("description"),
    )


def _relationship(name: str) -> str:
    return name.removesuffix("__c") + "__r"


def problems_of_object(name: str, tree: Tree) -> list[str]:
    """Return what stops a new custom object from being made."""
    found = [
        f"Must specify a non-empty {each} for the CustomObject"
        for each in ("label", "pluralLabel")
        if not tree.get(each)
    ]
    if not NAME.fullmatch(name):
        found.append(f"The object name {name} can only contain underscores and alphanumeric characters")
    if tree.get("nameField", {}).get("type") not in ("Text", "AutoNumber"):
        found.append("Must specify a nameField of type Text or AutoNumber")
    if not tree.get("sharingModel"):
        found.append("Must specify a sharingModel for the CustomObject")
    if tree.get("deploymentStatus") not in ("Deployed", "InDevelopment"):
        found.append("Must specify a deploymentStatus for the CustomObject")
    return found


def object_of(name: str, tree: Tree, prefix: str) -> SObject:
    """Return the new custom object that sound metadata describes, without its custom fields."""
    naming = tree["nameField"]
    auto = naming["type"] == "AutoNumber"
    name_field = Field(
        "Name",
        naming.get("label") or f"{tree['label']} Name",
        "string",
        80,
        name_field=True,
        auto_number=auto,
        defaulted=True,
        nillable=True,
        createable=not auto,
        updateable=not auto,
    )
    return custom_object(name, tree["label"], tree["pluralLabel"], prefix=prefix, name_field=name_field)


def _flag(tree: Tree, name: str) -> bool:
    return bool(tree.get(name) == "true")


def _int(tree: Tree, name: str, default: int = 0) -> int:
    value: Any = tree.get(name, "")
    return int(value) if str(value).isdigit() else default
