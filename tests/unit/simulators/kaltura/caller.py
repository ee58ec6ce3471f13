"""A small account in virtual time, and a caller who is signed in to all its services."""

from collections.abc import Mapping
from typing import Any

from turnout.clock import VirtualClock, instant
from turnout.simulators.kaltura.app import kaltura
from turnout.simulators.kit.simulator import Simulator
from turnout.wire import Reply, Request, form, post

SECRET = "5e2c1d0f9b8a47669c7e3f2a1b0d4c58"
PARTNER = "1234567"
GUID = "5d1f0c3e-9001-4a70-8f6b-3a2e7c9b1d55"
START = "2026-11-21T19:00:00Z"
SEED: dict[str, Any] = {
    "events": [
        {
            "id": 9001,
            "name": "Winter Summit 2026",
            "starts_at": START,
            "ends_at": "2026-11-21T21:00:00Z",
            "app_guid": GUID,
            "sessions": [
                {"entry_id": "1_live", "name": "Opening; keynote", "type": "live"},
                {"entry_id": "1_vod", "name": "Story, short", "type": "vod", "duration_ms": 100_000},
            ],
            "channels": [{"id": 330022, "name": "Main stage"}],
        }
    ],
    "people": [
        {
            "event": 9001,
            "user_id": "Ann@example.com",
            "history": [
                {
                    "at": "2026-11-01T10:00:00Z",
                    "status": "registered",
                    "origin": "registration",
                    "user": {
                        "first_name": "Ann",
                        "last_name": "Lee",
                        "email": "ann@example.com",
                        "company": "A|B; C, D",
                    },
                    "data": {"industry": "Software", "shoe_size": "38"},
                },
                {"at": "2026-11-02T10:00:00Z", "status": "confirmed"},
                {"at": "2026-11-21T19:00:00Z", "status": "participated", "login": "magicLink"},
            ],
            "watched": [
                {
                    "entry_id": "1_live",
                    "kind": "live",
                    "channel": "330022",
                    "at": START,
                    "stretches": [["good", 60], ["low", 60]],
                },
                {"entry_id": "1_live", "kind": "room", "at": "2026-11-21T19:05:00Z", "stretches": [["engaged", 120]]},
            ],
            "deeds": [
                {"entry_id": "1_live", "kind": "reaction", "at": "2026-11-21T19:00:10Z", "value": "Clap"},
                {"entry_id": "1_live", "kind": "reaction", "at": "2026-11-21T19:00:20Z", "value": "Custom"},
                {"entry_id": "1_live", "kind": "mic_on", "at": "2026-11-21T19:05:00Z", "seconds": 90},
            ],
        },
        {
            "event": 9001,
            "user_id": "ben",
            "history": [
                {"at": "2026-11-03T10:00:00Z", "status": "invited", "origin": "invite", "user": {"first_name": "Ben"}},
                {"at": "2026-11-21T19:30:00Z", "status": "participated"},
            ],
            "watched": [
                {"entry_id": "1_vod", "kind": "vod", "at": "2026-11-21T19:30:00Z", "stretches": [["good", 50]]},
                {
                    "entry_id": "1_vod",
                    "kind": "vod",
                    "at": "2026-11-21T19:40:00Z",
                    "position": 25,
                    "stretches": [["good", 50]],
                },
            ],
        },
        {
            "event": 9001,
            "user_id": "cleo@example.com",
            "history": [{"at": "2026-11-04T10:00:00Z", "status": "created", "origin": "sso", "login": "sso"}],
        },
    ],
    "polls": [
        {
            "id": "p2",
            "event": 9001,
            "entry_id": "1_live",
            "question": "Which ones?",
            "launched_at": "2026-11-21T19:20:00Z",
            "options": ["One", "Two", "Three"],
            "multiple": True,
            "votes": [
                {"user_id": "Ann@example.com", "at": "2026-11-21T19:20:10Z", "options": [0]},
                {"user_id": "Ann@example.com", "at": "2026-11-21T19:20:40Z", "options": [1, 2]},
            ],
        },
        {
            "id": "p1",
            "event": 9001,
            "entry_id": "1_live",
            "question": "Where are you?",
            "launched_at": "2026-11-21T19:10:00Z",
            "votes": [{"user_id": "Ann@example.com", "at": "2026-11-21T19:10:10Z", "text": "Leeds, UK"}],
        },
        {
            "id": "p3",
            "event": 9001,
            "entry_id": "1_live",
            "question": "How was it?",
            "launched_at": "2026-11-21T19:50:00Z",
            "options": ["1", "2"],
            "visual": "rating scale",
            "icon": "happy",
        },
    ],
}


