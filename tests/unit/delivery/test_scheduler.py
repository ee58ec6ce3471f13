import pytest
from tests.unit.delivery.stage import START, Script, Stage, nothing, ok, read, refused, sign_in, wrote

from turnout.delivery.scheduler import RETRIES
from turnout.destinations.kit import Limits, Session
from turnout.errors import SettingsError
from turnout.values.flights import Flight
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, Silence, get

LOST = Silence(left=True, reason="cut")
UNREACHED = Silence(left=False, reason="refused")


@pytest.fixture
def stage() -> Stage:
    return Stage()


def verdicts(stage: Stage) -> dict[str, Verdict]:
    return {name: result.verdict for name, result in stage.results.items()}


# Waves


def test_a_flight_ends_with_what_its_talk_returned(stage):
    stage.run((stage.line(Script(stage.clock, one=ok(rows=3))), [stage.reading("one")]))

    assert stage.results == {"one": {"rows": 3}}


def test_a_wave_begins_when_the_one_before_is_over(stage):
    script = Script(stage.clock)

    stage.run((stage.line(script), [stage.reading("one", "two"), stage.reading("three")]))

    assert script.heard == [(0.0, "token"), (1.0, "one"), (1.0, "two"), (2.0, "three")]


def test_an_empty_wave_is_over_at_once(stage):
    stage.run((stage.line(Script(stage.clock)), [[], stage.reading("one")]))

    assert stage.results == {"one": {"done": True}}


def test_a_nap_lasts_until_its_time(stage):
    script = Script(stage.clock)

    stage.run((stage.line(script), [stage.reading("one"), START + 300.0, stage.reading("two")]))

    assert script.heard == [(0.0, "token"), (1.0, "one"), (300.0, "two")]


def test_flights_that_make_no_call_end_without_one(stage):
    script = Script(stage.clock)
    line = stage.line(script)
    line.session = Session("https://toy.example", "t")

    stage.run((line, [[stage.flight("one", nothing), stage.flight("two", nothing)]]))

    assert (stage.results, script.paths) == ({"one": [], "two": []}, [])


def test_further_flights_of_a_flight_are_flown_too(stage):
    first = stage.flight("first", lambda: read("/first"))
    ended = first.end
    first.end = lambda result: [*ended(result), *stage.reading("half-1", "half-2")]

    stage.run((stage.line(Script(stage.clock)), [[first]]))

    assert list(stage.results) == ["first", "half-1", "half-2"]


# Pace


def test_no_more_calls_are_on_their_way_than_the_pace_lets(stage):
    script = Script(stage.clock)
    line = stage.line(script, limits=Limits(100, 20.0, 2))

    stage.run((line, [stage.reading("a", "b", "c")]), seconds=lambda request: 1.0 if "token" in request.url else 5.0)

    assert script.heard == [(0.0, "token"), (1.0, "a"), (1.0, "b"), (6.0, "c")]


def test_what_the_window_does_not_grant_leaves_later(stage):
    script = Script(stage.clock)
    line = stage.line(script, limits=Limits(3, 20.0, 10))

    stage.run((line, [stage.reading("a", "b", "c")]))

    assert script.heard == [(0.0, "token"), (1.0, "a"), (1.0, "b"), (21.0, "c")]


def test_what_the_day_does_not_grant_is_put_off_and_not_waited_for(stage):
    script = Script(stage.clock)
    line = stage.line(script, limits=Limits(100, 20.0, 10, daily=3))

    stage.run((line, [stage.reading("a", "b", "c"), stage.reading("d")]))

    assert script.heard == [(0.0, "token"), (1.0, "a"), (1.0, "b")]
    assert {name: result.verdict for name, result in stage.results.items() if name in "cd"} == {
        "c": Verdict.WAIT,
        "d": Verdict.WAIT,
    }
    assert stage.results["c"].words == "3 calls a day are what is granted"


# Several accounts


def test_a_slow_account_does_not_delay_another(stage):
    slow, quick = Script(stage.clock), Script(stage.clock)

    stage.run(
        (stage.line(slow), [stage.reading("slow")]),
        (stage.line(quick), [stage.reading("a"), stage.reading("b")]),
        seconds=lambda request: 600.0 if "slow" in request.url else 1.0,
    )

    assert stage.ended_at == {"a": 2.0, "b": 3.0, "slow": 601.0}


