from turnout.facts.actions import Interaction, PollAnswer
from turnout.metrics.rows import acted, read_groups


def did(kind: str, value: str = "", *, user: str = "ada", at: float = 5.0, duration_ms: int = 0) -> Interaction:
    return Interaction("kaltura", "9001", user, "1_live0001", kind, at, value, duration_ms)


def answered(poll: str, answer: str, *, user: str = "ada", at: float = 9.0) -> PollAnswer:
    return PollAnswer("kaltura", "9001", "1_live0001", poll, "Why?", "crowd vote", 1.0, user, answer, at)


def parts(done=(), answers=()):
    (row,) = acted(done, answers)
    return row.parts


def test_reactions_count_by_their_kind_and_together():
    done = [did("reaction", value) for value in ("Clap", "Clap", "Heart", "Think", "Wow", "Smile", "Custom")]
    assert parts(done) == {"claps": 2, "hearts": 1, "thinks": 1, "wows": 1, "smiles": 1, "reactions": 7}


def test_messages_threads_hands_and_calendars_count():
    done = [did("chat_message"), did("chat_message"), did("qna_thread"), did("raise_hand"), did("add_to_calendar")]
    assert parts(done) == {"messages": 2, "threads": 1, "hands": 1, "calendars": 1}


def test_time_in_a_room_adds_up_and_the_engaged_part_of_it():
    done = [
        did("room_view", "engaged", duration_ms=2_000),
        did("room_view", "not", duration_ms=500),
        did("mic_on", duration_ms=700),
        did("cam_on", duration_ms=300),
    ]
    assert parts(done) == {"room_ms": 2_500, "room_engaged_ms": 2_000, "mic_ms": 700, "cam_ms": 300}


def test_a_changed_answer_is_one_answered_poll():
    assert parts(answers=[answered("p1", "a"), answered("p1", "b"), answered("p2", "c"), answered("p3", " ")]) == {
        "polls_answered": 2
    }


def test_a_row_names_no_channel_and_spans_the_time_of_all_it_counts():
    (row,) = acted([did("raise_hand", at=5.0), did("raise_hand", at=0.0)], [answered("p1", "x", at=9.0)])
    assert (row.channel_id, row.first_at, row.last_at) == (None, 5.0, 9.0)


def test_a_launched_poll_makes_no_row_but_shows_that_polls_were_read():
    launched = answered("p1", "", user="")
    assert acted([], [launched]) == []
    assert read_groups([], [launched]) == {("9001", "1_live0001", "polls")}


def test_a_coverage_row_names_groups_of_which_nothing_happened():
    covered = did("coverage", "reactions chat", user="")
    assert acted([covered], []) == []
    assert read_groups([covered], []) == {("9001", "1_live0001", "reactions"), ("9001", "1_live0001", "chat")}


def test_any_fact_of_a_group_shows_that_the_group_was_read():
    assert read_groups([did("mic_on", duration_ms=1), did("raise_hand")], []) == {
        ("9001", "1_live0001", "room"),
        ("9001", "1_live0001", "hands"),
    }
