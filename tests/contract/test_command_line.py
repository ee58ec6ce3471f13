"""The command line as people and scripts use it: what is printed, and the exit code."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.contract.accounts import Door
from tests.contract.example import FILES

from turnout.apps import demo
from turnout.apps.cli import run
from turnout.apps.simulate import CREDENTIALS
from turnout.delivery.lease import leased

TURNOUT = str(Path(sys.executable).parent / "turnout")
SECRETS = [secret for _, secret in CREDENTIALS.values()]
NEWCOMER = "9001,new@example.com,new@example.com,registered,2026-11-20T10:00:00Z\n"
NOBODY = "9001,nobody-1,,registered,2026-11-20T10:00:00Z\n"
HEADER = "event_id,user_id,email,status,status_at\n"


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        return json.loads(self.err)


Typed = Callable[..., Said]


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return what types a command line, with a home of its own."""

    def type_in(*words: str) -> Said:
        capsys.readouterr()
        code = run(["--home", str(tmp_path / "home"), *words])
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return type_in


@pytest.fixture
def urls() -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        yield {kind: stack.enter_context(demo.serving(kind, FILES)).url for kind in demo.KINDS}


@pytest.fixture
def bound(typed: Typed, urls: dict[str, str], tmp_path: Path) -> Typed:
    """Return a command line in whose home both accounts are connected, provisioned and bound, with one newcomer."""
    assert typed("event", "add", str(FILES / "event.json")).code == 0
    for kind, url in urls.items():
        assert connect(typed, kind, url).code == 0
        assert typed("event", "bind", "9001", kind).code == 0
        assert typed("provision", kind).code == 0
    assert registered(typed, tmp_path, NEWCOMER).code == 0
    return typed


def connect(typed: Typed, kind: str, url: str, **more: str) -> Said:
    client_id, client_secret = CREDENTIALS[kind]
    given = {demo.ADDRESS[kind]: url, "client_id": client_id, "client_secret": client_secret, **more}
    pairs = [word for name, value in given.items() for word in ("--set", f"{name}={value}")]
    return typed("connect", kind, kind, *pairs)


def registered(typed: Typed, folder: Path, line: str) -> Said:
    file = folder / "registrations.csv"
    file.write_text(HEADER + line)
    return typed("ingest", "registrations", str(file))


def test_the_demo_tells_what_it_did_as_json_and_nothing_else(typed: Typed) -> None:
    said = typed("--json", "demo", "--no-web", "--examples", str(FILES))

    assert said.code == 0
    assert said.json["attendees"] == 28
    assert said.json["closes"] is True
    shown = ("created", "updated", "unchanged", "rejected", "held", "differences")
    assert {name: [one[key] for key in shown] for name, one in said.json["connections"].items()} == {
        "salesforce": [73, 2, 4, 0, 4, 0],
        "marketo": [73, 1, 5, 0, 4, 0],
    }
    assert all(one["calls"] > 0 and one["seconds"] >= 0 for one in said.json["connections"].values())


def test_the_demo_takes_more_people_through_the_same_wire_form(typed: Typed) -> None:
    said = typed("demo", "--no-web", "--json", "--attendees", "50", "--examples", str(FILES))

    assert said.code == 0
    assert said.json["attendees"] == 78
    assert [one["differences"] for one in said.json["connections"].values()] == [0, 0]
    assert all(one["created"] > 73 + 2 * 50 for one in said.json["connections"].values())


def test_the_demo_never_empties_a_folder_it_did_not_make(typed: Typed, tmp_path: Path) -> None:
    precious = tmp_path / "home" / "demo" / "precious"
    precious.parent.mkdir(parents=True)
    precious.touch()

    said = typed("demo", "--no-web", "--examples", str(FILES))

    assert (said.code, precious.exists()) == (2, True)
    assert "is not the demo's own folder" in said.err


