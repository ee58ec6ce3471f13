import pytest

from turnout.values.verdicts import Rule, Rules, Ruling, Verdict

RULES = Rules.of(
    "Acme",
    Rule("601", Verdict.REAUTH, "the token is not valid"),
    Rule("6*", Verdict.HALT, "the account says no"),
    Rule("61*", Verdict.WAIT, "too fast", "wait", 20.0),
)


@pytest.mark.parametrize(("code", "verdict"), [("601", Verdict.REAUTH), ("602", Verdict.HALT), ("615", Verdict.WAIT)])
def test_the_longest_match_decides(code: str, verdict: Verdict) -> None:
    assert RULES.for_record(code).verdict is verdict


def test_a_code_that_no_table_lists_rejects_the_record() -> None:
    assert RULES.for_record("1999", "odd").verdict is Verdict.REJECT


def test_a_code_that_no_table_lists_halts_on_a_whole_reply() -> None:
    assert RULES.for_reply("1999", "odd").verdict is Verdict.HALT


def test_a_ruling_keeps_the_vendors_words_and_how_long_to_wait() -> None:
    assert RULES.for_reply("615", "slow down") == Ruling(
        Verdict.WAIT, "615", "slow down", "too fast", fix="wait", seconds=20.0
    )


def test_a_rulings_sentence_tells_the_meaning_the_vendors_words_and_the_way_out() -> None:
    assert RULES.for_reply("615", "slow down").sentence() == "too fast (615: slow down); wait"


def test_a_code_listed_twice_is_a_bug() -> None:
    rule = Rule("601", Verdict.REAUTH, "the token is not valid")
    with pytest.raises(AssertionError, match="twice"):
        Rules.of("Acme", rule, rule)
