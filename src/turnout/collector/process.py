"""The collector's processes: several on one port, each with its own log, stopped with every answer given."""

import http.client
import json
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server
from msgspec import Struct

from turnout.clock import Clock, SystemClock
from turnout.collector.app import HEALTH, Collector
from turnout.collector.limits import Limits
from turnout.errors import InputError
from turnout.inbox.log import SEGMENT_SECONDS

STOP_SECONDS: Final = 20
HEADER_MS: Final = 10_000
READY_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.05


class Post(Struct, frozen=True):
    """Where a collector listens, with how many processes, and how long a segment of its log grows."""

    folder: Path
    limits: Limits
    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 1
    segment_seconds: float = SEGMENT_SECONDS


def collector(post: Post, _target: str) -> Any:
    """Return what one process of the collector runs."""
    return Collector(post.folder, post.limits, segment_seconds=post.segment_seconds)


def run(post: Post, ready: Callable[[str], object]) -> None:
    """Listen until the process is told to stop; `ready` is told the address once it answers.

    A process that dies is replaced. Raises InputError where the port cannot be used.
    """
    try:
        held = _held(post)
    except OSError as failure:
        raise InputError(
            f"port {post.port} of {post.host} cannot be used: {failure.strerror}", "take another --port"
        ) from failure
    with held:
        host, port = post.host, held.getsockname()[1]
        server = Server(
            "turnout.collector",
            address=host,
            port=port,
            interface=Interfaces.RSGI,
            workers=post.workers,
            backlog=4096,
            backpressure=10_000,
            websockets=False,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_MS),
            log_enabled=False,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        )
        threading.Thread(target=_announce, args=(host, port, ready), daemon=True).start()
        server.serve(target_loader=partial(collector, post))


def _held(post: Post) -> socket.socket:
    """Return a socket that holds the port, so that no other program takes it, and that never listens itself."""
    family = socket.AF_INET6 if ":" in post.host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        if post.port:
            _free(family, post)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((post.host, post.port))
    except OSError:
        held.close()
        raise
    return held


def _free(family: int, post: Post) -> None:
    """Raise OSError where anyone listens on the port: sharing it with a stranger would lose every second beacon."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((post.host, post.port))


def _announce(host: str, port: int, ready: Callable[[str], Any]) -> None:
    clock: Clock = SystemClock()
    until = clock.now() + READY_SECONDS
    while clock.now() < until:
        if _answers(host, port):
            ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")
            return
        clock.sleep(LOOK_SECONDS)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", HEALTH)
        return bool(json.loads(connection.getresponse().read())["kept"])
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()