def test_tables_in_a_pipe_are_wide_enough_for_every_word(typed: Typed) -> None:
    said = typed("demo", "--no-web", "--examples", str(FILES))

    for words in (
        "connection  created  updated  unchanged  held  rejected  calls  seconds",
        "records     source  delivered  excluded  held  rejected  waiting  closes  (kept)",
        "engagement      21         20         0     1         0        0  yes          0",
        "salesforce: 79 records read back, no differences",
    ):
        assert words in said.out
    assert "…" not in said.out


def test_a_first_sync_is_0_and_so_is_a_second(bound: Typed) -> None:
    first, second = bound("--json", "sync"), bound("--json", "sync")

    assert (first.code, second.code) == (0, 0)
    assert [(one["connection"], one["created"]) for one in first.json] == [("marketo", 2), ("salesforce", 2)]
    assert [(one["created"], one["updated"], one["unchanged"], one["calls"]) for one in second.json] == [
        (0, 0, 2, 0)
    ] * 2


def test_a_sync_that_parks_something_anew_is_1_once(bound: Typed, tmp_path: Path) -> None:
    registered(bound, tmp_path, NOBODY)

    assert (bound("sync").code, bound("sync").code) == (1, 0)


def test_a_verify_that_finds_a_difference_is_1(bound: Typed, urls: dict[str, str]) -> None:
    bound("sync")
    Door(urls["marketo"]).act("set_status", program="Winter Summit 2026", email="new@example.com", status="Created")

    said = bound("--json", "verify")

    assert said.code == 1
    assert [[(d["email"], d["field"], d["found"]) for d in one["differences"]] for one in said.json] == [
        [("new@example.com", "statusName", "Created")],
        [],
    ]


def test_a_refusal_halts_with_3_until_resumed(bound: Typed, urls: dict[str, str]) -> None:
    door = Door(urls["salesforce"])
    door.faults({"do": "refuse", "code": "API_DISABLED_FOR_ORG", "path": "/composite/", "times": 1})

    halted, status = bound("sync"), bound("--json", "status")
    still, resumed, after = bound("sync"), bound("resume", "salesforce"), bound("sync")

    assert (halted.code, status.code, still.code, resumed.code, after.code) == (3, 3, 3, 0, 0)
    assert "salesforce: -/person is stopped: " in halted.out
    assert [one["connection"] for one in status.json if one["stopped"]] == ["salesforce"]


def test_a_wrong_secret_is_3_and_tells_what_to_look_at(bound: Typed, urls: dict[str, str]) -> None:
    connect(bound, "marketo", urls["marketo"], client_secret="not-the-secret")

    said = bound("check", "marketo")

    assert said.code == 3
    assert "secret" in (said.out + said.err).lower()
    assert "not-the-secret" not in said.out + said.err


def test_a_paused_connection_is_left_out(bound: Typed, urls: dict[str, str]) -> None:
    bound("pause", "salesforce")

    said = bound("--json", "sync")

    assert [one["connection"] for one in said.json] == ["marketo"]
    assert [(one["name"], bool(one["paused"])) for one in bound("--json", "connections").json] == [
        ("marketo", False),
        ("salesforce", True),
    ]


def test_a_paused_connection_goes_on_when_resumed(bound: Typed) -> None:
    bound("pause", "salesforce")
    bound("resume", "salesforce")

    assert [one["connection"] for one in bound("--json", "sync").json] == ["marketo", "salesforce"]


def test_an_account_that_another_process_serves_is_75(bound: Typed, tmp_path: Path) -> None:
    with leased(tmp_path / "home", "marketo"):
        said = bound("--json", "sync")

    assert said.code == 75
    assert [one["later"] for one in said.json] == ["", "another process is delivering to 'marketo' now"]


