"""Kaltura's own client (KalturaApiClient, AGPL, here only) works with the imitated Kaltura over HTTP, in XML."""

import hashlib
import inspect
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import pytest
from KalturaClient import KalturaClient, KalturaConfiguration
from KalturaClient.Base import KalturaObjectBase
from KalturaClient.exceptions import KalturaException
from KalturaClient.Plugins.Core import (
    KalturaBaseEntryFilter,
    KalturaCategoryFilter,
    KalturaEndUserReportInputFilter,
    KalturaFilterPager,
    KalturaReportResponseOptions,
    KalturaSessionType,
    KalturaUserFilter,
)
from KalturaClient.Plugins.VirtualEvent import KalturaVirtualEventFilter

from turnout.clock import ShiftedClock, iso
from turnout.simulators.kaltura.app import kaltura
from turnout.simulators.kit.server import Server, serve
from turnout.simulators.kit.simulator import Simulator
from turnout.wire import post

SEED = json.loads((Path(__file__).parents[2] / "examples/winter-summit/kaltura-seed.json").read_text())
PARTNER, SECRET = 1234567, "5e2c1d0f9b8a47669c7e3f2a1b0d4c58"
TOKENS = [{"id": f"1_{name.lower()}", "token": f"secret of {name}", "hash_type": name} for name in ("MD5", "SHA1")]
TOKENS += [
    {"id": f"1_{name.lower()}", "token": f"secret of {name}", "hash_type": name} for name in ("SHA256", "SHA512")
]
DAY = 86_400

IMITATED: Final = {
    "session": {"start", "startWidgetSession", "get", "end"},
    "appToken": {"startSession"},
    "baseEntry": {"list", "get"},
    "category": {"list", "get"},
    "user": {"list", "get"},
    "report": {"getTable", "getTotal", "getUrlForReportAsCsv", "getCsvFromStringParams", "serve"},
    "virtualEvent.virtualEvent": {"list", "get"},
}
"""What the simulator answers, of each service that it has; the other methods are found below, and refused."""


def service(client: Any, name: str) -> Any:
    for part in name.split("."):
        client = getattr(client, part)
    return client


def methods(name: str) -> set[str]:
    made = service(KalturaClient(KalturaConfiguration("http://127.0.0.1:1")), name)
    return {each for each, _ in inspect.getmembers(type(made), inspect.isfunction) if each[0] != "_"} - {"setClient"}


REFUSED: Final = sorted((name, method) for name, here in IMITATED.items() for method in methods(name) - here)


@pytest.fixture
def simulator() -> Simulator:
    clock = ShiftedClock()
    seed = {**SEED, "starts_at": iso(clock.now() - DAY), "settings": {"app_tokens": TOKENS}}
    return kaltura(clock=clock, seed=seed)


@pytest.fixture
def server(simulator: Simulator) -> Iterator[Server]:
    server = serve(simulator)
    yield server
    server.close()


@pytest.fixture
def client(server: Server) -> Any:
    client = KalturaClient(KalturaConfiguration(server.url))
    ks = client.session.start(
        SECRET, "turnout@example.com", KalturaSessionType.ADMIN, PARTNER, 3600, "virtualeventid:9001"
    )
    client.setKs(ks)
    return client


@pytest.fixture
def days(simulator: Simulator) -> Any:
    now = int(simulator.clock.now())
    return KalturaEndUserReportInputFilter(fromDate=now - 2 * DAY, toDate=now + DAY)


def act(simulator: Simulator, **what: Any) -> None:
    answer = simulator(post("/_sim/act", what))
    assert getattr(answer, "status", 0) == 200, answer


def unknown_calls(simulator: Simulator) -> int:
    return int(simulator.book.shown()["unknown"])


def test_it_starts_knows_and_ends_sessions(client: Any, simulator: Simulator) -> None:
    told = client.session.get()
    client.session.end()

    assert (told.partnerId, told.userId, told.sessionType.getValue()) == (PARTNER, "turnout@example.com", 2)
    assert told.privileges == "virtualeventid:9001"
    with pytest.raises(KalturaException, match="LOGOUT") as ended:
        client.user.list()
    assert ended.value.code == "INVALID_KS"
    assert unknown_calls(simulator) == 0


def test_a_wrong_secret_starts_no_session(client: Any) -> None:
    with pytest.raises(KalturaException, match="Error while starting session for partner") as refused:
        client.session.start("wrong", "", KalturaSessionType.ADMIN, PARTNER)

    assert refused.value.code == "START_SESSION_ERROR"