def test_a_halted_account_does_not_delay_another(stage):
    halted, well = Script(stage.clock, token=refused("forbidden")), Script(stage.clock)

    stage.run((stage.line(halted), [stage.reading("shut")]), (stage.line(well), [stage.reading("open")]))

    assert stage.results["shut"].verdict is Verdict.HALT
    assert stage.results["open"] == {"done": True}


def test_an_account_told_to_wait_does_not_delay_another(stage):
    told = Script(stage.clock, one=[refused("throttled"), ok(done=True)])

    stage.run((stage.line(told), [stage.reading("one")]), (stage.line(Script(stage.clock)), [stage.reading("two")]))

    assert stage.ended_at == {"two": 2.0, "one": 23.0}


def test_a_napping_account_does_not_delay_another(stage):
    stage.run(
        (stage.line(Script(stage.clock)), [START + 3600.0, stage.reading("late")]),
        (stage.line(Script(stage.clock)), [stage.reading("soon")]),
    )

    assert stage.ended_at == {"soon": 2.0, "late": 3602.0}


# Persons


def test_two_flights_that_share_a_person_are_never_on_their_way_together(stage):
    script = Script(stage.clock)
    wave = [
        stage.flight("one", lambda: read("/one"), "paula", "rosa"),
        stage.flight("two", lambda: read("/two"), "rosa"),
        stage.flight("three", lambda: read("/three"), "tess"),
    ]

    stage.run((stage.line(script), [wave]))

    assert script.heard == [(0.0, "token"), (1.0, "one"), (1.0, "three"), (2.0, "two")]


def test_a_person_is_busy_until_a_repeated_call_is_answered(stage):
    script = Script(stage.clock, one=[refused("locked"), ok(done=True)])
    wave = [
        stage.flight("one", lambda: read("/one"), "paula"),
        stage.flight("two", lambda: read("/two"), "paula"),
    ]

    stage.run((stage.line(script), [wave]))

    assert script.heard == [(0.0, "token"), (1.0, "one"), (4.0, "one"), (5.0, "two")]


def test_a_flight_is_begun_just_before_its_first_request_and_not_sooner(stage):
    begun = []
    script = Script(stage.clock)
    wave = [stage.flight(name, lambda name=name: read(f"/{name}"), "paula") for name in ("one", "two")]
    for flight in wave:
        flight.begin = lambda name=flight.stream: begun.append((name, script.paths[:]))

    stage.run((stage.line(script), [wave]))

    assert begun == [("one", ["token"]), ("two", ["token", "one"])]


# Verdicts


def test_what_did_not_act_goes_again_with_growing_pauses_and_then_ends(stage):
    script = Script(stage.clock, one=refused("locked"))

    stage.run((stage.line(script), [stage.writing("one")]))

    assert [at for at, path in script.heard if path == "one"] == [1.0, 4.0, 9.0, 18.0, 35.0, 68.0]
    assert len(script.paths) == 1 + 1 + RETRIES
    assert verdicts(stage) == {"one": Verdict.RETRY}


def test_a_write_that_never_left_goes_again(stage):
    stage.run((stage.line(Script(stage.clock, one=[UNREACHED, ok(done=True)])), [stage.writing("one")]))

    assert stage.results == {"one": {"done": True}}


@pytest.mark.parametrize("lost", [LOST, refused("broken")])
def test_an_unsure_write_is_never_sent_again(stage, lost):
    script = Script(stage.clock, one=[lost, ok(done=True)])

    stage.run((stage.line(script), [stage.writing("one")]))

    assert script.paths == ["token", "one"]
    assert verdicts(stage) == {"one": Verdict.UNSURE}


@pytest.mark.parametrize("lost", [LOST, refused("broken"), Reply(500, {}, b"<html>")])
def test_an_unsure_read_goes_again(stage, lost):
    stage.run((stage.line(Script(stage.clock, one=[lost, ok(done=True)])), [stage.reading("one")]))

    assert stage.results == {"one": {"done": True}}


def test_a_read_that_stays_unsure_ends_as_one_that_may_pass_later(stage):
    stage.run((stage.line(Script(stage.clock, one=refused("broken"))), [stage.reading("one")]))

    assert verdicts(stage) == {"one": Verdict.RETRY}


