import pytest
from tests.unit.delivery.stage import SECRET, START, TOKEN, Script, Stage, ok, read, refused, wrote

from turnout.clock import VirtualClock
from turnout.delivery.line import silence
from turnout.destinations.kit import Session
from turnout.errors import SettingsError
from turnout.state.journal import Call
from turnout.values.verdicts import Verdict
from turnout.wire import Reply, Silence, form, get, post


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def silent(stage):
    return stage.line(Script(stage.clock))


def test_a_write_whose_answer_was_lost_is_unsure():
    assert silence(post("/member"), Silence(left=True, reason="cut")).verdict is Verdict.UNSURE


def test_a_write_that_never_left_goes_again():
    assert silence(post("/member"), Silence(left=False, reason="refused")).verdict is Verdict.RETRY


@pytest.mark.parametrize("left", [True, False])
def test_a_read_without_an_answer_goes_again(left):
    assert silence(get("/member"), Silence(left=left, reason="cut")).verdict is Verdict.RETRY


def test_a_reading_call_is_never_unsure(silent):
    ruled = silent.ruled(get("/member"), refused("broken"))

    assert (ruled.verdict, ruled.code) == (Verdict.RETRY, "broken")
    assert silent.ruled(post("/member"), refused("broken")).verdict is Verdict.UNSURE


@pytest.mark.parametrize(("request_", "verdict"), [(post("/member"), Verdict.UNSURE), (get("/member"), Verdict.RETRY)])
def test_an_answer_that_cannot_be_read_is_a_ruling_with_its_words(silent, request_, verdict):
    ruled = silent.ruled(request_, Reply(400, {}, b'{"unheard": "of"}'))

    assert (ruled.verdict, ruled.code) == (verdict, "unreadable")
    assert ruled.words == f"{request_.method} /member: KeyError 'code'"


def test_an_answer_that_went_well_is_for_the_talk_to_read(silent):
    assert silent.ruled(post("/member"), ok(done=True)) is None


@pytest.mark.parametrize(("session", "usable"), [
    (None, False),
    (Session("https://toy.example", TOKEN), True),
    (Session("https://toy.example", TOKEN, START + 4), False),
    (Session("https://toy.example", TOKEN, START + 60), True),
])  # fmt: skip
def test_a_session_that_is_about_to_run_out_is_not_used(silent, session, usable):
    silent.session = session

    assert silent.usable() is usable


def test_the_journal_has_each_call_and_what_came_of_it(stage):
    line = stage.line(Script(stage.clock))

    line.note(post("/member"), refused("locked"), ruling=line.ruled(post("/member"), refused("locked")),
              sent_at=START - 2.5, batch="b.1")  # fmt: skip

    assert stage.calls == [
        Call("toy", START - 2.5, 2.5, "POST", "/member", True, 400, "retry", "in the vendor's words", "", "b.1")
    ]


def test_the_journal_keeps_the_vendors_own_number_of_a_call(stage):
    line = stage.line(Script(stage.clock))

    line.note(get("/member"), ok(), ruling=None, sent_at=START, batch="")

    assert stage.calls[0].request_id == "r-1"


def test_no_secret_reaches_the_journal(stage):
    line = stage.line(Script(stage.clock, member=refused("refused")))
    stage.run((line, [[stage.flight("one", lambda: wrote("/member")), stage.flight("two", lambda: read("/x?q=a"))]]))
    line.note(form(f"https://toy.example/token?client_secret={SECRET}", {"client_secret": SECRET}), ok(token=TOKEN),
              ruling=None, sent_at=START, batch="")  # fmt: skip

    told = repr(stage.calls)

    assert len(stage.calls) == 4
    assert SECRET not in told
    assert TOKEN not in told
    assert "?" not in told


@pytest.mark.parametrize("share", ["half", "0", "-5", "nan", "inf", "101", "50 of 100"])
def test_a_share_that_is_no_number_of_percent_is_named(share):
    stage = Stage()

    with pytest.raises(SettingsError, match="share_percent of 'toy'") as refusal:
        stage.line(Script(stage.clock), share=share)

    assert refusal.value.hint == "set it to the part of the account's limits that Turnout may use, e.g. 50"


@pytest.mark.parametrize(("share", "calls"), [("50", 50), ("25%", 25), (" 100 % ", 100), ("0.5", 1)])
def test_the_share_is_read_as_people_write_it(share, calls):
    assert Stage().line(Script(VirtualClock()), share=share).pace.calls == calls


def test_a_secret_that_a_sign_in_changed_is_written_down_before_the_session_is_used():
    stage, kept = Stage(), []
    line = stage.line(Script(stage.clock))
    line.keep = lambda changed: kept.append((changed, line.session))

    line.begin(Session("https://toy", TOKEN, keep={"refresh_token": "r2"}))

    assert kept == [({"refresh_token": "r2"}, None)]
    assert line.session is not None
    assert line.config.get("refresh_token") == "r2"


def test_a_session_that_changed_nothing_writes_nothing_down():
    stage, kept = Stage(), []
    line = stage.line(Script(stage.clock))
    line.keep = kept.append

    line.begin(Session("https://toy", TOKEN))

    assert kept == []