@pytest.mark.parametrize("make", [KalturaClient.generateSession, KalturaClient.generateSessionV2], ids=["v1", "v2"])
def test_a_session_that_the_client_makes_itself_is_taken(client: Any, make: Any) -> None:
    client.setKs(make(SECRET, "turnout@example.com", 2, PARTNER, 600, "virtualeventid:9001,disableentitlement"))

    told = client.session.get()

    assert (told.userId, told.privileges) == ("turnout@example.com", "virtualeventid:9001,disableentitlement")
    assert client.user.list().totalCount == 28


@pytest.mark.parametrize("made", [KalturaClient.generateSession, KalturaClient.generateSessionV2], ids=["v1", "v2"])
def test_a_session_of_another_secret_is_not_taken(client: Any, made: Any) -> None:
    client.setKs(made("another", "turnout@example.com", 2, PARTNER))

    with pytest.raises(KalturaException, match="INVALID_STR"):
        client.user.list()


@pytest.mark.parametrize("name", ["MD5", "SHA1", "SHA256", "SHA512"])
def test_an_application_token_starts_a_session(server: Server, name: str) -> None:
    client = KalturaClient(KalturaConfiguration(server.url))
    widget = client.session.startWidgetSession(f"_{PARTNER}").ks
    client.setKs(widget)
    hashed = hashlib.new(name, f"{widget}secret of {name}".encode()).hexdigest()

    client.setKs(client.appToken.startSession(f"1_{name.lower()}", hashed, "somebody").ks)

    assert client.session.get().sessionType.getValue() == 2
    assert client.user.list().totalCount == 28


def test_a_widget_session_may_read_nobody(server: Server) -> None:
    client = KalturaClient(KalturaConfiguration(server.url))
    client.setKs(client.session.startWidgetSession(f"_{PARTNER}").ks)

    with pytest.raises(KalturaException) as refused:
        client.user.list()

    assert refused.value.code == "SERVICE_FORBIDDEN"


def test_it_reads_entries(client: Any, simulator: Simulator) -> None:
    listed = client.baseEntry.list(KalturaBaseEntryFilter(idIn="1_live0001,1_vod00013,1_none"))
    one = client.baseEntry.get("1_vod00013")

    assert [(type(entry).__name__, entry.name) for entry in listed.objects] == [
        ("KalturaLiveStreamEntry", "Opening keynote"),
        ("KalturaMediaEntry", 'Workshop: "Polls that work"'),
    ]
    assert (listed.totalCount, one.msDuration, one.type.getValue()) == (2, 60_000, "1")
    with pytest.raises(KalturaException, match='Entry id "1_none" not found'):
        client.baseEntry.get("1_none")
    assert unknown_calls(simulator) == 0


def test_it_reads_channels(client: Any, simulator: Simulator) -> None:
    listed = client.category.list(KalturaCategoryFilter(idIn="330022,330023"))

    assert [(channel.id, channel.name) for channel in listed.objects] == [
        (330022, "Main stage"),
        (330023, "Product track"),
    ]
    assert client.category.get(330023).fullName == "Product track"
    assert unknown_calls(simulator) == 0


def test_it_reads_people_by_pages(client: Any, simulator: Simulator) -> None:
    order = KalturaUserFilter(orderBy="+createdAt")
    pages = [client.user.list(order, KalturaFilterPager(pageSize=10, pageIndex=page)).objects for page in (1, 2, 3, 4)]
    some = client.user.list(KalturaUserFilter(idIn="paula@example.com,anon-7f3a,nobody@example.com"))

    assert [len(page) for page in pages] == [10, 10, 8, 0]
    assert len({user.id for page in pages for user in page}) == 28
    assert {(user.id, user.firstName, user.company, user.email) for user in some.objects} == {
        ("paula@example.com", "Paula", "Contoso, Ltd.", "paula@example.com"),
        ("anon-7f3a", "Noor", "", ""),
    }
    assert client.user.get("zoe@example.com").lastName == "Ångström"
    assert unknown_calls(simulator) == 0


def test_it_reads_virtual_events(client: Any, simulator: Simulator) -> None:
    listed = client.virtualEvent.virtualEvent.list(KalturaVirtualEventFilter(idEqual=9001))
    one = client.virtualEvent.virtualEvent.get(9001)

    assert [event.name for event in listed.objects] == ["Winter Summit 2026"]
    assert sorted(json.loads(one.registrationFormSchema)["properties"]) == [
        "dietary_needs",
        "how_did_you_hear",
        "industry",
        "phone",
    ]
    assert unknown_calls(simulator) == 0


