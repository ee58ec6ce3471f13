"""simulator -> port: serve a simulator over HTTP/1.1, or over TLS with a context handed in."""

import ssl
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from threading import Thread
from typing import Any, Final

from turnout.wire import Reply, Request, Send, Silence

MAX_BODY_BYTES: Final = 256 * 1024 * 1024
MAX_LINE: Final = 65_536


class Server:
    """A simulator on a port; `url` is where, `close` frees the port."""

    def __init__(self, listener: "_Listener", url: str) -> None:
        self.url = url
        self._listener = listener
        self._thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; calls under way are left to end."""
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


def serve(simulator: Send, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None) -> Server:
    """Serve `simulator` on a port (0: any that is free) until closed; raises OSError where it is taken."""
    listener = _Listener((host, port), simulator, tls)
    shown = f"[{host}]" if ":" in host else host
    return Server(listener, f"{listener.scheme}://{shown}:{listener.server_address[1]}")


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Send, tls: ssl.SSLContext | None) -> None:
        self.simulator = simulator
        self.tls = tls
        self.scheme = "https" if tls else "http"
        super().__init__(address, _Conversation)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as secured:  # in its own thread: slow ones stop nobody
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up or fail the handshake."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(MAX_LINE + 1)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if len(self.raw_requestline) > MAX_LINE:
            self.requestline, self.request_version, self.command = "", "", ""
            self.send_error(414)
            return
        if not self.parse_request():
            return
        body = self._body()
        if body is None:
            self.close_connection = True
            return
        self._write(self.server.simulator(self._request(body)))

    def _request(self, body: bytes) -> Request:
        origin = f"{self.server.scheme}://{self.headers.get('Host', 'simulator.invalid')}"
        url = self.path if "://" in self.path.split("?", 1)[0] else origin + self.path
        return Request(self.command, url, dict(self.headers.items()), body)

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        size = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(size) if size <= MAX_BODY_BYTES else None

    def _chunks(self) -> bytes | None:
        parts, total = [], 0
        while size := int(self.rfile.readline(MAX_LINE).split(b";")[0], 16):
            total += size
            if total > MAX_BODY_BYTES:
                return None
            parts.append(self.rfile.read(size))
            self.rfile.readline(MAX_LINE)
        while self.rfile.readline(MAX_LINE) not in {b"\r\n", b"\n", b""}:
            pass
        return b"".join(parts)

    def _write(self, answer: Reply | Silence) -> None:
        if isinstance(answer, Silence):
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(SHUT_RDWR)
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 204:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the book has it all."""
