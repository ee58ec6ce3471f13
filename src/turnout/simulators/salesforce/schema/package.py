"""zip of metadata -> components: what package.xml lists, read from the files, each with its own problems."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from xml.etree import ElementTree

from msgspec import Struct, field

_NS: Final = "{http://soap.sforce.com/2006/04/metadata}"
LISTS: Final = frozenset({"fields", "fieldPermissions", "objectPermissions", "userPermissions", "types", "members"})
Tree = dict[str, Any]


class Component(Struct):
    """A part of a deployment: `kind` as Salesforce names it; `problems` say why it cannot be deployed."""

    kind: str
    name: str
    file: str
    tree: Tree = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    created: bool = False
    changed: bool = False


class Unreadable(Exception):
    """The archive is no deployment at all."""


def components(archive: bytes) -> list[Component]:
    """Return objects, then their fields, then permission sets; raises Unreadable."""
    files = _files(archive)
    wanted = _wanted(files)
    found = []
    for kind, folder, ending in (("CustomObject", "objects", ".object"), ("PermissionSet", "permissionsets", None)):
        for name in sorted(wanted.get(kind, ())):
            path = f"{folder}/{name}{ending or '.permissionset'}"
            found.append(_component(kind, name, path, content=files.get(path)))
    unknown = sorted(set(wanted) - {"CustomObject", "CustomField", "PermissionSet"})
    found += [
        Component(kind, "", "package.xml", problems=[f"Unknown type name '{kind}' specified in package.xml"])
        for kind in unknown
    ]
    found += _loose(files, wanted, {one.name for one in found if one.kind == "CustomObject"})
    return [*found, *_unlisted(files, {one.file for one in found})]


def _files(archive: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            files = {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}
    except zipfile.BadZipFile as problem:
        raise Unreadable(f"INVALID_ZIP: {problem}") from problem
    manifest = next((name for name in files if name == "package.xml" or name.endswith("/package.xml")), None)
    if manifest is None:
        raise Unreadable("No package.xml found")
    root = manifest.removesuffix("package.xml")
    return {name.removeprefix(root): content for name, content in files.items() if name.startswith(root)}


def _wanted(files: dict[str, bytes]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    try:
        types = _tree(files["package.xml"]).get("types", [])
    except ElementTree.ParseError as problem:
        raise Unreadable(f"package.xml cannot be parsed: {problem}") from problem
    for one in types:
        members = set(one.get("members", ()))
        if "*" in members:
            members = _starred(files, one["name"])
        wanted.setdefault(one["name"], set()).update(members)
    return wanted


def _starred(files: dict[str, bytes], kind: str) -> set[str]:
    folder, ending = {"CustomObject": ("objects/", ".object"), "PermissionSet": ("permissionsets/", ".permissionset")}[
        kind
    ]
    return {name.removeprefix(folder).removesuffix(ending) for name in files if name.startswith(folder)}


def _loose(files: dict[str, bytes], wanted: dict[str, set[str]], whole: set[str]) -> Iterator[Component]:
    """Yield the objects of which package.xml lists only fields: those fields alone are deployed."""
    listed: dict[str, set[str]] = {}
    for name in wanted.get("CustomField", ()):
        parent, _, child = name.partition(".")
        listed.setdefault(parent, set()).add(child)
    for parent in sorted(set(listed) - whole):
        path = f"objects/{parent}.object"
        one = _component("CustomObject", parent, path, content=files.get(path))
        given = {each.get("fullName"): each for each in one.tree.get("fields", [])}
        for child in sorted(listed[parent] - set(given)):
            one.problems.append(f"In field: {child} - no such field in {path}")
        yield Component(
            one.kind, one.name, one.file, {"fields": [given[n] for n in given if n in listed[parent]]}, one.problems
        )


def _unlisted(files: dict[str, bytes], read: set[str]) -> Iterator[Component]:
    for path in sorted(set(files) - read - {"package.xml"}):
        yield Component("", path, path, problems=["A file was in the zip but not in package.xml"])


def _component(kind: str, name: str, path: str, *, content: bytes | None) -> Component:
    if content is None:
        words = f"An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
        return Component(kind, name, path, problems=[words])
    try:
        return Component(kind, name, path, _tree(content))
    except ElementTree.ParseError as problem:
        return Component(kind, name, path, problems=[f"Error parsing file: {problem}"])


def _tree(content: bytes) -> Tree:
    return _branch(ElementTree.fromstring(content))


def _branch(element: ElementTree.Element) -> Tree:
    found: Tree = {}
    for child in element:
        name = child.tag.removeprefix(_NS)
        value = _branch(child) if len(child) else (child.text or "").strip()
        if name in LISTS:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found
