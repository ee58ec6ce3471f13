"""Write kaltura-seed.json: the event as Kaltura's own APIs tell it, from the files beside this one."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from turnout.clock import instant, iso

HERE = Path(__file__).parent
EVENT = 9001
USER = ("first_name", "last_name", "email", "company", "title", "country")
FORM = ("phone", "industry", "dietary_needs", "how_did_you_hear")
LEVELS = {(1, 1): "no", (1, 2): "low", (2, 1): "fair", (2, 2): "good"}
POLLS: dict[str, dict[str, Any]] = {
    "rating scale": {"visual": "rating scale", "icon": "happy"},
    "crowd vote": {"visual": "crowd vote", "icon": "thumbs"},
    "Multiple answer": {"multiple": True},
    "Correct answer": {"correct": 0},
    "Single answer": {},
}
MORE_OPTIONS = {"rating scale": [str(number) for number in range(1, 6)]}
STARTS = {"1_live0001": "2026-11-21T19:00:00Z", "1_live0004": "2026-11-21T19:20:00Z"}
DEEDS = {"reaction", "chat_message", "qna_thread", "raise_hand", "add_to_calendar", "mic_on", "cam_on"}


def rows(name: str) -> list[dict[str, str]]:
    """Return a CSV file's rows."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(name: str) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON Lines; the one that was cut off is left out."""
    found = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def event() -> dict[str, Any]:
    """Return the event, its sessions and channels."""
    given = json.loads((HERE / "event.json").read_text(encoding="utf-8"))
    sessions = [
        {**session, **({"starts_at": STARTS[session["entry_id"]]} if session["entry_id"] in STARTS else {})}
        for session in given["sessions"]
    ]
    properties = {name: {"type": "string"} for name in FORM}
    return {
        "id": EVENT,
        "name": given["name"],
        "starts_at": given["starts_at"],
        "ends_at": given["ends_at"],
        "created_at": "2026-09-15T08:00:00Z",
        "app_guid": "5d1f0c3e-9001-4a70-8f6b-3a2e7c9b1d55",
        "sessions": sessions,
        "channels": given["channels"],
        "registration_form": {"type": "object", "properties": properties},
    }


def histories() -> dict[str, list[dict[str, Any]]]:
    """Return what happened to each person; a row that no profile can hold, and one that is there twice, is left out."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    before: dict[str, dict[str, str]] = {}
    for row in sorted(rows("registrations.csv"), key=lambda row: instant(row["status_at"] or row["registered_at"])):
        if row["status"] == "maybe":
            continue
        step: dict[str, Any] = {"at": row["status_at"] or row["registered_at"], "status": row["status"]}
        user = {name: row[name] for name in USER}
        if before.get(row["user_id"]) != user:
            step["user"] = before[row["user_id"]] = user
        if not found[row["user_id"]]:
            step |= {"origin": row["reg_origin"], "data": {name: row[name] for name in FORM if row[name]}}
            if row["reg_origin"] == "sso":
                step["login"] = "sso"
        if not any(told["status"] == step["status"] and told["at"] == step["at"] for told in found[row["user_id"]]):
            found[row["user_id"]].append(step)
    return found


def views() -> dict[tuple[str, str, str, str], list[dict[str, Any]]]:
    """Return each viewing session's VIEWs and PLAYs in order, by user, entry, session and channel."""
    found: dict[tuple[str, str, str, str], list[dict[str, Any]]] = defaultdict(list)
    seen = set()
    for name in ("beacons.jsonl", "beacons-more.jsonl"):
        for sent in lines(name):
            given = {**dict(parse_qsl(urlsplit(sent["url"]).query)), **json.loads(sent["body"] or "{}")}
            mark = json.dumps(given, sort_keys=True)
            if str(given.get("eventType")) not in ("3", "99") or mark in seen or given.get("virtualEventId") == "9002":
                continue
            seen.add(mark)
            key = (given.get("userId", ""), given["entryId"], given["sessionId"], given.get("playbackContext", ""))
            found[key].append({**given, "at": float(sent["captured_at"])})
    return found


