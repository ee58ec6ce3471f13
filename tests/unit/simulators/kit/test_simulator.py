from turnout.clock import SystemClock, VirtualClock
from turnout.simulators.kit.faults import Fault
from turnout.simulators.kit.fidelity import Behaviour, table
from turnout.simulators.kit.simulator import Simulator
from turnout.wire import Reply, Request, Silence, get, post


def told(shop: Simulator, request: Request) -> object:
    answer = shop(request)
    assert isinstance(answer, Reply)
    return answer.json()


def shelf(shop: Simulator) -> object:
    return shop.vendor.state()["shelf"]


def test_a_call_reaches_its_route_with_the_names_of_its_path_decoded(shop: Simulator) -> None:
    assert told(shop, post("/shelf/green%20tea%2F1")) == ["green tea/1", 0]
    assert shelf(shop) == ["green tea/1"]


def test_an_absolute_url_names_the_simulators_own_address(shop: Simulator) -> None:
    assert told(shop, get("http://127.0.0.1:99/shelf")) == {"shelf": [], "origin": "http://127.0.0.1:99"}
    assert told(shop, get("/shelf")) == {"shelf": [], "origin": "https://simulator.invalid"}


def test_every_answer_is_finished_by_the_vendor(shop: Simulator) -> None:
    answers = [shop(get("/shelf")), shop(get("/nowhere"))]
    assert [answer.headers["x-shop"] for answer in answers if isinstance(answer, Reply)] == ["1", "1"]


def test_who_is_not_admitted_does_not_act(shop: Simulator) -> None:
    answer = shop(post("/shelf/tea", headers={"Closed": "yes"}))
    assert isinstance(answer, Reply)
    assert answer.status == 401
    assert shelf(shop) == []


def test_unknown_paths_methods_and_parameters_are_answered_by_the_vendor_and_booked(shop: Simulator) -> None:
    answers = [told(shop, r) for r in (get("/nowhere"), Request("PUT", "/shelf"), get("/shelf", {"colour": "red"}))]
    assert answers == [
        {"unknown": "path /nowhere"},
        {"unknown": "method PUT /shelf"},
        {"unknown": "parameter colour"},
    ]
    assert shop.book.shown()["unknown"] == 3


def test_the_book_tells_reads_from_writes_and_counts_rows(shop: Simulator) -> None:
    shop(get("/shelf", {"from": "1"}))
    shop(post("/shelf/tea"))
    book = told(shop, get("/_sim/calls"))
    assert book == {
        "total": 2,
        "writes": 1,
        "reads": 1,
        "unknown": 0,
        "calls": [
            {"n": 1, "at": 1000.0, "method": "GET", "path": "/shelf", "status": 200, "writing": False, "rows": 0}
            | {"unknown": "", "fault": ""},
            {"n": 2, "at": 1000.0, "method": "POST", "path": "/shelf/tea", "status": 200, "writing": True, "rows": 1}
            | {"unknown": "", "fault": ""},
        ],
    }


def test_a_cut_before_acting_leaves_nothing_and_a_cut_after_acting_leaves_the_deed(shop: Simulator) -> None:
    shop.faults.set([Fault("cut_before"), Fault("cut_after")])
    answers = [shop(post("/shelf/tea")), shop(post("/shelf/milk"))]
    assert answers == [Silence(True, "the connection was cut before an answer came")] * 2
    assert shelf(shop) == ["milk"]


def test_an_unreachable_vendor_never_saw_the_request(shop: Simulator) -> None:
    shop.faults.set([Fault("unreachable")])
    assert shop(get("/shelf")) == Silence(False, "the connection was refused")


def test_refusals_are_worded_by_the_vendor_and_do_not_act(shop: Simulator) -> None:
    shop.faults.set([Fault("refuse", code="E7", path="tea$")])
    assert told(shop, post("/shelf/tea")) == {"fault": "refuse", "code": "E7"}
    assert shelf(shop) == []


def test_an_error_page_is_html_and_does_not_act_unless_told_to(shop: Simulator) -> None:
    shop.faults.set([Fault("error", status=502), Fault("error", acted=True)])
    answers = [shop(post("/shelf/tea")), shop(post("/shelf/milk"))]
    assert [(a.status, a.headers["content-type"]) for a in answers if isinstance(a, Reply)] == [
        (502, "text/html"),
        (503, "text/html"),
    ]
    assert shelf(shop) == ["milk"]


