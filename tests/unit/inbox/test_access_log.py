"""Access logs of a web server in front of, or in place of, a collector."""

import json

import pytest

from turnout.inbox.access_log import beacon_line

URL = "/api_v3/index.php?service=analytics&action=trackEvent&eventType=99&partnerId=1234567&entryId=1_a&sessionId=a%3Ab"
HEAD = '203.0.113.9 - - [21/Nov/2026:19:30:05 +0000]'  # fmt: skip
TAIL = '44 "https://event.example.com/" "Mozilla/5.0 (X11)"'


def told(line: str) -> dict | str:
    found = beacon_line(line.encode()).decode()
    return json.loads(found) if found.startswith("{") else found


def test_a_beacon_in_nginx_combined_format_is_read_with_its_time():
    assert told(f'{HEAD} "GET {URL} HTTP/1.1" 200 {TAIL}') == {
        "captured_at": 1795289405.0,
        "method": "GET",
        "url": URL,
        "body": "",
    }


def test_the_zone_of_the_log_counts():
    line = f'203.0.113.9 - - [21/Nov/2026:20:30:05 +0100] "GET {URL} HTTP/2.0" 204 {TAIL}'
    assert told(line)["captured_at"] == 1795289405.0


def test_what_nginx_escaped_is_itself_again():
    line = f'{HEAD} "GET {URL}&userId=Zo\\xC3\\xAB\\x22 HTTP/1.1" 200 {TAIL}'
    assert told(line)["url"] == f'{URL}&userId=Zoë"'


@pytest.mark.parametrize(
    "request_line",
    [
        '"GET /index.html HTTP/1.1" 200',
        f'"GET {URL} HTTP/1.1" 503',
        f'"OPTIONS {URL} HTTP/1.1" 204',
        f'"POST {URL} HTTP/1.1" 200',
    ],
)
def test_what_is_no_beacon_or_was_refused_says_nothing(request_line):
    assert told(f"{HEAD} {request_line} {TAIL}") == ""


@pytest.mark.parametrize(
    "line", ['{"url": "/x"}', "", "no log at all", f'{HEAD.replace("Nov", "Nix")} "GET {URL}" 200 1']
)
def test_any_other_line_stays_as_it_is(line):
    assert beacon_line(line.encode()).decode() == line