class Caller:
    """Starts a session once, and calls with it."""

    def __init__(
        self, at: str = "2026-11-22T12:00:00Z", seed: Mapping[str, Any] | None = None, **settings: Any
    ) -> None:
        self.clock = VirtualClock(instant(at))
        given = dict(SEED if seed is None else seed)
        given["settings"] = {**given.get("settings", {}), **settings}
        self.simulator: Simulator = kaltura(clock=self.clock, seed=given)
        self.ks = self.started()

    def started(self, **given: str) -> str:
        asked = {"secret": SECRET, "partnerId": PARTNER, "type": "2", "userId": "turnout@example.com", **given}
        return str(self.raw_api("session", "start", {"privileges": "virtualeventid:9001", **asked}).json())

    def raw(self, request: Request) -> Reply:
        answer = self.simulator(request)
        assert isinstance(answer, Reply)
        return answer

    def raw_api(self, service: str, action: str, given: Mapping[str, str]) -> Reply:
        return self.raw(form(f"/api_v3/service/{service}/action/{action}", {"format": "1", **given}))

    def api(self, name: str, given: Mapping[str, str] | None = None, **more: str) -> Any:
        service, action = name.split(".")
        return self.raw_api(service, action, {"ks": self.ks, **(given or {}), **more}).json()

    def post(self, path: str, body: Any = None, *, ks: str | None = None) -> Reply:
        headers = {"Authorization": f"Bearer {self.ks if ks is None else ks}"}
        return self.raw(post(path, {} if body is None else body, headers=headers))

    def act(self, **what: Any) -> Any:
        reply = self.raw(post("/_sim/act", what))
        assert reply.status == 200, reply.body
        return reply.json()

    def table(self, report: str, **given: str) -> Any:
        return self.api("report.getTable", {**report_filter(given), "reportType": report})

    def total(self, report: str, **given: str) -> Any:
        return self.api("report.getTotal", {**report_filter(given), "reportType": report})

    def csv(self, report: str, params: str, **given: str) -> Reply:
        return self.raw_api(
            "report", "getCsvFromStringParams", {"ks": self.ks, "id": report, "params": params, **given}
        )

    @property
    def unknown(self) -> list[str]:
        return [entry.unknown for entry in self.simulator.book.entries if entry.unknown]


def report_filter(given: Mapping[str, str]) -> dict[str, str]:
    """Return a report's parameters: names of the filter are put into it, others stay as they are."""
    days = {"fromDate": "1794000000", "toDate": "1796000000"} if "fromDay" not in given else {}
    asked = {"reportInputFilter[objectType]": "KalturaEndUserReportInputFilter", "responseOptions[delimiter]": "|"}
    for name, value in {**days, **given}.items():
        asked[name if "[" in name or name == "order" else f"reportInputFilter[{name}]"] = value
    return asked


def rows(table: Mapping[str, Any], mark: str = "|") -> list[dict[str, str]]:
    """Return a table's rows, by the names of its header."""
    names = table["header"].split(mark)
    assert table["data"].endswith(";")
    return [dict(zip(names, row.split(mark), strict=True)) for row in table["data"][:-1].split(";")]
