"""What players, and those who only look like players, can rely on when they talk to a collector."""

import json
import os
import resource
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.contract.collecting import BEACON, PATH, Collecting, aside, beacons, collecting, counted

from turnout.metrics.engine import measured
from turnout.pipeline.home import home as opened_home
from turnout.pipeline.intake import take_in
from turnout.state.events import Event, EventSession, save_event

CAPTURES = Path(__file__).parents[2] / "examples" / "winter-summit" / "beacons.jsonl"
QUERY = ("service", "action", "eventType", "partnerId", "entryId", "sessionId")
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
TEXT = {"content-type": "text/plain;charset=UTF-8"}

SPLIT = {name: BEACON[name] for name in QUERY}
REST = {name: value for name, value in BEACON.items() if name not in QUERY}
TYPED = {**REST, "eventIndex": 1, "playTimeSum": 10, "soundMode": 2, "tabMode": 2}

FORMS = {
    "the old player: GET, all in the query": ("GET", urlencode(BEACON), None, {}),
    "the new player: POST, JSON without what is in the query": (
        "POST", urlencode(SPLIT), json.dumps(TYPED).encode(), JSON
    ),
    "an application: POST, JSON with everything": (
        "POST", "service=analytics&action=trackEvent", json.dumps({**BEACON, **TYPED}).encode(), JSON
    ),
    "the documents: POST, a form with everything": ("POST", "", urlencode(BEACON).encode(), FORM),
    "sendBeacon of a form": ("POST", "", urlencode(BEACON).encode(), TEXT),
    "sendBeacon of JSON": ("POST", "", json.dumps({**BEACON, "partnerId": 1234567}).encode(), TEXT),
}  # fmt: skip

SEEN = ("partner", "viewing", "entry", "attendee", "event", "type", "idx", "play_ms", "playback", "sound", "tab")
ROW = ("1234567", "aa:bb", "1_live0001", "ada@example.com", "9001", "99", 1, 10_000, "live", 2, 2)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def collector(home: Path) -> Iterator[Collecting]:
    with collecting(home) as running:
        yield running


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collecting]:
    """A collector for questions that leave nothing behind."""
    with collecting(tmp_path_factory.mktemp("spoken")) as running:
        yield running


@pytest.mark.parametrize("form", FORMS)
def test_a_beacon_of_any_form_is_the_same_beacon(home, collector, form):
    method, query, body, headers = FORMS[form]
    status, told, answer = collector.ask(method, f"{PATH}?{query}", body, headers)
    assert status == 200
    assert told["content-type"] == "application/json"
    assert json.loads(answer).keys() == {"time", "viewEventsEnabled"}
    assert json.loads(answer)["viewEventsEnabled"] is True
    collector.stop()
    counted(home)
    assert beacons(home, *SEEN) == [ROW]


def test_the_real_players_captured_requests_come_out_as_the_numbers_worked_out_by_hand(home, collector):
    """Both wire forms, of plugin 1.15.2 and 0.15.1 (facts/kaltura.md §7.2 and §7.3)."""
    for line in CAPTURES.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        kind = {"content-type": one["content_type"]} if one["content_type"] else {}
        assert collector.ask(one["method"], one["url"], (one["body"] or "").encode() or None, kind)[0] == 200
    collector.stop()
    with opened_home(home) as found:
        with found.engine.begin() as connection:
            sessions = tuple(EventSession(entry) for entry in ("1_live0001", "1_live0004", "1_vod00003", "1_vod00031"))
            save_event(connection, Event("9001", "Winter Summit 2026", sessions=sessions))
        take_in(found)
        rows = {(row.user, row.entry_id): row.parts for row in measured(home, found.engine).rows}
    bob = rows["bob@example.com", "1_live0001"]
    levels = ("live_good_ms", "live_low_ms", "live_no_ms", "live_fair_ms", "live_high_ms", "live_ms", "plays")
    assert [bob[name] for name in levels] == [40_000, 10_000, 10_000, 10_000, 10_000, 80_000, 1]
    assert rows["erin@example.com", "1_vod00003"]["vod_ms"] == 50_774
    assert rows["olga@example.com", "1_vod00031"]["vod_ms"] == 30_966