def test_a_rehearsal_is_0_and_writes_nothing(bound: Typed, urls: dict[str, str]) -> None:
    before = {kind: Door(url).calls()["writes"] for kind, url in urls.items()}

    said = bound("--json", "plan")

    assert said.code == 0
    assert [one["create"] for one in said.json] == [{"person": 1, "member": 1}] * 2
    assert {kind: Door(url).calls()["writes"] for kind, url in urls.items()} == before


def test_a_part_of_the_input_that_cannot_be_read_is_1(typed: Typed, tmp_path: Path) -> None:
    said = registered(typed, tmp_path, NEWCOMER + "9001,x@example.com,x@example.com,maybe,2026-11-20T10:00:00Z\n")

    assert said.code == 1
    assert "2 registrations read: 1 new, 0 known already, 1 kept aside" in said.out
    assert "registrations.csv:3" in said.out


BAD = [
    (["nosuch"], 'Unknown command "nosuch"'),
    (["sync", "--nosuch", "1"], "--nosuch"),
    (["sync", "extra"], "extra"),
    (["sync"], "there is nothing to do"),
    (["check", "nobody"], "there is no connection 'nobody'"),
    (["sync", "--connection", "nobody"], "there is no connection 'nobody'"),
    (["connect", "hubspot", "x"], "there is no kind of connection 'hubspot'"),
    (["connect", "salesforce", " "], "a connection needs a name"),
    (["connect", "salesforce", "sf"], "Salesforce needs the setting 'url'"),
    (["connect", "salesforce", "sf", "--set", "url"], "pair 1 is not of the form KEY=VALUE"),
    (["connect", "salesforce", "sf", "--set", "nope=1"], "Salesforce has no setting 'nope'"),
    (["connect", "marketo", "mk", "--set", "rate_scale=7"], "Adobe Marketo Engage needs the setting"),
    (["disconnect", "nobody"], "there is no connection 'nobody'"),
    (["pause", "nobody"], "there is no connection 'nobody'"),
    (["resume", "nobody"], "there is no connection 'nobody'"),
    (["provision", "nobody"], "there is no connection 'nobody'"),
    (["event", "add", "/nowhere.json"], "/nowhere.json cannot be read"),
    (["event", "add", str(FILES / "README.md")], "README.md describes no event"),
    (["event", "show", "1"], "there is no event '1'"),
    (["event", "bind", "1", "nobody"], "there is no connection 'nobody'"),
    (["event", "bind", "1", "x", "--vocabulary", "words"], "there is no vocabulary 'words'"),
    (["ingest", "people", "x"], "there is no kind 'people' to ingest"),
    (["ingest", "polls"], "no file is named"),
    (["ingest", "polls", "/nowhere.csv"], "/nowhere.csv cannot be read"),
    (["ingest", "registrations", str(FILES / "README.md")], "has no column event_id"),
    (["explain", "nobody@example.com"], "nobody is known as 'nobody@example.com'"),
    (["holds", "--connection", "nobody"], "there is no connection 'nobody'"),
    (["simulate", "hubspot"], "there is no simulator of 'hubspot'"),
    (["simulate", "salesforce", "--port", "99999"], "there is no port 99999"),
    (["simulate", "salesforce", "--seed", "/nowhere.json"], "/nowhere.json"),
    (["demo", "--no-web", "--examples", "/nowhere"], "/nowhere does not hold the example event"),
    (["demo", "--no-web", "--attendees", "-3", "--examples", str(FILES)], "-3 is no number of people"),
    (["runs", "--limit", "many"], "--limit"),
]


