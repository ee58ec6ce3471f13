"""The chat service: polls and who answered what, by person or by session."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from turnout.clock import iso
from turnout.simulators.kaltura.account.happenings import Poll, Vote
from turnout.simulators.kaltura.services.bodies import Endpoint, Wanted, invalid


def user_analytics(wanted: Wanted) -> Any:
    """Return the polls that a person was asked, with the last answer to each, in the order of their launch."""
    user = str(wanted.given.get("userId") or "")
    if not user:
        raise invalid("userId is required")
    context = wanted.given.get("contextId")
    votes = {vote.poll: vote for vote in _votes(wanted, user)}
    asked = _asked(wanted, user) | {wanted.account.world.polls[poll].entry for poll in votes}
    found = [
        interaction(poll, votes.get(poll.id))
        for poll in launched(wanted)
        if poll.entry in asked and context in (None, poll.entry)
    ]
    return {"analytics": {"interactions": found}}


def analytics(wanted: Wanted) -> Any:
    """Return the polls of a session, each with how many voted for what."""
    context = str(wanted.given.get("contextId") or "")
    if not context:
        raise invalid("contextId is required")
    last: dict[tuple[str, str], Vote] = {}
    for user in wanted.account.world.votes:
        for vote in _votes(wanted, user):
            last[vote.poll, user] = vote
    found = []
    for poll in launched(wanted):
        if poll.entry == context:
            votes = [vote for (name, _), vote in last.items() if name == poll.id]
            counted = Counter(option for vote in votes for option in vote.options)
            found.append(result(poll, number=len(votes), counted=counted))
    return {"analytics": found}


def launched(wanted: Wanted) -> list[Poll]:
    """Return the polls that were launched by now, in that order."""
    due = [poll for poll in wanted.account.world.polls.values() if poll.launched_at <= wanted.now]
    return sorted(due, key=lambda poll: (poll.launched_at, poll.id))


def interaction(poll: Poll, vote: Vote | None) -> dict[str, Any]:
    """Return a poll as one person met it."""
    shown = {
        "pollId": poll.id,
        "question": poll.question,
        "contextId": poll.entry,
        "pollType": poll.kind,
        "hasAnswered": vote is not None,
        "isAcceptingMultipleVotes": poll.multiple,
        "options": [
            {"option": option, "isCorrect": place == poll.correct} for place, option in enumerate(poll.options)
        ],
    }
    if poll.group_id:
        shown |= {"groupPollId": poll.group_id, "groupPollName": poll.group_name}
    if poll.visual:
        shown["pollVisualization"] = {"type": poll.visual, "icon": poll.icon}
    if vote is not None:
        shown["votedAt"] = iso(vote.at)
        shown |= {"vote": vote.options} if poll.options else {"openAnswer": vote.text}
    return shown


def result(poll: Poll, *, number: int, counted: Counter[int]) -> dict[str, Any]:
    """Return a poll with its counts."""
    shown = {
        "pollId": poll.id,
        "question": poll.question,
        "type": poll.kind,
        "nvoted": number,
        "isAcceptingMultipleVotes": poll.multiple,
        "options": [
            {"option": option, "nvoted": counted[place], "isCorrect": place == poll.correct}
            for place, option in enumerate(poll.options)
        ],
    }
    if poll.visual:
        shown["visualization"] = {"type": poll.visual, "icon": poll.icon}
    return shown


def _votes(wanted: Wanted, user: str) -> Iterator[Vote]:
    votes = (vote for vote in wanted.account.world.votes.get(user, ()) if vote.at <= wanted.now)
    yield from sorted(votes, key=lambda vote: vote.at)


def _asked(wanted: Wanted, user: str) -> set[str]:
    """Return the sessions in which a person was by now."""
    return {one.entry for one in wanted.account.world.stretches.get(user, ()) if one.at <= wanted.now}


ENDPOINTS: Final = (
    Endpoint("chat", "/polls/userAnalytics", user_analytics, ("userId", "contextId"), ("ANALYTICS_BASE",)),
    Endpoint("chat", "/polls/analytics", analytics, ("contextId",), ("ANALYTICS_BASE",)),
)
