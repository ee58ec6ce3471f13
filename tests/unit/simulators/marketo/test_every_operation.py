"""Every operation that is imitated is called once, with success, and its reply held against Adobe's swagger."""

import json
import re
from pathlib import Path
from typing import Any, Final

from tests.unit.simulators.marketo.caller import SEED, Caller
from tests.unit.simulators.marketo.swagger import exceptions, faults

from turnout.simulators.marketo.app import OPERATIONS
from turnout.wire import Reply, Request, form

FOLDER: Final = '{"id": 3, "type": "Folder"}'
SPAN: Final = '{"startAt": "2026-11-01T00:00:00Z", "endAt": "2026-11-30T00:00:00Z"}'
MORE: Final[dict[str, Any]] = {
    "permissions": [
        *("Read-Write Person", "Read-Write Activity", "Read-Write Activity Metadata", "Read-Write Assets"),
        *("Read-Write Campaigns", "Read-Write Custom Object", "Read-Write Custom Object Type"),
        "Read-Write Schema Custom Field",
    ],
    "channels": [*SEED["channels"], {"name": "Mail", "applicableProgramType": "email_batch", "statuses": []}],
    "programs": [*SEED["programs"], {"name": "News", "channel": "Mail", "type": "Email"}],
    "lists": [{"name": "Guests", "leads": ["@ann"]}],
    "smart_lists": [{"name": "Anns", "filter": "firstName", "value": "Ann"}],
    "campaigns": [{"name": "Remind", "type": "trigger", "requestable": True}, {"name": "Invite"}],
    "tags": [{"name": "Region", "values": ["EMEA"]}],
}
STEPS: Final = (Path(__file__).parents[3] / "data/marketo/operations.txt").read_text()
"""A step a line; one with = at its end answers without rows, and one with ! is refused because of what came before."""

OLDER: Final = {("DELETE", "/rest/v1/leads.json"): ("POST", "/rest/v1/leads/delete.json")}


class Walk:
    """Takes the steps one after the other, and keeps what is wrong."""

    def __init__(self) -> None:
        self.caller = Caller(SEED | MORE, rate_calls=10_000)
        self.token = ""
        self.wrong: list[str] = []
        self.seen: set[tuple[str, str]] = set()
        self.replies: list[tuple[str, str, Any]] = []

    def step(self, line: str) -> None:
        method, url, *rest = line.replace("FOLDER", FOLDER).replace("SPAN", SPAN).split(" ", 2)
        text = rest[0] if rest else ""
        self.caller.clock.sleep(5.0)
        if method == "UPLOAD":
            path, query = url.split("?")
            self._held("POST", path, self.caller.upload(path, text.replace("|", "\n") + "\n", query=query))
        elif method == "EXPORT":
            self._export(f"/bulk/v1/{url}/export", json.loads(text))
        elif method == "FILE":
            self.seen.add(("GET", url))
            self.wrong += [line] if self.caller.file(url).status not in {200, 404} else []
        else:
            self._called(method, url.replace("TOKEN", self.token), text)

    def _called(self, method: str, url: str, text: str) -> None:
        mark = text[-1:] if text[-1:] in {"=", "!"} else ""
        body = text.removesuffix(mark).strip()
        headers = self.caller.headers()
        if body and not body.startswith("{"):
            asked = form(url, dict(pair.split("=", 1) for pair in body.split("&")))
            request = Request(method, url, {**asked.headers, **headers}, asked.body)
        else:
            request = Request(method, url, {**headers, "Content-Type": "application/json"}, body.encode())
        answer = self.caller.raw(request).json()
        self.token = answer.get("nextPageToken", "") if "pagingtoken" in url else self.token
        self._held(method, url.split("?")[0], answer, mark=mark)

    def _export(self, path: str, body: dict[str, Any]) -> None:
        jobs = [self.caller.post(f"{path}/create.json", body)["result"][0]["exportId"] for _ in range(2)]
        self._called("POST", f"{path}/create.json", json.dumps(body))
        self._called("POST", f"{path}/{jobs[0]}/enqueue.json", "")
        self.caller.clock.sleep(60.0)
        self._called("GET", f"{path}/{jobs[0]}/status.json", "")
        self._called("POST", f"{path}/{jobs[1]}/cancel.json", "")
        self._called("GET", f"{path}.json", "")
        self.step(f"FILE {path}/{jobs[0]}/file.json")

    def _held(self, method: str, path: str, answer: Any, mark: str = "") -> None:
        self.seen.add((method, path))
        self.replies.append((*OLDER.get((method, path), (method, path)), answer))
        if answer["success"] is (mark == "!") or bool(answer.get("result")) is (mark != ""):
            self.wrong.append(f"{method} {path}: {answer}")
        self.wrong += [
            f"{method} {path}: {fault}" for fault in faults(*OLDER.get((method, path), (method, path)), answer)
        ]


def test_every_operation_answers_as_adobes_swagger_says() -> None:
    walk = Walk()

    for line in STEPS.strip().splitlines():
        walk.step(line)

    assert walk.wrong == []
    left = [
        f"{each.method} {each.pattern}"
        for each in OPERATIONS
        if not any(
            method == each.method and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each.pattern)), path)
            for method, path in walk.seen
        )
    ]
    assert left == []


def test_every_exception_to_adobes_swagger_is_needed_and_says_why() -> None:
    walk = Walk()
    for line in STEPS.strip().splitlines():
        walk.step(line)

    idle = [
        f"{place}: {item['of']}"
        for place, item in exceptions().items()
        if not item["why"] or not any(faults(*reply, without=place) for reply in walk.replies)
    ]

    assert idle == []


def test_a_get_posted_to_the_asset_api_is_refused() -> None:
    caller = Caller()
    asked = form("/rest/asset/v1/smartLists.json", {"_method": "GET"})

    answer = caller.raw(
        Request("POST", "/rest/asset/v1/smartLists.json", {**asked.headers, **caller.headers()}, asked.body)
    )

    assert isinstance(answer, Reply)
    assert answer.json()["errors"][0]["code"] == "605"
