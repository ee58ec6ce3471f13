"""Calls on the fields of people and of program members: see them, make custom ones, change their words."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.fields import LENGTHS, Field
from turnout.simulators.marketo.account.people import FIELDS
from turnout.simulators.marketo.account.programs import MEMBER_FIELDS
from turnout.simulators.marketo.answers import Found, Refused
from turnout.simulators.marketo.calls.operation import PAGED, Operation, body_of, page, records_of, required

MOST_BY_API: Final = 100
MOST_OF_MEMBERS: Final = 20
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
TYPES: Final = (
    *("boolean", "currency", "date", "datetime", "email", "float", "integer", "percent", "phone", "score"),
    *("string", "url"),
)
WORDS: Final = ("displayName", "description", "isHidden", "isHtmlEncodingInEmail", "isSensitive")
PEOPLE, MEMBERS = "leads", "programs/members"
STANDARD: Final[Mapping[str, Mapping[str, Field]]] = {PEOPLE: FIELDS, MEMBERS: MEMBER_FIELDS}


def browse(of: str, account: Account, call: Call) -> Found:
    """Get Fields."""
    rows, beside = page(call, [_shown(of, each) for each in _fields(of, account).values()], always_more=True)
    return Found(rows, beside)


def by_name(of: str, account: Account, call: Call) -> Found:
    """Get Field by Name."""
    return Found([_shown(of, _named(of, account, call))])


def create(of: str, account: Account, call: Call) -> Found:
    """Create Fields: custom ones, all or none; at most 100 of people and 20 of members."""
    held = _fields(of, account)
    made = [
        _field(record, number=1_000 + len(held) + n)
        for n, record in enumerate(records_of(call, body_of(call, "input")))
    ]
    for each in made:
        if each.name in held or any(each.display == other.display for other in held.values()):
            raise Refused("1017", text=f"Field '{each.name}' already exists")
    most = MOST_BY_API if of == PEOPLE else MOST_OF_MEMBERS
    if sum(each.by_api for each in held.values()) + len(made) > most:
        raise Refused("1028")
    held.update({each.name: each for each in made})
    return Found([{"name": each.name, "status": "created"} for each in made])


def update(of: str, account: Account, call: Call) -> Found:
    """Update Field: its words; of a standard field all but its display name."""
    old = _named(of, account, call)
    records = records_of(call, body_of(call, "input"))
    if len(records) != 1:
        raise Refused("1003", text="input must hold one field")
    told = records[0]
    if stray := [name for name in told if name not in WORDS]:
        raise Refused("1003", text=f"Field attribute '{stray[0]}' cannot be changed")
    if "displayName" in told and old.name in STANDARD[of]:
        raise Refused("1003", text="displayName of a standard field cannot be changed")
    _fields(of, account)[old.name] = _worded(old, told)
    return Found([{"name": old.name, "status": "updated"}])


def _field(record: Mapping[str, Any], *, number: int) -> Field:
    if stray := set(record) - {*WORDS, "name", "dataType"}:
        raise Refused("1003", text=f"Unknown member '{min(stray)}' in a field")
    name, display, kind = (required(record, each) for each in ("name", "displayName", "dataType"))
    if not NAME.fullmatch(name) or not re.fullmatch(r"[\w ]{1,255}", display):
        raise Refused("1003", text=f"Invalid field name '{name}'")
    if kind not in TYPES:
        raise Refused("1003", text=f"Invalid dataType '{kind}'")
    return _worded(Field(name, display, kind, LENGTHS.get(kind, 0), id=number, by_api=True), record)


def _worded(field: Field, told: Mapping[str, Any]) -> Field:
    return replace(
        field,
        display=str(told.get("displayName") or field.display),
        description=str(told.get("description") or field.description),
        hidden=bool(told.get("isHidden", field.hidden)),
        sensitive=bool(told.get("isSensitive", field.sensitive)),
        encoded=bool(told.get("isHtmlEncodingInEmail", field.encoded)),
    )


def _shown(of: str, field: Field) -> dict[str, Any]:
    length = {"length": field.length} if field.length else {}
    return (
        {"displayName": field.display, "name": field.name, "dataType": field.type}
        | length
        | {
            "description": field.description or None,
            "isHidden": field.hidden,
            "isHtmlEncodingInEmail": field.encoded,
            "isSensitive": field.sensitive,
            "isCustom": field.name not in STANDARD[of],
            "isApiCreated": field.by_api,
        }
    )


def _fields(of: str, account: Account) -> dict[str, Field]:
    return account.people.fields if of == PEOPLE else account.programs.member_fields


def _named(of: str, account: Account, call: Call) -> Field:
    found = _fields(of, account).get(call.names["fieldApiName"])
    if found is None:
        raise Refused("1006", call.names["fieldApiName"])
    return found


_NEEDS: Final = "Read-Write Schema Custom Field"


def _calls(of: str) -> tuple[Operation, ...]:
    path = f"/rest/v1/{of}/schema/fields"
    return (
        Operation("GET", f"{path}.json", partial(browse, of), _NEEDS, PAGED),
        Operation("POST", f"{path}.json", partial(create, of), _NEEDS, writing=True),
        Operation("GET", f"{path}/{{fieldApiName}}.json", partial(by_name, of), _NEEDS),
        Operation("POST", f"{path}/{{fieldApiName}}.json", partial(update, of), _NEEDS, writing=True),
    )


CALLS: Final = (*_calls(PEOPLE), *_calls(MEMBERS))