def test_any_page_may_read_the_answer(spoken):
    _, told, _ = spoken.ask("GET", f"{PATH}?{urlencode(BEACON)}", headers={"origin": "https://event.example.com"})
    assert told["access-control-allow-origin"] == "*"
    assert told["cache-control"] == "no-store"


def test_a_preflight_is_answered_so_that_a_browser_remembers_it(spoken):
    asked = {
        "origin": "https://event.example.com",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    status, told, body = spoken.ask("OPTIONS", f"{PATH}?{urlencode(SPLIT)}", headers=asked)
    assert (status, body) == (204, b"")
    assert told["access-control-allow-origin"] == "*"
    assert "POST" in told["access-control-allow-methods"]
    assert told["access-control-allow-headers"] == "content-type"
    assert told["access-control-max-age"] == "86400"


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("HEAD", PATH, 200),
        ("GET", "/health", 200),
        ("GET", "/", 404),
        ("GET", "/api_v3/index.php/../../etc/passwd", 404),
        ("DELETE", PATH, 405),
        ("GET", f"{PATH}?partnerId=1234567&x={'y' * 20_000}", 414),
        ("GET", f"{PATH}?partnerId=7654321&eventType=99", 403),
    ],
)
def test_what_is_no_beacon_has_an_answer_too(spoken, method, target, status):
    assert spoken.ask(method, target)[0] == status


def test_health_says_that_all_is_kept(spoken):
    assert json.loads(spoken.ask("GET", "/health")[2]) == {"kept": True, "backlog_bytes": 0, "reason": ""}


NOISE = {
    "not UTF-8": (urlencode(SPLIT), b'{"userId": "\xff\xfe"}', JSON, "the body is not UTF-8 (byte 13)"),
    "broken JSON": (urlencode(SPLIT), b'{"userId": "ada', JSON, "the body is no JSON"),
    "JSON nested a hundred thousand deep": (
        urlencode(SPLIT), b'{"a":' * 40_000 + b"1" + b"}" * 40_000, JSON, "",
    ),
    "a partner that is an object": ("eventType=99&entryId=1_a&sessionId=a", b'{"partnerId": {"a": 1}}', JSON,
                                    "partnerId is no number"),
    "no partner": ("eventType=99&entryId=1_a&sessionId=a", b"[1, 2]", JSON, "partnerId is missing"),
    "no entry": ("partnerId=1234567&eventType=99&sessionId=a", b"", {}, "entryId is missing"),
    "a text where a number belongs": (urlencode(SPLIT), b'{"playTimeSum": "soon", "eventIndex": [1]}', JSON, ""),
    "a body of control characters": (urlencode(SPLIT), bytes(range(1, 32)), TEXT, ""),
}  # fmt: skip


def test_what_cannot_be_read_is_answered_kept_and_put_aside_with_its_reason(home, collector):
    for name, (query, body, headers, _reason) in NOISE.items():
        assert collector.ask("POST", f"{PATH}?{query}", body, headers)[0] == 200, name
    collector.stop()
    found = counted(home)
    assert aside(home) == sorted(reason for *_, reason in NOISE.values() if reason)
    assert found.drained.beacons == sum(1 for *_, reason in NOISE.values() if not reason)


def test_a_megabyte_is_refused_however_it_comes(spoken):
    with socket.create_connection((spoken.host, spoken.port), timeout=20) as line:
        line.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")
    with socket.create_connection((spoken.host, spoken.port), timeout=20) as line:
        line.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"x" * 65_536
        for _ in range(5):
            line.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        assert line.recv(100).startswith(b"HTTP/1.1 413")
    assert spoken.get() == 200


def test_a_body_that_never_comes_is_given_up(home):
    with collecting(home, settings="collector_body_seconds = 0.2\n") as running:
        with socket.create_connection((running.host, running.port), timeout=20) as line:
            line.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc".encode())
            assert line.recv(100).startswith(b"HTTP/1.1 408")
        assert running.get() == 200


