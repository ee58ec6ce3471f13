"""The collector beside the same server answering empty and beside nginx answering 204, durable before each answer.

Needs `wrk` and `nginx`. Prints, for GET beacons and for the POST + preflight mix of a page on another site: requests
a second, the 99th percentile, and the processor's time of the server for a request, each with its ratio; then kills
the collector in the middle of a storm and counts what it had acknowledged and what is found.

    python benchmarks/collector.py [SECONDS]
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
CLIENTS = 128
ROUNDS = 3
CLOCK = os.sysconf("SC_CLK_TCK")
CAPTURES = [json.loads(line) for line in (ROOT / "examples/winter-summit/beacons.jsonl").read_text().splitlines()]
VIEW_GET = next(one for one in CAPTURES if one["method"] == "GET" and "eventType=99" in one["url"])
VIEW_POST = next(one for one in CAPTURES if one["method"] == "POST" and "eventType=99" in one["url"])

NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; client_body_buffer_size 64k;
  server {{ listen 127.0.0.1:{port} backlog=4096; keepalive_requests 1000000; location / {{ return 204; }} }}
}}
"""

GET = f"wrk.path = {json.dumps(VIEW_GET['url'])}\n"
MIX = f"""
local target = {json.dumps(VIEW_POST["url"])}
local post, ask
init = function()
post = wrk.format("POST", target, {{["content-type"] = "application/json"}}, {json.dumps(VIEW_POST["body"])})
ask = wrk.format("OPTIONS", target, {{["origin"] = "https://event.example.com",
  ["access-control-request-method"] = "POST", ["access-control-request-headers"] = "content-type"}})
end
local turn = 0
request = function() turn = turn + 1; if turn % 2 == 0 then return post end; return ask end
"""
FORMS = {"GET": GET, "POST + preflight": MIX}


class Load(NamedTuple):
    rate: float
    p99_ms: float
    cpu_us: float
    refused: int


class Empty:
    """The same server, answering nothing at once."""

    async def __rsgi__(self, _scope: Any, protocol: Any) -> None:
        if _scope.method == "POST":
            await protocol()
        protocol.response_empty(200, [])


def empty(_target: str) -> Any:
    return Empty()


def bare(port: int) -> None:
    """Serve the empty application, with the collector's own settings of the server."""
    from granian.constants import Interfaces
    from granian.server import Server

    server = Server(
        "empty", port=port, interface=Interfaces.RSGI, workers=1, backlog=4096, backpressure=10_000,
        websockets=False, log_enabled=False,
    )  # fmt: skip
    server.serve(target_loader=partial(empty))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """Run a server until the block ends; yields its process, once the port answers."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        until = perf_counter() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if perf_counter() > until:
                    raise
                sleep(0.05)
        yield process.pid
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def collector(home: Path, port: int) -> list[str]:
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text("collector_client_rate = 0\n")
    turnout = str(Path(sys.executable).parent / "turnout")
    return [turnout, "--home", str(home), "serve", "--partner", "1234567", "--port", str(port)]


def nginx(folder: Path, port: int) -> list[str]:
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    return ["/usr/sbin/nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def cpu_seconds(parent: int) -> float:
    """Return the processor's time of a process and its children so far."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    used = 0
    for pid in (parent, *children):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        used += int(fields[11]) + int(fields[12])
    return used / CLOCK


def load(port: int, pid: int, form: str, seconds: float, folder: Path) -> Load:
    """Let wrk ask for some seconds."""
    script = folder / "wrk.lua"
    script.write_text(FORMS[form])
    before = cpu_seconds(pid)
    command = [
        "wrk",
        "-t1",
        f"-c{CLIENTS}",
        f"-d{seconds:g}s",
        "--latency",
        "-s",
        str(script),
        f"http://127.0.0.1:{port}",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(pid) - before
    asked = int(re.search(r"(\d+) requests in", told)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", told).groups()  # type: ignore[union-attr]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
    return Load(rate, float(p99) * scale, used / asked * 1e6, int(refused[1]) if refused else 0)


def compare(seconds: float) -> None:
    """Measure the three servers in turn, several rounds, and print the best of each by processor time."""
    print("| requests | server | a second | p99 ms | CPU us a request | of the same server empty | of nginx 204 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ports = {one: free_port() for one in ("nginx, 204", "same server, empty", "collector, durable")}
        commands = [
            nginx(folder, ports["nginx, 204"]),
            [sys.executable, __file__, "--bare", str(ports["same server, empty"])],
            collector(folder / "home", ports["collector, durable"]),
        ]
        with (
            running(commands[0], ports["nginx, 204"]) as first,
            running(commands[1], ports["same server, empty"]) as second,
            running(commands[2], ports["collector, durable"]) as third,
        ):
            pids = dict(zip(ports, (first, second, third), strict=True))
            for form in FORMS:
                best: dict[str, Load] = {}
                for _ in range(ROUNDS):
                    for server, port in ports.items():
                        one = load(port, pids[server], form, seconds, folder)
                        if one.refused:
                            sys.exit(f"{server} refused {one.refused} requests")
                        if server not in best or one.cpu_us < best[server].cpu_us:
                            best[server] = one
                for server, one in best.items():
                    ratios = [best[other].cpu_us / one.cpu_us for other in ("same server, empty", "nginx, 204")]
                    told = " | ".join(f"{ratio:.2f}" for ratio in ratios)
                    print(f"| {form} | {server} | {one.rate:,.0f} | {one.p99_ms:.1f} | {one.cpu_us:.1f} | {told} |")


def kill_in_the_middle(seconds: float) -> None:
    """Let clients send numbered beacons, kill all processes, and count what was acknowledged and what is found."""
    from turnout.pipeline.home import home as opened_home
    from turnout.pipeline.intake import take_in

    with tempfile.TemporaryDirectory() as name:
        home, port = Path(name), free_port()
        acknowledged: list[set[int]] = [set() for _ in range(32)]
        with running([*collector(home, port), "--workers", "2"], port) as pid:
            threads = [
                threading.Thread(target=send, args=(port, acknowledged[one], one * 10_000_000)) for one in range(32)
            ]
            for thread in threads:
                thread.start()
            sleep(seconds)
            os.killpg(pid, signal.SIGKILL)
            for thread in threads:
                thread.join()
        with opened_home(home) as opened:
            take_in(opened)
        found = numbers(home)
    told = set().union(*acknowledged)
    print(f"\nkilled in the middle: acknowledged {len(told):,}, found {len(found):,}, lost {len(told - found):,}")
    if told - found:
        sys.exit(1)


def numbers(home: Path) -> set[int]:
    import duckdb

    with duckdb.connect() as work:
        return {row[0] for row in work.execute(f"SELECT idx FROM read_parquet('{home}/beacons/*.parquet')").fetchall()}


def send(port: int, acknowledged: set[int], first: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    head = "/api_v3/index.php?eventType=99&partnerId=1234567&entryId=1_a&sessionId=a&eventIndex="
    number = first
    try:
        while True:
            connection.request("GET", f"{head}{number}")
            reply = connection.getresponse()
            reply.read()
            if reply.status == 200:
                acknowledged.add(number)
            number += 1
    except (OSError, http.client.HTTPException):
        return


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    compare(seconds)
    kill_in_the_middle(seconds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        bare(int(sys.argv[2]))
    else:
        main()
