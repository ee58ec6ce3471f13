"""The command `turnout simulate kaltura` as an administrator runs it: one line of JSON, an event under way, Ctrl-C."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx2

TURNOUT = str(Path(sys.executable).parent / "turnout")
ROOT = Path(__file__).parents[2]


def test_it_holds_the_example_event_with_more_people_under_way_and_ends_with_ctrl_c() -> None:
    words = [TURNOUT, "simulate", "kaltura", "--attendees", "5", "--starts-in", "-6000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        session = {
            "secret": told["admin_secret"],
            "partnerId": told["partner_id"],
            "type": "2",
            "userId": "me",
            "format": "1",
        }
        ks = httpx2.post(f"{told['url']}/api_v3/service/session/action/start", data=session).json()
        headers = {"Authorization": f"KS {ks}"}
        listed = httpx2.post(f"{told['url']}/user/api/v1/user-profile/list", json={}, headers=headers).json()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=20)

    assert told["kind"] == "kaltura"
    assert listed["totalCount"] == 33
    assert "participated" in {one["eventData"]["attendanceStatus"] for one in listed["objects"]}
    assert running.returncode == 0