@pytest.mark.parametrize("noise", [b"\x00\xff" * 500 + b"\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_ends_no_process(spoken, noise):
    line = socket.create_connection((spoken.host, spoken.port), timeout=20)
    with line, suppress(OSError):  # it may hang up before all is said
        line.sendall(noise)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass
    assert spoken.get() == 200


def test_a_client_that_sends_too_much_is_told_so(home):
    with collecting(home, settings="collector_client_rate = 3\n") as running:
        told = [running.get(eventIndex=str(number)) for number in range(20)]
    assert set(told) == {200, 429}


def test_a_full_disk_is_told_and_survived(home):
    with collecting(home) as running:
        assert running.get(eventIndex="1") == 200
        (worker,) = running.workers()
        (segment,) = (home / "log").glob("*.open")
        bound = segment.stat().st_size + 100
        before = resource.prlimit(worker, resource.RLIMIT_FSIZE, (bound, resource.RLIM_INFINITY))
        assert running.get(eventIndex="2") == 503
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
        assert running.get(eventIndex="3") == 503
        assert running.ask("GET", "/health")[0] == 503
        resource.prlimit(worker, resource.RLIMIT_FSIZE, before)
        assert running.get(eventIndex="4") == 200
        assert running.ask("GET", "/health")[0] == 200
        running.stop()
    counted(home)
    assert beacons(home, "idx") == [(1,), (4,)]
    assert aside(home) == []


def test_a_stop_answers_what_came_and_leaves_complete_segments(home):
    acknowledged: list[int] = []
    with collecting(home, "--workers", "2") as running:
        threads = senders(running, acknowledged, clients=8)
        wait_until(acknowledged, 200)
        assert running.stop() == 0
        for thread in threads:
            thread.join()
    assert list((home / "log").glob("*.open")) == []
    counted(home)
    assert set(acknowledged) <= {idx for (idx,) in beacons(home, "idx")}


def test_nothing_acknowledged_is_lost_when_all_processes_are_killed(home):
    acknowledged: list[int] = []
    with collecting(home, "--workers", "2") as running:
        threads = senders(running, acknowledged, clients=16)
        wait_until(acknowledged, 1_000)
        running.kill()
        for thread in threads:
            thread.join()
    counted(home)
    found = [idx for (idx,) in beacons(home, "idx")]
    assert len(found) == len(set(found))
    assert set(acknowledged) - set(found) == set()
    with collecting(home) as again:
        assert again.get(eventIndex="999999999") == 200
        again.stop()
    counted(home)
    assert len(beacons(home, "idx")) == len(found) + 1


def test_several_processes_share_the_port_and_each_has_its_own_log(home):
    with collecting(home, "--workers", "2") as running:
        assert len(running.workers()) == 2
        for number in range(60):
            assert running.get(eventIndex=str(number)) == 200
        assert len({path.name.split("-")[0] for path in (home / "log").iterdir()}) == 2


def test_a_process_that_dies_is_replaced(home):
    with collecting(home) as running:
        (worker,) = running.workers()
        os.kill(worker, signal.SIGKILL)
        pause = threading.Event()
        while running.workers() in ([], [worker]) or not answers(running):
            pause.wait(0.05)
        assert running.workers() != [worker]


def answers(running: Collecting) -> bool:
    try:
        return running.get() == 200
    except (OSError, HTTPException):
        return False


def senders(running: Collecting, acknowledged: list[int], *, clients: int) -> list[threading.Thread]:
    """Send beacons from some clients until the collector is gone; each number is sent once."""
    threads = [
        threading.Thread(target=send, args=(running, acknowledged, client * 1_000_000)) for client in range(clients)
    ]
    for thread in threads:
        thread.start()
    return threads


def send(running: Collecting, acknowledged: list[int], first: int) -> None:
    number = first
    while True:
        try:
            if running.get(eventIndex=str(number)) == 200:
                acknowledged.append(number)
        except (OSError, HTTPException):
            return
        number += 1


def wait_until(acknowledged: list[int], most: int) -> None:
    pause = threading.Event()
    while len(acknowledged) < most:
        pause.wait(0.01)
