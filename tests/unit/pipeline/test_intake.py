"""Who watches: what a beacon states, and what its Kaltura session proves."""

import json

import pytest
from tests.unit.inbox.test_kaltura_session import SECRET, version_2

from turnout.clock import VirtualClock
from turnout.database import opened
from turnout.facts.embedded import embedded
from turnout.inbox.log import Log
from turnout.inbox.segments import seal_segments
from turnout.pipeline.intake import identification

NOW = 1_795_290_000.0


def seen(tmp_path, *, expired=True, secrets=(SECRET,), **changed) -> tuple[str, str]:
    """Let a collector's log hold one beacon, seal it, and return its attendee and its event."""
    parameters = {"eventType": "99", "partnerId": "1234567", "entryId": "1_a", "sessionId": "a:b", **changed}
    body = {name: value for name, value in parameters.items() if name in ("ks", "userId", "virtualEventId")}
    query = "&".join(f"{name}={value}" for name, value in parameters.items() if name not in body)
    log = Log(tmp_path / "log")
    line = {"captured_at": NOW, "url": f"/api_v3/index.php?{query}", "body": json.dumps(body)}
    log.write([json.dumps(line).encode() + b"\n"], NOW)
    log.close()
    engine = opened(f"sqlite:///{tmp_path / 'turnout.db'}")
    identify = identification({"1234567": secrets}, expired=expired)
    seal_segments(tmp_path, engine, VirtualClock(NOW), source="kaltura", identify=identify)
    engine.dispose()
    with embedded(tmp_path / "scratch") as work:
        (row,) = work.execute(f"SELECT attendee, event FROM read_parquet('{tmp_path}/beacons/*.parquet')").fetchall()
    return row


def test_a_session_tells_the_user_and_the_event_that_the_beacon_does_not(tmp_path):
    assert seen(tmp_path, ks=version_2("Ada@Example.com")) == ("ada@example.com", "9001")


def test_a_session_that_is_proved_wins_over_the_user_that_is_stated(tmp_path):
    assert seen(tmp_path, ks=version_2("ada"), userId="eve", virtualEventId="9002") == ("ada", "9002")


@pytest.mark.parametrize("ks", ["djJ8-fake-ks", version_2("ada", secret="forged"), version_2("")])
def test_a_session_that_proves_nothing_leaves_what_is_stated(tmp_path, ks):
    assert seen(tmp_path, ks=ks, userId="eve") == ("eve", "")


def test_without_the_partners_secret_nobody_is_read_out_of_a_session(tmp_path):
    assert seen(tmp_path, ks=version_2("ada"), secrets=()) == ("", "")


def test_a_session_used_after_its_time_tells_nothing_where_that_is_refused():
    late = identification({"1234567": (SECRET,)}, expired=False)
    kind = identification({"1234567": (SECRET,)}, expired=True)
    assert late(version_2("ada"), "1234567", 1795310000.0) == ("ada", "9001")
    assert late(version_2("ada"), "1234567", 1795310000.5) is None
    assert kind(version_2("ada"), "1234567", 1795310000.5) == ("ada", "9001")
