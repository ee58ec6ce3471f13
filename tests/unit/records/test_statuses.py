import pytest

from turnout.records.statuses import (
    CODE_STEPS,
    LABEL_STEPS,
    STATUSES,
    Wanted,
    Words,
    label_of,
    successful,
    vocabulary_seen,
    wanted,
)

CODES = ("Created", "Invited", "Registered", "Confirmed", "autoConfirmed", "Attended", "Participated")
CODES = (*CODES, "Blocked", "Un-registered")
LABELS = (
    "SSO login",
    "Invited by team member",
    "Invited by team member to register",
    "Registered",
    "Confirmed email",
    "Registered no confirmation required",
    "Pre-event visit",
    "During-event visit",
    "Blocked",
    "Un-registered",
)
SEED_LABELS = (*LABELS[:6], "Pre-event visit")
LADDER = ("Created", "Invited", "Registered", "Confirmed", "Attended", "Participated")

TABLE = [
    # word, code, step, success, label, what Kaltura's own page shows
    ("created", "Created", 10, False, "Invited by team member", "Invited"),
    ("invited", "Invited", 20, False, "Invited by team member", "Invited"),
    ("invitedPendingRegistration", "Invited", 20, False, "Invited by team member to register", "Invited"),
    ("registered", "Registered", 30, True, "Registered", "Registered"),
    ("confirmed", "Confirmed", 40, True, "Confirmed email", "Registered"),
    ("autoConfirmed", "autoConfirmed", 40, True, "Registered no confirmation required", "Registered"),
    ("attended", "Attended", 50, True, "Pre-event visit", "Attended"),
    ("participated", "Participated", 60, True, "During-event visit", "Attended"),
    ("participatedPostEvent", "Attended", 50, True, "Post-event visit", "Attended"),
    ("blocked", "Blocked", 70, False, "Blocked", "Blocked"),
    ("unregistered", "Un-registered", 80, False, "Un-registered", "Un-registered"),
]


def values(word: str, *, sso: bool = False, **more: str) -> dict[str, str]:
    return {"status": word, "label": label_of(word, sso), **more}


def test_the_table_is_the_designs() -> None:
    assert [(s.word, s.code, s.step, s.success, s.label, s.shown) for s in STATUSES] == TABLE


def test_a_visit_after_the_event_ranks_between_attended_and_participated() -> None:
    assert [s.rank for s in STATUSES if s.word in ("attended", "participatedPostEvent", "participated")] == [50, 60, 55]


def test_only_blocked_and_un_registered_lie_outside_the_ladder() -> None:
    assert [s.word for s in STATUSES if not s.ladder] == ["blocked", "unregistered"]


def test_nine_codes_are_provisioned_with_their_steps() -> None:
    assert dict(zip(CODES, (10, 20, 30, 40, 40, 50, 60, 70, 80), strict=True)) == CODE_STEPS


def test_the_labels_list_of_the_seed_and_the_missing_three_are_provisioned() -> None:
    assert dict(zip(LABELS, (10, 20, 20, 30, 40, 40, 50, 60, 70, 80), strict=True)) == LABEL_STEPS


@pytest.mark.parametrize(("step", "success"), [(20, False), (30, True), (60, True), (70, False)])
def test_success_is_having_registered_or_more(step: int, success: bool) -> None:
    assert successful(step) is success


@pytest.mark.parametrize(
    ("labels", "vocabulary"),
    [
        (CODES, "codes"),
        (LABELS, "labels"),
        (SEED_LABELS, "labels"),
        (("Sent", "Responded", "Invited by team member", "During-event visit"), "labels"),
        (("Invited", "Registered", "Attended"), "codes"),
        (("Sent", "Responded"), ""),
        (("Sent", "Registered", "Blocked", "Un-registered"), ""),
        ((), ""),
    ],
)
def test_the_vocabulary_is_detected_from_what_the_account_has(labels: tuple[str, ...], vocabulary: str) -> None:
    assert vocabulary_seen(labels) == vocabulary


@pytest.mark.parametrize(("word", "code", "step"), [(row[0], row[1], row[2]) for row in TABLE])
def test_under_codes_each_word_has_its_code(word: str, code: str, step: int) -> None:
    found = wanted(values(word), Words("codes"), CODES)
    assert (found.label, found.step, found.finding) == (code, step, "")