def test_wait_pauses_the_whole_account(stage):
    script = Script(stage.clock, one=[refused("throttled"), ok(done=True)])

    stage.run((stage.line(script, limits=Limits(100, 20.0, 1)), [stage.reading("one", "two")]))

    assert script.heard == [(0.0, "token"), (1.0, "one"), (22.0, "one"), (23.0, "two")]


def test_a_wait_longer_than_patience_ends_all_that_waits_with_one_call(stage):
    script = Script(stage.clock, one=refused("spent"))

    stage.run((stage.line(script, limits=Limits(100, 20.0, 1)), [stage.writing("one", "two", "three")]))

    assert script.paths == ["token", "one"]
    assert verdicts(stage) == dict.fromkeys(("one", "two", "three"), Verdict.WAIT)
    assert stage.clock.now() - START == 2.0


def test_a_halt_ends_what_waits_of_its_stream_and_nothing_else(stage):
    script = Script(stage.clock, polls_1=refused("forbidden"))
    wave = [*stage.writing("polls_1", "polls_2", stream="9001/polls"), *stage.writing("member", stream="9001/member")]

    stage.run((stage.line(script, limits=Limits(100, 20.0, 1)), [wave]))

    assert script.paths == ["token", "polls_1", "member"]
    assert (stage.results["polls_2"].verdict, stage.results["member"]) == (Verdict.HALT, {"done": True})


def test_a_reject_of_a_call_ends_that_call_alone(stage):
    script = Script(stage.clock, one=refused("refused"))

    stage.run((stage.line(script, limits=Limits(100, 20.0, 1)), [stage.writing("one", "two", stream="9001/polls")]))

    assert (stage.results["one"].verdict, stage.results["two"]) == (Verdict.REJECT, {"done": True})


def test_a_talk_that_raises_a_settings_error_halts(stage):
    def talk():
        yield get("/one")
        raise SettingsError("text_bytes is 'many', not a whole number", "set text_bytes to a number")

    stage.run((stage.line(Script(stage.clock)), [[stage.flight("one", talk)]]))

    told = stage.results["one"]
    assert (told.verdict, told.code, told.fix) == (Verdict.HALT, "settings", "set text_bytes to a number")
    assert told.words == "text_bytes is 'many', not a whole number"


def test_a_talk_that_cannot_work_with_its_settings_makes_no_call(stage):
    def talk():
        raise SettingsError("no", "yes")
        yield get("/one")

    script = Script(stage.clock)
    stage.run((stage.line(script), [[stage.flight("one", talk)]]))

    assert verdicts(stage) == {"one": Verdict.HALT}
    assert script.paths == ["token"]


@pytest.mark.parametrize(("talk", "verdict"), [(read, Verdict.RETRY), (wrote, Verdict.UNSURE)])
def test_an_answer_that_a_talk_cannot_read_stops_no_other_account(stage, talk, verdict):
    odd, well = Script(stage.clock, one=Reply(200, {}, b"One moment please")), Script(stage.clock)

    stage.run(
        (stage.line(odd), [[stage.flight("one", lambda: talk("/one"))]]), (stage.line(well), [stage.reading("two")])
    )

    assert (stage.results["one"].verdict, stage.results["one"].code) == (verdict, "unreadable")
    assert stage.results["two"] == {"done": True}


def test_a_fault_of_our_own_is_not_hidden(stage):
    def talk():
        raise KeyError("a bug")
        yield get("/one")

    with pytest.raises(KeyError):
        stage.run((stage.line(Script(stage.clock)), [[stage.flight("one", talk)]]))


# Sign-in


def test_a_request_carries_the_token_and_the_sign_in_does_not(stage):
    script = Script(stage.clock)

    stage.run((stage.line(script), [stage.reading("one")]))

    assert [request.headers.get("Authorization") for request in script.requests] == [None, "Bearer token-1"]


def test_a_token_that_ran_out_is_renewed_once_and_the_call_goes_again(stage):
    script = Script(stage.clock, token=[ok(token="t1"), ok(token="t2")], one=[refused("token"), ok(done=True)])

    stage.run((stage.line(script), [stage.writing("one")]))

    assert script.paths == ["token", "one", "token", "one"]
    assert script.requests[-1].headers["Authorization"] == "Bearer t2"
    assert stage.results == {"one": {"done": True}}


