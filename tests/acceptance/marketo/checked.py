"""A simulator whose every answer is held against Adobe's swagger, and the names of methods that tests call."""

import ast
import json
from pathlib import Path
from urllib.parse import urlsplit

from tests.unit.simulators.marketo.swagger import faults

from turnout.simulators.kit.simulator import Simulator
from turnout.wire import Answer, Reply, Request

OLDER = {("DELETE", "/rest/v1/leads.json"): ("POST", "/rest/v1/leads/delete.json")}
"""Calls that clients were recorded to make and that Adobe's swagger has under another name."""


class Checked:
    """Passes requests on, and keeps what is wrong with an answer by Adobe's swagger."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.wrong: list[str] = []

    def __call__(self, request: Request) -> Answer:
        answer = self.simulator(request)
        if isinstance(answer, Reply) and "json" in answer.headers.get("content-type", "") and answer.status == 200:
            entry = self.simulator.book.entries[-1]
            path = urlsplit(entry.path).path
            self.wrong += [f"{entry.method} {path}: {fault}" for fault in _faults(entry.method, path, answer.body)]
        return answer


def _faults(method: str, path: str, body: bytes) -> list[str]:
    try:
        return faults(*OLDER.get((method, path), (method, path)), json.loads(body))
    except AssertionError as unknown:
        return [str(unknown)]


def called(*files: Path) -> set[str]:
    """Return the names of methods that test files call: `client.execute(method="...")`."""
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "execute":
                found |= {each.value.value for each in node.keywords if each.arg == "method"}
    return found