@pytest.mark.parametrize(
    ("word", "label", "rank", "step"),
    [
        ("created", "Invited by team member", 20, 20),
        ("invited", "Invited by team member", 20, 20),
        ("invitedPendingRegistration", "Invited by team member to register", 20, 20),
        ("registered", "Registered", 30, 30),
        ("confirmed", "Confirmed email", 40, 40),
        ("autoConfirmed", "Registered no confirmation required", 40, 40),
        ("attended", "Pre-event visit", 50, 50),
        ("participated", "During-event visit", 60, 60),
        ("blocked", "Blocked", 70, 70),
        ("unregistered", "Un-registered", 80, 80),
    ],
)
def test_under_labels_each_word_has_its_label(word: str, label: str, rank: int, step: int) -> None:
    assert wanted(values(word), Words("labels"), LABELS) == Wanted(label, rank, step)


def test_who_came_by_single_sign_on_stands_on_the_lowest_step() -> None:
    assert wanted(values("created", sso=True), Words("labels"), LABELS) == Wanted("SSO login", 10, 10)


def test_a_created_attendee_ranks_below_an_invited_one_under_codes() -> None:
    assert wanted(values("created"), Words("codes"), CODES) == Wanted("Created", 10, 10)


def test_an_account_with_a_post_event_label_gets_it() -> None:
    found = wanted(values("participatedPostEvent"), Words("labels"), (*LABELS, "Post-event visit"))
    assert found == Wanted("Post-event visit", 55, 50)


def test_an_account_without_a_post_event_label_keeps_the_status_before() -> None:
    told = values("participatedPostEvent", before="attended", before_label="Pre-event visit")
    assert wanted(told, Words("labels"), LABELS) == Wanted("Pre-event visit", 50, 50)


def test_a_post_event_visit_without_label_or_a_status_before_is_a_finding() -> None:
    found = wanted(values("participatedPostEvent"), Words("labels"), LABELS)
    assert found.finding == "the account has no status 'Post-event visit' for Kaltura's 'participatedPostEvent'"


def test_a_label_that_the_account_lacks_is_a_finding() -> None:
    found = wanted(values("blocked"), Words("labels"), SEED_LABELS)
    assert found.finding == "the account has no status 'Blocked' for Kaltura's 'blocked'"


def test_an_own_map_gives_each_word_its_label() -> None:
    assert wanted(values("attended"), Words("map", {"attended": "Came"}), ("Came",)) == Wanted("Came", 50, 50)


def test_a_word_that_the_map_leaves_out_is_a_finding() -> None:
    found = wanted(values("attended"), Words("map", {"registered": "Came"}), ("Came",))
    assert found.finding.startswith("no status of the account stands for Kaltura's 'attended'")


def test_an_account_with_neither_vocabulary_is_a_finding() -> None:
    found = wanted(values("attended"), Words(""), ("Sent", ""))
    assert found.finding.endswith("provision the statuses, or map the word to one")


@pytest.mark.parametrize(
    ("vocabulary", "label", "rank"),
    [
        ("codes", "Created", 10),
        ("codes", "Attended", 50),
        ("codes", "Pre-event visit", None),
        ("labels", "Pre-event visit", 50),
        ("labels", "Post-event visit", 55),
        ("labels", "Attended", None),
        ("labels", "Sent", None),
    ],
)
def test_a_label_has_its_place_on_the_ladder_in_its_own_vocabulary(
    vocabulary: str, label: str, rank: int | None
) -> None:
    assert Words(vocabulary).rank(label) == rank


def test_under_codes_the_places_rise_step_by_step() -> None:
    assert [Words("codes").rank(code) for code in LADDER] == [10, 20, 30, 40, 50, 60]


def test_a_label_that_a_map_gives_several_words_has_the_highest_place() -> None:
    own = {"registered": "In", "confirmed": "In", "nonsense": "In"}
    assert Words("map", own).rank("In") == 40


def test_a_label_outside_a_map_has_no_place() -> None:
    assert Words("map", {"registered": "In"}).rank("Registered") is None


@pytest.mark.parametrize(
    ("words", "label", "outside"),
    [
        (Words("codes"), "Blocked", True),
        (Words("labels"), "Un-registered", True),
        (Words("labels"), "Registered", False),
        (Words("map", {"blocked": "Barred", "registered": "Blocked"}), "Barred", True),
        (Words("map", {"blocked": "Barred", "registered": "Blocked"}), "Blocked", False),
    ],
)
def test_what_lies_outside_the_ladder_follows_the_bindings_words(words: Words, label: str, outside: bool) -> None:
    assert words.outside(label) is outside
