"""Polls of a session, and a person's answers to them -> rows as the inbox keeps them, in launch order."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from turnout.clock import iso
from turnout.sources.kaltura.connection.calls import ask, beside
from turnout.values.bindings import Config
from turnout.values.verdicts import Ruling
from turnout.wire import Talk

OPEN: Final = "OpenAnswers"


def launched(config: Config, entry_id: str) -> Talk[Any]:
    """Return the polls of a session in the order in which Kaltura lists them, or the Ruling that refuses it."""
    data = yield from ask(beside(config, "chat", "/polls/analytics", body={"contextId": entry_id}))
    return data if isinstance(data, Ruling) else list(data.get("analytics") or [])


def answered(config: Config, user: str) -> Talk[Any]:
    """Return all that a person answered, in whatever session, or the Ruling that refuses it."""
    data = yield from ask(beside(config, "chat", "/polls/userAnalytics", body={"userId": user}))
    if isinstance(data, Ruling):
        return data
    return [one for one in (data.get("analytics") or {}).get("interactions") or [] if one.get("hasAnswered")]


def poll_row(event_id: str, entry_id: str, poll: Mapping[str, Any], *, launched_at: float) -> dict[str, Any]:
    """Return the row that tells of a poll that was launched, and of nobody's answer."""
    return {
        "event_id": event_id,
        "entry_id": entry_id,
        "poll_id": str(poll["pollId"]),
        "question": str(poll.get("question") or ""),
        "type": kind(poll),
        "launched_at": iso(launched_at),
    }


def answer_row(launched_row: Mapping[str, Any], user: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of one person's answer: the text they wrote, or the options they chose."""
    options = [str(one.get("option") or "") for one in answer.get("options") or []]
    chosen = [options[number] for number in answer.get("vote") or [] if 0 <= number < len(options)]
    return {
        **launched_row,
        "user_id": user,
        "answer": str(answer.get("openAnswer") or ", ".join(chosen)),
        "answered_at": answer.get("votedAt"),
    }


def kind(poll: Mapping[str, Any]) -> str:
    """Return a poll's visual type in the words that Kaltura's own pages show (facts §5)."""
    if (poll.get("type") or poll.get("pollType")) == OPEN:
        return "Open ended question"
    shown = str(((poll.get("visualization") or poll.get("pollVisualization")) or {}).get("type") or "")
    if any(one.get("isCorrect") for one in poll.get("options") or []):
        return "Correct answer"
    return shown or ("Multiple answer" if poll.get("isAcceptingMultipleVotes") else "Single answer")


def votes(polls: Sequence[Mapping[str, Any]]) -> str:
    """Return what tells whether anyone voted since: the votes of each poll and option."""
    told = []
    for one in polls:
        options = ",".join(str(option.get("nvoted") or 0) for option in one.get("options") or [])
        told.append(f"{one['pollId']}:{one.get('nvoted') or 0}:{options}")
    return " ".join(told)