@pytest.mark.parametrize(("words", "told"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_bad_input_is_2_with_what_is_wrong_and_what_to_do(typed: Typed, words: list[str], told: str) -> None:
    said = typed(*words)

    assert said.code == 2
    assert told in said.err
    assert "what to do: " in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(("words", "told"), BAD[:8], ids=lambda value: "")
def test_bad_input_is_told_as_json_where_asked(typed: Typed, words: list[str], told: str) -> None:
    said = typed("--json", *words)

    assert (said.code, said.out) == (2, "")
    assert told in said.error["message"]
    assert said.error["hint"]


@pytest.mark.parametrize(
    ("kind", "setting", "address"),
    [
        ("salesforce", "url", "http://example.my.salesforce.com"),
        ("salesforce", "url", "example.my.salesforce.com"),
        ("marketo", "endpoint", "http://123-ABC-456.mktorest.com/rest"),
    ],
)
def test_an_address_without_https_is_refused_and_nothing_kept(
    typed: Typed, kind: str, setting: str, address: str
) -> None:
    said = typed(
        "connect", kind, "x", "--set", f"{setting}={address}", "--set", "client_id=i", "--set", "client_secret=hush"
    )

    assert said.code == 2
    assert "https" in said.err
    assert "hush" not in said.err
    assert typed("--json", "connections").json == []


def test_a_home_that_is_a_file_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()

    assert run(["--home", str(file), "status"]) == 2
    assert "cannot be the home" in capsys.readouterr().err


def test_a_settings_file_with_an_unknown_name_is_2(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text("patients = 1\n")

    said = typed("status")

    assert said.code == 2
    assert "patients" in said.err


def test_a_binding_shows_and_a_connection_can_be_removed(bound: Typed) -> None:
    shown = bound("--json", "event", "show", "9001").json

    assert [(one["connection"], one["program"]) for one in shown["bindings"]] == [
        ("marketo", "Winter Summit 2026"),
        ("salesforce", "Winter Summit 2026"),
    ]
    assert bound("disconnect", "marketo").code == 0
    assert [one["name"] for one in bound("--json", "connections").json] == ["salesforce"]


LOOKS = [
    ["connections"], ["event", "list"], ["event", "show", "9001"], ["check", "salesforce"], ["check", "marketo"],
    ["provision", "salesforce", "--plan"], ["provision", "marketo"], ["engagement"], ["engagement", "--event", "9001"],
    ["plan"], ["sync"], ["verify"], ["status"], ["runs"], ["explain", "new@example.com"], ["rejects"],
    ["rejects", "retry"], ["holds"], ["holds", "list"], ["pause", "salesforce"], ["resume", "salesforce"],
    ["ingest", "polls", "--template"],
]  # fmt: skip


def test_everything_that_prints_prints_json_where_asked(bound: Typed) -> None:
    bound("sync")

    told = {" ".join(words): bound(*words, "--json") for words in LOOKS}

    assert {words: said.code for words, said in told.items() if said.code} == {}
    assert {words: said.err for words, said in told.items() if said.err} == {}
    assert all(said.json is not None for said in told.values())


def test_no_secret_gets_out(bound: Typed, urls: dict[str, str], tmp_path: Path) -> None:
    said = [bound(*words, *form) for words in LOOKS for form in ((), ("--json",))]
    Door(urls["salesforce"]).faults({"do": "error", "status": 400, "path": "/oauth2/", "times": 1})
    said += [bound("check", "salesforce"), bound("connect", "salesforce", "x", "--set", SECRETS[0])]

    printed = "".join(one.out + one.err for one in said)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file())
    for secret in SECRETS:
        assert len(secret) > 8
        assert secret not in printed
        assert secret.encode() not in kept
    for mark in ("Bearer", "access_token"):
        assert mark not in printed
        assert mark.encode() not in kept


def test_a_simulator_says_where_it_is_in_one_json_line_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen([TURNOUT, "simulate", "marketo"], stdout=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        assert running.stdout is not None
        ready = json.loads(running.stdout.readline())
        calls = Door(ready["url"]).calls()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=20)

    assert (ready["kind"], ready["client_id"], ready["client_secret"]) == ("marketo", *CREDENTIALS["marketo"])
    assert calls["total"] == 0
    assert running.returncode == 0


def test_a_port_that_is_taken_is_2(typed: Typed) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = typed("simulate", "salesforce", "--port", str(port))

    assert said.code == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in said.err
