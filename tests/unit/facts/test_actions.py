import pytest

from turnout.facts.actions import Interaction, PollAnswer, interaction, poll_answer
from turnout.facts.columns import Unreadable

ACT = {"event_id": "9001", "user_id": "Ada@Example.com", "entry_id": "1_x", "type": "reaction", "value": "Clap"}
ANSWER = {"event_id": "9001", "entry_id": "1_x", "poll_id": "p1", "question": "Why?", "user_id": "ada", "answer": "So."}


def test_an_interaction_is_read():
    assert interaction({**ACT, "at": "2026-11-21T19:00:00Z"}, "kaltura", 0.0) == Interaction(
        "kaltura", "9001", "ada@example.com", "1_x", "reaction", 1_795_287_600.0, "Clap", 0
    )


@pytest.mark.parametrize("kind", ["mic_on", "cam_on", "room_view"])
def test_what_lasts_must_say_how_long(kind):
    reason = f"duration_ms is missing or negative: a {kind} must say how long"
    assert interaction({**ACT, "type": kind}, "kaltura", 0.0) == Unreadable(reason)
    assert interaction({**ACT, "type": kind, "duration_ms": "-5"}, "kaltura", 0.0) == Unreadable(reason)
    assert isinstance(interaction({**ACT, "type": kind, "duration_ms": 5}, "kaltura", 0.0), Interaction)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"type": "wave"}, "type: 'wave' is none of"),
        ({"user_id": ""}, "user_id is empty"),
        ({"entry_id": ""}, "entry_id is empty"),
        ({"type": "coverage", "value": "everything"}, "value: a coverage names groups of"),
        ({"type": "coverage", "value": ""}, "value: a coverage names groups of"),
    ],
)
def test_an_interaction_that_says_too_little_is_refused(cells, reason):
    found = interaction({**ACT, **cells}, "kaltura", 0.0)
    assert isinstance(found, Unreadable)
    assert found.reason.startswith(reason)


def test_a_coverage_needs_no_user():
    found = interaction({**ACT, "type": "coverage", "value": "chat qna", "user_id": ""}, "kaltura", 0.0)
    assert isinstance(found, Interaction)


def test_an_answer_is_read_whole():
    long = 'An answer, with "quotes" and\nlines. ' * 60
    found = poll_answer({**ANSWER, "answer": long}, "kaltura", 0.0)
    assert isinstance(found, PollAnswer)
    assert (found.answer, found.user_id, found.launched_at) == (long, "ada", 0.0)


def test_a_launched_poll_needs_no_user():
    found = poll_answer({**ANSWER, "user_id": "", "answer": ""}, "kaltura", 0.0)
    assert isinstance(found, PollAnswer)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"user_id": ""}, "user_id is empty although there is an answer"),
        ({"question": ""}, "question is empty"),
        ({"poll_id": " "}, "poll_id is empty"),
    ],
)
def test_an_answer_that_says_too_little_is_refused(cells, reason):
    assert poll_answer({**ANSWER, **cells}, "kaltura", 0.0) == Unreadable(reason)
