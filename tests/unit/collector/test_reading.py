"""Requests -> lines: what is looked for in a request, and how it is kept."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.collector.limits import Rates
from turnout.collector.reading import line_of, partner_of


@pytest.mark.parametrize(
    ("query", "body", "partner"),
    [
        ("partnerId=1234567&eventType=3", b"", "1234567"),
        ("eventType=3&partnerId=1234567", b"", "1234567"),
        ("xpartnerId=9&partnerId=1234567", b"", "1234567"),
        ("partnerId=%31234567", b"", "1234567"),
        ("eventType=3", b'{"partnerId": 1234567}', "1234567"),
        ("eventType=3", b' {"a": [1], "partnerId": "1234567"}', "1234567"),
        ("", b"eventType=3&partnerId=1234567", "1234567"),
        ("partnerId=1&x=2", b'{"partnerId": 3}', "1"),
        ("", b"", ""),
        ("partnerId=", b"", ""),
        ("xpartnerId=9", b"", ""),
        ("", b'{"partnerId": null}', ""),
        ("", b'{"partnerId": true}', ""),
        ("", b'{"partnerId": 1.5}', ""),
        ("", b"[1", ""),
        ("", b'{"a":' * 100_000, ""),
        ("", b"\xff\xfe", ""),
    ],
)
def test_the_partner_is_found_wherever_a_player_puts_it(query, body, partner):
    assert partner_of(query, body) == partner


def test_a_request_is_kept_in_the_form_of_the_captures():
    line = line_of("/api?a=1", 12.345, method="POST", content_type="application/json", body='{"ü": "\n"}'.encode())
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == {
        "captured_at": 12.345,
        "method": "POST",
        "url": "/api?a=1",
        "content_type": "application/json",
        "body": '{"ü": "\n"}',
    }


def test_a_body_that_is_not_utf_8_is_kept_with_the_reason_why_it_cannot_be_read():
    told = json.loads(line_of("/api", 1.0, method="POST", body=b"ab\xff"))
    assert (told["body"], told["unreadable"]) == ("ab\\xff", "the body is not UTF-8 (byte 3)")


@given(st.text(), st.binary())
def test_any_request_has_a_partner_or_none_and_is_one_line(text, body):
    query = urlencode({"x": text})
    assert isinstance(partner_of(query, body), str)
    assert json.loads(line_of(f"/api?{query}", 1.0, method="POST", body=body))["url"] == f"/api?{query}"


def test_a_rate_is_exceeded_within_a_second_and_begins_anew_with_the_next():
    rates = Rates()
    assert [rates.exceeded("a", 2, 10.0) for _ in range(3)] == [False, False, True]
    assert not rates.exceeded("b", 2, 10.5)
    assert not rates.exceeded("a", 2, 11.0)


def test_no_bound_is_never_exceeded():
    assert not any(Rates().exceeded("a", 0, 10.0) for _ in range(1000))
