import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from marketorestpython.client import MarketoClient
from tests.acceptance.marketo.checked import Checked

from turnout.clock import ShiftedClock
from turnout.simulators.kit.server import Server, serve
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.marketo.app import CLIENT_ID, CLIENT_SECRET, marketo

SEED = json.loads((Path(__file__).parents[3] / "examples/winter-summit/marketo-seed.json").read_text())
MORE = {
    "permissions": [*SEED["permissions"], "Read-Write Schema Custom Field"],
    "lists": [{"name": "Guests", "leads": ["@rosa", "@tess"]}],
    "smart_lists": [{"name": "All of Ruiz", "filter": "lastName", "value": "Ruiz"}],
    "campaigns": [
        {"name": "Remind", "type": "trigger", "active": True, "requestable": True, "program": "Winter Summit 2026"},
        {"name": "Invite", "program": "Winter Summit 2026"},
    ],
    "tags": [{"name": "Region", "values": ["EMEA", "AMER"]}],
    "settings": {"partitions": ["Default", "Europe"], "job_seconds": 0.0, "job_rows_per_second": 1e9},
}


@pytest.fixture
def simulator() -> Simulator:
    return marketo(clock=ShiftedClock(), seed=SEED | MORE)


@pytest.fixture
def server(simulator: Simulator) -> Iterator[Server]:
    checked = Checked(simulator)
    server = serve(checked)
    yield server
    server.close()
    assert checked.wrong == []
    assert [entry for entry in simulator.book.entries if entry.unknown] == []


@pytest.fixture
def client(server: Server) -> Any:
    client = MarketoClient("123-ABC-456", CLIENT_ID, CLIENT_SECRET)
    client.host = server.url
    return client
