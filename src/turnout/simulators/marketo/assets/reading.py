"""How calls on assets are read and shown: pages, places, names, times."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from turnout.clock import instant, iso
from turnout.simulators.kit.calls import Call
from turnout.simulators.marketo.account.account import Account
from turnout.simulators.marketo.account.assets import Campaign, Place, SmartList, StaticList
from turnout.simulators.marketo.answers import Refused
from turnout.simulators.marketo.calls.operation import whole

MOST_NAME: Final = 255
PAGE: Final = ("maxReturn", "offset")
NEW: Final = ("name", "folder", "description")
BROWSE: Final = ("folder", "earliestUpdatedAt", "latestUpdatedAt", *PAGE)
READ, WRITE = "Read-Only Assets", "Read-Write Assets"
T = TypeVar("T")
Asset = TypeVar("Asset", StaticList, SmartList, Campaign)

_ID: Final = re.compile(r"""['"]?id['"]?\s*:\s*['"]?(\d+)""")
_TYPE: Final = re.compile(r"""['"]?type['"]?\s*:\s*['"]?(\w+)""")


def place_of(text: str) -> Place:
    """Return an embedded object {"id": 1, "type": "Folder"}; Refused (1001) where it is none.

    A known client sends neither JSON nor Python: {'id': 1, 'type': Folder}.
    """
    number, kind = _ID.search(text), _TYPE.search(text)
    if not number or not kind or not text.strip().startswith("{"):
        raise Refused("1001", text, "Folder")
    return Place(int(number[1]), kind[1].capitalize())


def parent(account: Account, asked: Mapping[str, str], *, name: str = "folder") -> Place:
    """Return the folder or program that an asset shall lie in; Refused: 701 without, 710 unknown, 711 the root."""
    if not asked.get(name):
        raise Refused("701", name)
    place = place_of(asked[name])
    if place.type == "Program" and place.id in account.programs.by_id:
        return place
    folder = account.programs.folders.get(place.id)
    if folder is None or place.type != "Folder":
        raise Refused("710")
    if not folder.parent:
        raise Refused("711")
    return place


def name_of(asked: Mapping[str, str], taken: Iterable[str], *, what: str) -> str:
    """Return the name that an asset shall have; Refused: 701 blank or too long, 709 not unique."""
    name = asked.get("name", "").strip()
    if not name:
        raise Refused("701", "name")
    if len(name) > MOST_NAME:
        raise Refused("701", text=f"name cannot exceed {MOST_NAME} characters")
    if name in taken:
        raise Refused("709", f"the {what} name '{name}' is not unique")
    return name


def browsed(call: Call, rows: Iterable[Asset]) -> Sequence[Asset]:
    """Return one page of the assets that `folder` and the two times of update let through."""
    place = place_of(call.query["folder"]) if "folder" in call.query else None
    return part([each for each in rows if place in {None, each.place} and within(each.updated_at, call)], call)


def part(rows: Sequence[T], call: Call) -> Sequence[T]:
    """Return one page, by `offset` and `maxReturn`."""
    start = whole(call.query, "offset", default=0)
    return rows[start : start + whole(call.query, "maxReturn", default=20, most=200)]


def within(updated_at: float, call: Call) -> bool:
    """Whether an asset was changed between the two times that a call may give; Refused (704) for no times."""
    asked = call.query
    early, late = asked.get("earliestUpdatedAt"), asked.get("latestUpdatedAt")
    return not ((early and updated_at < _instant(early)) or (late and updated_at > _instant(late)))


def moment(seconds: float) -> str:
    """Return a time as the asset API shows it: 2026-11-21T19:00:00Z+0000."""
    return iso(seconds)[:-5] + "Z+0000"


def shown(asset: StaticList | SmartList | Campaign) -> dict[str, Any]:
    """Return what all assets show of themselves."""
    return {
        "id": asset.id,
        "name": asset.name,
        "description": asset.description,
        "createdAt": moment(asset.made_at),
        "updatedAt": moment(asset.updated_at),
        "folder": {"id": asset.place.id, "type": asset.place.type},
        "workspace": "Default",
    }


def number(text: str) -> int:
    """Return an id of a path as a number; -1, which nothing has, where it is none."""
    return int(text) if text.isdecimal() else -1


def _instant(text: str) -> float:
    try:
        return instant(text.replace(" ", "+"))
    except ValueError:
        raise Refused("704", text="Invalid date format") from None