def visit(sent: Iterable[Mapping[str, Any]], entry: str, channel: str) -> dict[str, Any] | None:
    """Return one viewing session as a visit: so many seconds in one level after another."""
    stretches: list[list[Any]] = []
    kind, start, position, last, plays = "", 0.0, 0.0, 0.0, False
    for view in sorted(sent, key=lambda one: (one["at"], int(one.get("eventIndex", 0)))):
        if str(view["eventType"]) == "3":
            plays = True
            continue
        total = float(view["playTimeSum"])
        seconds, last = (total - last if total >= last else total), total
        if not kind:
            kind = "vod" if view["playbackType"] == "vod" else "live"
            start, position = view["at"], max(0.0, float(view.get("position", 0.0)) - seconds)
        level = LEVELS[int(view["soundMode"]), int(view["tabMode"])]
        if level == "good" and int(view.get("screenMode", 1)) == 2:
            level = "high"
        if stretches and stretches[-1][0] == level:
            stretches[-1][1] = round(stretches[-1][1] + seconds, 3)
        elif seconds:
            stretches.append([level, round(seconds, 3)])
    if not stretches:
        return None
    made = {"entry_id": entry, "kind": kind, "channel": channel, "at": iso(start), "stretches": stretches}
    return made | {"plays": plays} | ({"position": round(position, 3)} if kind == "vod" else {})


def deeds() -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
    """Return what people did beside watching, and their visits of rooms; what is there twice is left out."""
    done: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rooms: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in lines("interactions.jsonl"):
        seconds = row.get("duration_ms", 0) / 1000
        if row["type"] == "room_view":
            place = {"entry_id": row["entry_id"], "kind": "room", "at": row["at"], "plays": False}
            rooms[row["user_id"]].append(place | {"stretches": [[row["value"], seconds]]})
        elif row["type"] in DEEDS:
            deed = {"entry_id": row["entry_id"], "kind": row["type"], "at": row["at"]}
            deed |= {"value": row["value"]} if row["value"] else {}
            deed |= {"seconds": seconds} if seconds else {}
            if deed not in done[row["user_id"]]:
                done[row["user_id"]].append(deed)
    return done, rooms


def polls() -> list[dict[str, Any]]:
    """Return the polls with their answers; an option that nobody chose is not known, but for scales."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows("polls.csv"):
        poll = found.setdefault(
            row["poll_id"],
            {
                "id": row["poll_id"],
                "event": EVENT,
                "entry_id": row["entry_id"],
                "question": row["question"],
                "launched_at": row["launched_at"],
                **POLLS.get(row["type"], {}),
                "options": list(MORE_OPTIONS.get(row["type"], [])),
                "votes": [],
            },
        )
        if not row["user_id"]:
            continue
        vote: dict[str, Any] = {"user_id": row["user_id"], "at": row["answered_at"]}
        if row["type"] in POLLS:
            parts = row["answer"].split(", ") if row["type"] == "Multiple answer" else [row["answer"]]
            poll["options"] += [part for part in parts if part not in poll["options"]]
            vote["options"] = [poll["options"].index(part) for part in parts]
        else:
            vote["text"] = row["answer"]
        poll["votes"].append(vote)
    return list(found.values())


def main() -> str:
    """Return the seed's text."""
    watched: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (user, entry, _, channel), sent in views().items():
        if user and (made := visit(sent, entry, channel)):
            watched[user].append(made)
    told, (done, rooms) = histories(), deeds()
    people = [
        {
            "event": EVENT,
            "user_id": user,
            "history": history,
            "watched": [*watched.get(user, []), *rooms.get(user, [])],
            "deeds": done.get(user, []),
        }
        for user, history in told.items()
    ]
    seed = {"events": [event()], "people": people, "polls": polls()}
    return json.dumps(seed, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    (HERE / "kaltura-seed.json").write_text(main(), encoding="utf-8")