def test_it_reads_a_table_by_pages(client: Any, simulator: Simulator, days: Any) -> None:
    options = KalturaReportResponseOptions(delimiter="|")
    tables = [
        client.report.getTable("40009", days, KalturaFilterPager(pageSize=9, pageIndex=page), responseOptions=options)
        for page in (1, 2, 3)
    ]

    assert [table.totalCount for table in tables] == [16, 16, 16]
    assert tables[0].header.startswith("user_id|user_name|registered|count_loads|count_plays|sum_view_period|")
    assert [table.data.count(";") for table in tables[:2]] == [9, 7]
    assert "bob@example.com|Bob Marsh|0|1|1|1.3333333333333|1.3333333333333|0|0|0.625;" in tables[0].data
    assert not isinstance(tables[2].header, str)
    assert unknown_calls(simulator) == 0


def test_it_reads_the_five_levels_of_one_person(client: Any, days: Any) -> None:
    days.setUserIds("bob@example.com")
    days.setEntryIdIn("1_live0001")

    total = client.report.getTotal("40010", days)

    assert total.data == "0.125,0.125,0.125,0.5,0.125"


def test_it_downloads_a_report(client: Any, simulator: Simulator, days: Any) -> None:
    url = client.report.getUrlForReportAsCsv("Engagement", "of all", "First,Last", "60013", days)
    with urlopen(url) as answer:
        text = answer.read().decode("utf-8-sig")

    assert text.splitlines()[:4] == ["Engagement", "of all", "", "First,Last"]
    assert "Paula,Nguyen,VP Marketing,Contoso  Ltd.,paula@example.com,Germany,,Software,0,5.5," in text
    assert unknown_calls(simulator) == 0


def test_it_downloads_who_reacted_how(client: Any, simulator: Simulator, days: Any) -> None:
    params = f"from_date={days.fromDate};to_date={days.toDate};entry_ids=1_live0001;virtualeventid=9001"

    with urlopen(client.report.getCsvFromStringParams(4021, params, "download_attachment")) as answer:
        content = answer.read()

    assert content.startswith(
        b"\xef\xbb\xbfemail,combined_live_engaged_users_play_time_ratio,add_to_calendar,raise_hand,"
    )
    assert b"\npaula@example.com,0.66666666666667,0,0,1.5,1.025,0,0,1,0,1,2,8,0,0\n" in content
    assert unknown_calls(simulator) == 0


def test_several_calls_go_in_one(client: Any, simulator: Simulator) -> None:
    client.startMultiRequest()
    first = client.session.start(SECRET, "other@example.com", KalturaSessionType.ADMIN, PARTNER)
    client.session.get(first)
    client.baseEntry.get("1_none")
    client.user.get("bob@example.com")
    before = len(simulator.book.entries)

    answers = client.doMultiRequest()

    assert len(simulator.book.entries) == before + 1
    assert answers[1].userId == "other@example.com"
    assert (answers[2].code, answers[3].firstName) == ("ENTRY_ID_NOT_FOUND", "Bob")


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"forbidden": ["report"]}, "SERVICE_FORBIDDEN"), ({"reports_off": ["60013"]}, "REPORT_NOT_FOUND")],
)
def test_what_is_not_licensed_is_refused(
    client: Any, simulator: Simulator, days: Any, *, changed: dict[str, Any], code: str
) -> None:
    act(simulator, do="settings", settings=changed)

    with pytest.raises(KalturaException) as refused:
        client.report.getTable("60013", days, KalturaFilterPager())

    assert refused.value.code == code


def test_every_method_of_the_services_is_known_to_this_test() -> None:
    assert {name: here - methods(name) for name, here in IMITATED.items()} == {name: set() for name in IMITATED}
    assert len(REFUSED) == sum(len(methods(name)) - len(here) for name, here in IMITATED.items())


@pytest.mark.parametrize(("name", "method"), REFUSED, ids=lambda part: part)
def test_what_is_not_imitated_is_refused(client: Any, simulator: Simulator, *, name: str, method: str) -> None:
    call = getattr(service(client, name), method)
    needed = [
        each for each, one in inspect.signature(call).parameters.items() if one.default is inspect.Parameter.empty
    ]
    given = {each: io.BytesIO(b"x") if each == "fileData" else KalturaObjectBase() for each in needed}

    try:
        made = call(**given)
    except KalturaException as refused:
        found = refused.code
    else:
        assert made.startswith("http"), made
        with urlopen(made) as answer:
            found = answer.read().decode()

    assert "ACTION_DOES_NOT_EXISTS" in found
    assert unknown_calls(simulator) == 1
