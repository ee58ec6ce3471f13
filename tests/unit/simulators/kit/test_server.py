import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from turnout.clock import SystemClock
from turnout.simulators.kit.faults import Fault
from turnout.simulators.kit.server import Server, serve
from turnout.simulators.kit.simulator import Simulator
from turnout.simulators.kit.tls import self_signed


@pytest.fixture
def server(shop: Simulator) -> Iterator[Server]:
    served = serve(shop)
    yield served
    served.close()


@pytest.fixture
def line(server: Server) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    yield connection
    connection.close()


def test_one_connection_carries_many_calls(line: http.client.HTTPConnection) -> None:
    bodies = []
    for thing in ("tea", "milk"):
        line.request("POST", f"/shelf/{thing}", body=b"12345")
        bodies.append(line.getresponse().read())
    assert bodies == [b'["tea",5]', b'["milk",5]']


def test_a_chunked_body_is_read_whole(line: http.client.HTTPConnection) -> None:
    line.request("POST", "/shelf/tea", body=iter([b"123", b"4567"]), encode_chunked=True)
    assert line.getresponse().read() == b'["tea",7]'


def test_the_simulator_learns_the_address_it_was_called_at(line: http.client.HTTPConnection, server: Server) -> None:
    line.request("GET", "/shelf")
    assert line.getresponse().read() == f'{{"shelf":[],"origin":"{server.url}"}}'.encode()


def test_a_cut_closes_the_connection_without_an_answer(line: http.client.HTTPConnection, shop: Simulator) -> None:
    shop.faults.set([Fault("cut_after")])
    line.request("POST", "/shelf/tea")
    with pytest.raises(ConnectionError):
        line.getresponse()
    assert shop.vendor.state() == {"shelf": ["tea"]}


def test_the_door_is_served_too(line: http.client.HTTPConnection) -> None:
    line.request("GET", "/_sim/state")
    assert line.getresponse().read() == b'{"shelf":[]}'


def test_over_tls_a_client_that_trusts_the_certificate_is_served(shop: Simulator, tmp_path: Path) -> None:
    context, certificate = self_signed(tmp_path, SystemClock().now())
    server = serve(shop, tls=context)
    trusting = ssl.create_default_context(cafile=str(certificate))
    line = http.client.HTTPSConnection(urlsplit(server.url).netloc, timeout=10, context=trusting)
    line.request("GET", "/shelf")
    body = line.getresponse().read()
    line.close()
    server.close()
    assert server.url.startswith("https://127.0.0.1:")
    assert body == f'{{"shelf":[],"origin":"{server.url}"}}'.encode()
