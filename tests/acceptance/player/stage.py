"""The real player on a stage: media made by ffmpeg, a page, a site that serves both, and a browser to drive."""

import base64
import hashlib
import json
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PACKAGES: Final = {
    "@playkit-js/kaltura-player-js@3.17.95": (
        "kaltura-ovp-player.js",
        "QhBAtfuJW6ienLWJ9V0cZ1F5H0tGz2GV9wbeqSFDS2kf2SXQrk/PLandaDFbMXZTyCvIRC5BxZ4eqiFFaeAYFQ==",
    ),
    "@playkit-js/playkit-js-kava@0.15.1": (
        "playkit-kava.js",
        "gQlyGCcaLylMlVxrzSFtDz/NoiWUtXXqlflEYr+PI8cLJkgBegtLcmCe5JAwCOjt7gSsZeck++bFiqvZPaL6sg==",
    ),
}
"""The player as its makers publish it (AGPL): fetched for the test alone, by the hash it must have (sha512)."""

PARTNER: Final = 1234567
LENGTH_SECONDS: Final = 60
PICTURE: Final = ("-f", "lavfi", "-i", "testsrc=size=320x180:rate=15", "-f", "lavfi", "-i", "sine=frequency=440")
CODECS: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "30", "-c:a", "aac")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)

PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Winter Summit</title>
<style>#player { width: 640px; height: 360px }</style><div id="player"></div>
<script src="kaltura-ovp-player.js"></script><script src="playkit-kava.js"></script>
<script>
const given = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const player = KalturaPlayer.setup({
  targetId: 'player',
  provider: {partnerId: given.partner, uiConfId: 55667788, env: {serviceUrl: location.origin, cdnUrl: location.origin}},
  playback: {autoplay: false},
  plugins: {kava: {
    serviceUrl: given.collector, playbackContext: given.channel,
    tamperAnalyticsHandler: model => {
      model.virtualEventId = given.event;
      model.screenMode = player.isFullscreen() ? 2 : 1;
      return true;
    }
  }}
});
function load(entry, type, source) {
  player.setMedia({
    sources: {id: entry, type: type, [source.kind]: [{id: entry + '_1', url: source.url, mimetype: source.type}]},
    plugins: {}, session: {partnerId: given.partner, uiConfId: 55667788, ks: given.ks}
  });
}
</script>
"""


def fetch_player(folder: Path) -> None:
    """Put the player's scripts into a folder, from the packages as they are published."""
    for package, (script, digest) in PACKAGES.items():
        done = subprocess.run(
            ["npm", "pack", package, "--json"], cwd=folder, capture_output=True, text=True, check=True, timeout=300
        )
        archive = folder / json.loads(done.stdout)[0]["filename"]
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert found == digest, f"{package} is not the package this test was written for"
        with tarfile.open(archive) as packed:
            file = packed.extractfile(f"package/dist/{script}")
            assert file
            (folder / script).write_bytes(file.read())


def make_recording(folder: Path) -> None:
    """Make a recording of a minute."""
    command = ["ffmpeg", "-v", "error", *PICTURE, "-t", str(LENGTH_SECONDS), *CODECS, "-movflags", "+faststart"]
    subprocess.run([*command, str(folder / "recording.mp4")], check=True, timeout=300)


@contextmanager
def live(folder: Path) -> Iterator[None]:
    """Stream live while the block runs."""
    (folder / "live").mkdir()
    hls = ("-f", "hls", "-hls_time", "2", "-hls_list_size", "6", "-hls_flags", "delete_segments")
    command = ["ffmpeg", "-v", "error", "-re", *PICTURE, *CODECS, *hls, str(folder / "live" / "live.m3u8")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


class _Site(SimpleHTTPRequestHandler):
    """A folder's files, whole or in ranges, as seeking needs them."""

    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".m3u8": "application/x-mpegURL", ".ts": "video/mp2t", ".mp4": "video/mp4",
    }  # fmt: skip

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            return self.send_error(404)
        data = file.read_bytes()
        unit, _, wanted = self.headers.get("Range", "").partition("=")
        first, _, last = wanted.partition("-")
        start = int(first or 0) if unit == "bytes" else 0
        end = min(int(last), len(data) - 1) if unit == "bytes" and last else len(data) - 1
        self.send_response(206 if unit == "bytes" else 200)
        if unit == "bytes":
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Length", str(end - start + 1))
        self.end_headers()
        try:
            self.wfile.write(data[start : end + 1])
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        return None

    def do_POST(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Serve a folder; yields its address."""
    (folder / "index.html").write_text(PAGE)
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: _Site(*given, directory=str(folder)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def browser(folder: Path) -> Iterator[webdriver.Chrome]:
    """Run a browser without a window of its own; it cannot reach anything but this machine."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


class Viewer:
    """Somebody who watches: what a person can do at the player, and what the driver sees of it."""

    def __init__(self, driver: webdriver.Chrome, views: Callable[[], int]) -> None:
        self._driver, self._views = driver, views
        self._tab = driver.current_window_handle
        self._pause = threading.Event()

    def does(self, script: str) -> Any:
        """Let the viewer do something with the player, as a person would, by a gesture."""
        told = self._driver.execute_cdp_cmd(
            "Runtime.evaluate",
            {"expression": script, "userGesture": True, "awaitPromise": True, "returnByValue": True},
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def loads(self, entry: str, kind: str, source: dict[str, str]) -> None:
        """Open a session at the player."""
        self.does(f"load({json.dumps(entry)}, {json.dumps(kind)}, {json.dumps(source)})")

    def hides(self) -> None:
        """Turn to another tab."""
        self._driver.switch_to.new_window("tab")

    def returns(self) -> None:
        """Come back to the player's tab."""
        self._driver.close()
        self._driver.switch_to.window(self._tab)
        self._driver.execute_cdp_cmd("Page.bringToFront", {})

    def until(self, true: Callable[[], bool], what: str, *, seconds: float = 40.0) -> None:
        """Wait until something is true; fail where it takes longer."""
        for _ in range(int(seconds / 0.02)):
            if true():
                return
            self._pause.wait(0.02)
        raise AssertionError(f"it never came true: {what}")

    def watches(self, views: int = 1) -> None:
        """Watch until the collector has kept so many more VIEWs."""
        before = self._views()
        self.until(lambda: self._views() >= before + views, f"{views} more VIEWs", seconds=20 + 15 * views)

    def waits(self, seconds: float) -> None:
        """Let some time pass, as a viewer does."""
        self._pause.wait(seconds)