def test_garbage_is_200_and_no_json_although_the_vendor_acted(shop: Simulator) -> None:
    shop.faults.set([Fault("garbage")])
    answer = shop(post("/shelf/tea"))
    assert isinstance(answer, Reply)
    assert (answer.status, answer.data()) == (200, None)
    assert shelf(shop) == ["tea"]


def test_a_short_answer_lacks_a_row(shop: Simulator) -> None:
    shop.faults.set([Fault("short")])
    assert told(shop, post("/shelf/tea")) == [0]
    assert shelf(shop) == ["tea"]


def test_a_slow_call_lets_virtual_time_pass(shop: Simulator, clock: VirtualClock) -> None:
    shop.faults.set([Fault("slow", seconds=30)])
    assert told(shop, post("/shelf/tea")) == ["tea", 0]
    assert clock.now() == 1030.0


def test_the_door_sets_and_clears_faults(shop: Simulator) -> None:
    set_now = told(shop, post("/_sim/faults", [{"do": "refuse", "times": 0}]))
    cleared = told(shop, Request("DELETE", "/_sim/faults"))
    assert isinstance(set_now, list)
    assert (set_now[0]["do"], set_now[0]["times"], cleared) == ("refuse", 0, [])


def test_the_door_moves_a_virtual_clock_but_not_the_machines(shop: Simulator) -> None:
    assert told(shop, post("/_sim/clock", {"advance_seconds": 60})) == {"now": 1060.0}
    fixed = Simulator(shop.vendor, SystemClock())
    answer = fixed(post("/_sim/clock", {"advance_seconds": 60}))
    assert isinstance(answer, Reply)
    assert answer.status == 400


def test_a_reset_returns_to_the_seed_and_forgets_calls_and_faults(shop: Simulator) -> None:
    shop(post("/shelf/tea"))
    shop.faults.set([Fault("refuse")])
    shop(post("/_sim/reset"))
    assert (told(shop, get("/_sim/state")), told(shop, get("/_sim/faults"))) == ({"shelf": []}, [])
    assert shop.book.shown()["total"] == 0


def test_what_people_do_goes_through_the_door_and_nonsense_is_refused(shop: Simulator) -> None:
    shop(post("/shelf/tea"))
    assert told(shop, post("/_sim/act", {"thing": "tea"})) == {"taken": "tea"}
    refused, nowhere = shop(post("/_sim/act", {})), shop(get("/_sim/nowhere"))
    assert isinstance(refused, Reply)
    assert isinstance(nowhere, Reply)
    assert (refused.status, nowhere.status) == (400, 404)
    assert shop.book.shown()["total"] == 1


def test_the_fidelity_table_is_shown_at_the_door_and_as_a_page(shop: Simulator) -> None:
    row = {"name": "shelf", "source": "a page", "imitated": "yes", "how": "a list"}
    assert told(shop, get("/_sim/fidelity")) == [row]
    page = table("Shop", [Behaviour(**row)])  # type: ignore[arg-type]
    assert page.splitlines()[-1] == "| shelf | a page | yes | a list |"


def test_every_answer_tells_its_time_by_the_simulators_clock(shop: Simulator, clock: VirtualClock) -> None:
    shop.faults.set([Fault(do, path="/faulty") for do in ("error", "garbage", "refuse")])
    clock.advance_to(1_795_000_000.0)
    answers = [shop(get(path)) for path in ("/shelf", "/nowhere", "/faulty", "/faulty", "/faulty")]
    assert {one.headers["date"] for one in answers if isinstance(one, Reply)} == {"Wed, 18 Nov 2026 11:06:40 GMT"}
    assert [one.status for one in answers if isinstance(one, Reply)] == [200, 404, 503, 200, 403]


def test_the_date_is_when_the_answer_is_sent_not_when_the_call_came(shop: Simulator) -> None:
    shop.faults.set([Fault("slow", seconds=30)])
    answer = shop(get("/shelf"))
    assert isinstance(answer, Reply)
    assert answer.headers["date"] == "Thu, 01 Jan 1970 00:17:10 GMT"
