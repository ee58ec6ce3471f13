import pytest

from turnout.sources.kaltura.reading.polls import answer_row, kind, poll_row, votes

POLL = {
    "pollId": "p",
    "question": "Where?",
    "type": "OptionsPoll",
    "options": [{"option": "here"}, {"option": "there"}],
}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"type": "OpenAnswers"}, "Open ended question"),
        ({"visualization": {"type": "rating scale"}}, "rating scale"),
        ({"pollVisualization": {"type": "crowd vote"}}, "crowd vote"),
        ({"options": [{"option": "a", "isCorrect": True}], "visualization": {"type": "crowd vote"}}, "Correct answer"),
        ({"isAcceptingMultipleVotes": True}, "Multiple answer"),
        ({}, "Single answer"),
    ],
)
def test_the_type_is_what_kalturas_own_pages_show(more, words):
    assert kind({**POLL, **more}) == words


def test_an_answer_is_the_text_or_the_options_that_were_chosen():
    row = poll_row("9001", "1_a", POLL, launched_at=0.0)
    chosen = answer_row(row, "bob", {**POLL, "vote": [1, 0, 7], "votedAt": "2026-11-21T19:24:30.000Z"})
    written = answer_row(row, "bob", {**POLL, "openAnswer": "Leeds, UK"})
    assert (chosen["answer"], chosen["answered_at"]) == ("there, here", "2026-11-21T19:24:30.000Z")
    assert (written["answer"], written["question"]) == ("Leeds, UK", "Where?")


def test_votes_differ_once_somebody_votes():
    more = {**POLL, "nvoted": 1, "options": [{"option": "here", "nvoted": 1}]}
    assert (votes([POLL]), votes([more])) == ("p:0:0,0", "p:1:1")
