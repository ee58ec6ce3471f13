"""A small account, and a caller that is signed in and holds every reply against Adobe's swagger."""

from collections.abc import Mapping
from typing import Any

from tests.unit.simulators.marketo.swagger import faults

from turnout.clock import VirtualClock
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo.app import CLIENT_ID, CLIENT_SECRET, marketo
from turnout.wire import Reply, Request, form, get, post

START = 1_795_000_000.0  # 2026-11-18T11:06:40Z
SEED = {
    "leads": [
        {"ref": "ann", "fields": {"email": "ann@example.com", "firstName": "Ann", "company": "Ace"}},
        {"ref": "ben", "fields": {"email": "ben@example.com"}},
        {"ref": "twin1", "fields": {"email": "twin@example.com"}, "updatedAt": "2025-01-01T00:00:00Z"},
        {"ref": "twin2", "fields": {"email": "Twin@example.com"}, "updatedAt": "2026-01-01T00:00:00Z"},
    ],
    "channels": [
        {
            "name": "Kaltura Event",
            "statuses": [
                {"name": "Invited", "step": 20},
                {"name": "Registered", "step": 30, "success": True},
                {"name": "Confirmed", "step": 40, "success": True},
                {"name": "autoConfirmed", "step": 40, "success": True},
                {"name": "Attended", "step": 50, "success": True},
                {"name": "Blocked", "step": 70},
            ],
        },
        {"name": "Blog", "applicableProgramType": "program", "statuses": [{"name": "Read", "step": 10}]},
    ],
    "programs": [{"name": "Summit", "channel": "Kaltura Event"}],
    "members": [{"program": "Summit", "lead": "@ann", "status": "Confirmed"}],
    "lead_fields": [{"name": "shoeSize", "dataType": "integer"}, {"name": "kalturaUserId", "length": 20}],
    "member_fields": [{"name": "seat", "dataType": "string"}],
    "objects": [
        {
            "apiName": "visit",
            "displayName": "Visit",
            "fields": [
                {
                    "name": "personId",
                    "dataType": "link",
                    "isDedupeField": True,
                    "relatedTo": {"name": "lead", "field": "id"},
                },
                {"name": "entry_id", "dataType": "string", "isDedupeField": True},
                {"name": "plays", "dataType": "integer"},
                {"name": "minutes", "dataType": "float"},
                {"name": "answer", "dataType": "text"},
            ],
        }
    ],
}
ANN, BEN, TWIN1, TWIN2, NOBODY = 1001, 1002, 1003, 1004, 4711
SUMMIT = "/rest/v1/programs/1001"
VISIT = "/rest/v1/customobjects/visit.json"


class Caller:
    """Signs in once, and calls with the token."""

    def __init__(self, seed: Mapping[str, Any] | None = None, **settings: Any) -> None:
        self.clock = VirtualClock(START)
        given = dict(SEED if seed is None else seed)
        given["settings"] = {**given.get("settings", {}), **settings}
        self.simulator: Simulator = marketo(clock=self.clock, seed=given)
        self.token = self.sign_in().json()["access_token"]

    def sign_in(self, client_id: str = CLIENT_ID, client_secret: str = CLIENT_SECRET) -> Reply:
        params = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        return self.raw(get("/identity/oauth/token", params))

    def raw(self, request: Request) -> Reply:
        answer = self.simulator(request)
        assert isinstance(answer, Reply)
        return answer

    def get(self, path: str, **params: str) -> Any:
        return self._valid("GET", path, get(path, params, headers=self.headers()))

    def post(self, path: str, body: Any = None, query: str = "") -> Any:
        method = "GET" if "_method=GET" in query else "POST"
        url = f"{path}?{query}" if query else path
        return self._valid(method, path, post(url, body, headers=self.headers()))

    def delete(self, path: str, query: str) -> Any:
        return self._valid("DELETE", path, Request("DELETE", f"{path}?{query}", self.headers()))

    def form(self, path: str, **fields: str) -> Any:
        asked = form(path, fields)
        request = Request("POST", path, {**asked.headers, **self.headers()}, asked.body)
        return self._valid(fields.get("_method", "POST"), path, request)

    def sync(self, *records: Mapping[str, Any], path: str = "/rest/v1/leads.json", **body: Any) -> Any:
        return self.post(path, {"input": list(records), **body})

    def upload(self, path: str, content: str, *, query: str = "format=csv", **fields: str) -> Any:
        parts = [f'--frontier\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        head = (
            '--frontier\r\nContent-Disposition: form-data; name="file"; filename="/a/b.csv"\r\nContent-Type: text/csv'
        )
        body = "".join(parts) + f"{head}\r\n\r\n{content}\r\n--frontier--\r\n"
        headers = self.headers() | {"Content-Type": "multipart/form-data; boundary=frontier"}
        return self._valid("POST", path, Request("POST", f"{path}?{query}", headers, body.encode()))

    def file(self, path: str, **headers: str) -> Reply:
        return self.raw(get(path, headers=self.headers() | headers))

    def act(self, **what: Any) -> Any:
        reply = self.raw(post("/_sim/act", what))
        assert reply.status == 200, reply.body
        return reply.json()

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _valid(self, method: str, path: str, request: Request) -> Any:
        body = self.raw(request).json()
        assert faults(method, path, body) == []
        return body


def code(answer: Mapping[str, Any]) -> str:
    """Return the code that a whole call was refused with."""
    assert answer["success"] is False, answer
    return str(answer["errors"][0]["code"])


def told(answer: Mapping[str, Any]) -> list[str]:
    """Return for each result its status, or the code it was skipped with."""
    assert answer["success"] is True, answer
    return [row["reasons"][0]["code"] if "reasons" in row else row["status"] for row in answer["result"]]