def test_a_token_refused_twice_ends_the_call(stage):
    script = Script(stage.clock, one=refused("token"))

    stage.run((stage.line(script), [stage.writing("one")]))

    assert script.paths == ["token", "one", "token", "one"]
    assert verdicts(stage) == {"one": Verdict.REAUTH}


def test_calls_refused_together_sign_in_once(stage):
    answers = [refused("token"), ok(done=True)]
    script = Script(stage.clock, one=answers[:], two=answers[:], three=answers[:])
    late = {"/one": 1.0, "/two": 2.0, "/three": 9.0}

    stage.run(
        (stage.line(script), [stage.reading("one", "two", "three")]),
        seconds=lambda request: late.get(request.path, 0.5) if len(script.paths) < 5 else 0.5,
    )

    assert script.paths.count("token") == 2
    assert stage.results == {"one": {"done": True}, "two": {"done": True}, "three": {"done": True}}


def test_a_session_about_to_run_out_is_renewed_before_the_next_call(stage):
    script = Script(stage.clock)
    line = stage.line(script)
    line.session = Session("https://toy.example", "old", START + 3.0)

    stage.run((line, [stage.reading("one")]))

    assert script.paths == ["token", "one"]


def test_a_sign_in_of_several_steps_goes_before_what_waits_for_it(stage):
    def stepwise(config):
        session = yield from sign_in(config)
        yield get("https://toy.example/versions")
        return session

    script = Script(stage.clock, one=[refused("token"), ok(done=True)])

    stage.run((stage.line(script, sign_in=stepwise), [stage.reading("one")]))

    assert script.paths == ["token", "versions", "one", "token", "versions", "one"]
    assert stage.results == {"one": {"done": True}}


def test_a_step_of_the_sign_in_that_must_wait_holds_what_waits_for_it(stage):
    def stepwise(config):
        session = yield from sign_in(config)
        yield get("https://toy.example/versions")
        return session

    script = Script(stage.clock, versions=[refused("locked"), ok(done=True)])

    stage.run((stage.line(script, sign_in=stepwise), [stage.reading("one")]))

    assert script.paths == ["token", "versions", "versions", "one"]


def test_a_sign_in_refused_ends_all_that_waits_and_nothing_is_sent(stage):
    script = Script(stage.clock, token=refused("forbidden"))

    stage.run((stage.line(script), [stage.writing("one", "two")]))

    assert script.paths == ["token"]
    assert verdicts(stage) == {"one": Verdict.HALT, "two": Verdict.HALT}


@pytest.mark.parametrize("answer", [LOST, UNREACHED, refused("locked"), refused("broken"), refused("spent")])
def test_a_sign_in_that_may_pass_later_lets_what_waits_for_it_wait(stage, answer):
    stage.run((stage.line(Script(stage.clock, token=answer)), [stage.writing("one", "two")]))

    assert verdicts(stage) == {"one": Verdict.WAIT, "two": Verdict.WAIT}


def test_a_sign_in_that_asks_for_credentials_again_halts(stage):
    stage.run((stage.line(Script(stage.clock, token=refused("token"))), [stage.writing("one")]))

    assert verdicts(stage) == {"one": Verdict.HALT}


def test_a_sign_in_that_cannot_work_with_its_settings_halts_without_a_call(stage):
    def broken(config):
        raise SettingsError("the address is not https", "write https:// before the host")
        yield get("/never")

    script = Script(stage.clock)
    stage.run((stage.line(script, sign_in=broken), [stage.writing("one", "two")]))

    assert script.paths == []
    assert [told.fix for told in stage.results.values()] == ["write https:// before the host"] * 2


def test_a_token_that_has_run_out_when_it_comes_is_not_asked_for_in_a_circle(stage):
    def stale(config):
        yield get("https://toy.example/token")
        return Session("https://toy.example", "old", START)

    script = Script(stage.clock)
    stage.run((stage.line(script, sign_in=stale), [stage.writing("one")]))

    assert script.paths == ["token"]
    assert (stage.results["one"].verdict, stage.results["one"].seconds) == (Verdict.WAIT, 60.0)


def test_a_flight_is_not_begun_before_the_sign_in_holds(stage):
    begun = []
    script = Script(stage.clock, token=refused("forbidden"))
    flight = Flight(lambda: wrote("/one"), lambda _: [], lambda: begun.append("one"))

    stage.run((stage.line(script), [[flight]]))

    assert begun == []
