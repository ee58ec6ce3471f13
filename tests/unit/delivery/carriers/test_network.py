import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx2
import pytest

from turnout import __version__
from turnout.delivery.carriers.network import NEVER_LEFT, Network
from turnout.wire import Reply, Request, Silence, get, post

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Request-Id: r-7\r\nContent-Length: 2\r\n\r\n{}"
Peer = Callable[[socket.socket], None]

LEFT = {
    httpx2.ConnectError: False,
    httpx2.ConnectTimeout: False,
    httpx2.PoolTimeout: False,
    httpx2.UnsupportedProtocol: False,
    httpx2.CloseError: True,
    httpx2.DecodingError: True,
    httpx2.LocalProtocolError: True,
    httpx2.NetworkError: True,
    httpx2.ProtocolError: True,
    httpx2.ProxyError: True,
    httpx2.ReadError: True,
    httpx2.ReadTimeout: True,
    httpx2.RemoteProtocolError: True,
    httpx2.RequestError: True,
    httpx2.SSEError: True,
    httpx2.TimeoutException: True,
    httpx2.TooManyRedirects: True,
    httpx2.TransportError: True,
    httpx2.WriteError: True,
    httpx2.WriteTimeout: True,
}
"""Whether a request may have reached the other side when httpx2 raises this."""


@contextmanager
def listening(peer: Peer) -> Iterator[str]:
    """Serve connections on a loopback port, each handed to `peer`; yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(10)
                        with suppress(OSError):
                            peer(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def heard(connection: socket.socket) -> bytes:
    """Read one request to its end."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += connection.recv(65_536)
    head, _, body = said.partition(b"\r\n\r\n")
    sizes = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < int(sizes[0] if sizes else 0):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answering(answer: bytes, said: list[bytes] | None = None) -> Peer:
    """Return a peer that reads a request, keeps it in `said`, answers, and closes."""

    def peer(connection: socket.socket) -> None:
        request = heard(connection)
        if said is not None:
            said.append(request)
        connection.sendall(answer)

    return peer


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


def kinds(of: type[Exception]) -> set[type[Exception]]:
    return {of} | {deeper for kind in of.__subclasses__() for deeper in kinds(kind)}


def test_every_exception_of_a_request_is_known():
    assert kinds(httpx2.RequestError) == set(LEFT)


@pytest.mark.parametrize(("kind", "left"), LEFT.items(), ids=lambda one: getattr(one, "__name__", str(one)))
def test_every_exception_of_a_request_is_silence(kind, left):
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise kind("the wire broke")

    network = Network()
    network.close()
    network._client = httpx2.Client(transport=httpx2.MockTransport(fail))

    answer = network(post("http://127.0.0.1:1/x"))

    assert isinstance(answer, Silence)
    assert (answer.left, answer.reason.split(":")[0]) == (left, kind.__name__)
    network.close()


def test_what_never_left_is_all_that_is_called_so():
    assert {kind for kind, left in LEFT.items() if not left} == set(NEVER_LEFT)


def test_an_answer_comes_with_status_headers_in_lower_case_and_body(network):
    with listening(answering(ANSWER)) as url:
        answer = network(get(f"{url}/x"))

    assert isinstance(answer, Reply)
    assert (answer.status, answer.headers["x-request-id"], answer.body) == (200, "r-7", b"{}")


def test_a_request_leaves_as_it_is_with_our_name_on_it(network):
    said: list[bytes] = []
    with listening(answering(ANSWER, said)) as url:
        network(post(f"{url}/rest/v1/leads.json?_method=GET", {"name": "Zoë"}, headers={"X-Own": "1"}))

    head, _, body = said[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /rest/v1/leads.json?_method=GET HTTP/1.1\r\n")
    assert f"user-agent: turnout/{__version__}".encode() in head.lower()
    assert b"x-own: 1" in head.lower()
    assert body == '{"name":"Zoë"}'.encode()


def test_nobody_at_the_port_means_that_it_never_left(network):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    answer = network(post(f"http://127.0.0.1:{port}/x"))

    assert isinstance(answer, Silence)
    assert (answer.left, answer.reason.split(":")[0]) == (False, "ConnectError")


def test_a_connection_closed_before_reading_may_have_taken_the_request(network):
    with listening(lambda connection: None) as url:
        answer = network(post(f"{url}/x", {"rows": 3}))

    assert isinstance(answer, Silence)
    assert answer.left


def test_a_connection_closed_after_reading_took_the_request(network):
    with listening(heard) as url:  # type: ignore[arg-type]
        answer = network(post(f"{url}/x", {"rows": 3}))

    assert isinstance(answer, Silence)
    assert answer.left


def test_an_answer_cut_in_the_middle_is_silence(network):
    with listening(answering(ANSWER.replace(b"Length: 2", b"Length: 900"))) as url:
        answer = network(post(f"{url}/x"))

    assert isinstance(answer, Silence)
    assert (answer.left, answer.reason.split(":")[0]) == (True, "RemoteProtocolError")


@pytest.mark.parametrize("babble", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x16\x03\x01\x00"])
def test_an_answer_that_is_no_http_is_silence(network, babble):
    with listening(answering(babble)) as url:
        answer = network(post(f"{url}/x"))

    assert isinstance(answer, Silence)
    assert answer.left


def test_an_answer_that_cannot_be_unpacked_is_silence(network):
    packed = gzip.compress(b"{}")[:-4] + b"oops"
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with listening(answering(head + packed)) as url:
        answer = network(post(f"{url}/x"))

    assert isinstance(answer, Silence)
    assert (answer.left, answer.reason.split(":")[0]) == (True, "DecodingError")


def test_an_answer_that_does_not_come_in_time_is_silence(network):
    done = threading.Event()

    def stall(connection: socket.socket) -> None:
        heard(connection)
        done.wait(10)

    with listening(stall) as url:
        answer = network(Request("POST", f"{url}/x", timeout_seconds=0.05))
        done.set()

    assert isinstance(answer, Silence)
    assert (answer.left, answer.reason.split(":")[0]) == (True, "ReadTimeout")


def test_a_redirect_is_an_answer_and_is_not_followed(network):
    said: list[bytes] = []
    redirect = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    with listening(answering(redirect, said)) as url:
        answer = network(get(f"{url}/x"))

    assert isinstance(answer, Reply)
    assert (answer.status, len(said)) == (302, 1)


@pytest.mark.parametrize("address", ["http://[::1/x", "http://127.0.0.1:port/x", "/no/host", "ftp://127.0.0.1/x"])
def test_an_address_that_is_none_never_leaves(network, address):
    answer = network(get(address))

    assert isinstance(answer, Silence)
    assert not answer.left


def test_a_token_with_a_line_break_is_not_told(network):
    with listening(answering(ANSWER)) as url:
        answer = network(get(f"{url}/x", headers={"Authorization": "Bearer sesame\r\nX: y"}))

    assert answer == Silence(left=True, reason="LocalProtocolError")


def test_a_cookie_of_one_account_is_not_sent_to_another(network):
    said: list[bytes] = []
    cookie = ANSWER.replace(b"X-Request-Id: r-7", b"Set-Cookie: BrowserId=abc; Path=/")
    with listening(answering(cookie)) as one, listening(answering(ANSWER, said)) as other:
        network(get(f"{one}/x"))
        network(get(f"{other}/x"))

    assert b"cookie" not in said[0].lower()
