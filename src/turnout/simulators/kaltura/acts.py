"""What people do, and what Kaltura's own staff change: the simulator's door `/_sim/act`."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import convert, to_builtins

from turnout.simulators.kaltura.account.account import Account
from turnout.simulators.kaltura.account.happenings import Deed, Poll, Stretch, Vote
from turnout.simulators.kaltura.account.people import STATUSES, Change
from turnout.simulators.kaltura.account.settings import Settings

What = Mapping[str, Any]


def act(account: Account, what: What, now: float) -> Any:
    """Do `what["do"]`; ValueError or KeyError where it makes no sense."""
    deed = ACTS.get(what.get("do", ""))
    if deed is None:
        raise ValueError(f"known acts are {', '.join(sorted(ACTS))}")
    account.world.edits += 1
    return deed(account, what, now)


def _person(account: Account, what: What, now: float) -> Any:
    """Register somebody, or change a status, the user's fields, or the form's answers."""
    event, user, status = _event(account, what), str(what["user_id"]), what.get("status", "")
    if status and status not in STATUSES:
        raise ValueError(f"{status} is no status: {', '.join(STATUSES)}")
    change = Change(
        at=now,
        event=event,
        user=user,
        status=status,
        origin=what.get("origin", ""),
        fields=what.get("user"),
        data=what.get("data"),
        login=what.get("login", ""),
    )
    account.world.happen(change)
    return to_builtins(account.world.profiles[event, user])


def _delete(account: Account, what: What, now: float) -> Any:
    """Delete a profile: it is never listed again, and nothing tells of it."""
    key = _event(account, what), str(what["user_id"])
    if key not in account.world.profiles:
        raise ValueError(f"{key[1]} has no profile")
    account.world.happen(Change(now, *key, deleted=True))
    return {"deleted": key[1]}


def _watch(account: Account, what: What, now: float) -> Any:
    """Let somebody watch from now on, or from `at`, for so many seconds."""
    stretch = Stretch(
        user=str(what["user_id"]),
        event=_event(account, what),
        entry=what["entry_id"],
        kind=what.get("kind", "live"),
        channel=str(what.get("channel", "")),
        level=what.get("level", "good"),
        at=float(what.get("at", now)),
        seconds=float(what["seconds"]),
        position=float(what.get("position", 0.0)),
        opens=what.get("plays", True),
    )
    account.world.stretches[stretch.user].append(stretch)
    return to_builtins(stretch)


def _deed(account: Account, what: What, now: float) -> Any:
    """Let somebody react, write, ask, raise a hand."""
    deed = Deed(
        user=str(what["user_id"]),
        event=_event(account, what),
        entry=what["entry_id"],
        kind=what["kind"],
        at=float(what.get("at", now)),
        value=what.get("value", ""),
        seconds=float(what.get("seconds", 0.0)),
    )
    account.world.deeds[deed.user].append(deed)
    return to_builtins(deed)


def _poll(account: Account, what: What, now: float) -> Any:
    """Launch a poll."""
    given = {"launched_at": now, "event": _event(account, what), **what["poll"]}
    poll = convert(given, Poll)
    account.world.polls[poll.id] = poll
    return to_builtins(poll)


def _vote(account: Account, what: What, now: float) -> Any:
    """Let somebody answer a poll."""
    poll = account.world.polls[what["poll_id"]]
    vote = Vote(str(what["user_id"]), poll.id, now, list(what.get("options", [])), what.get("text", ""))
    account.world.votes[vote.user].append(vote)
    return to_builtins(vote)


def _settings(account: Account, what: What, _now: float) -> Any:
    """Change settings: what is forbidden, which reports are off, how columns are called, rates, lateness."""
    given = {**to_builtins(account.settings), **what["settings"]}
    changed = convert(given, Settings)
    for name in what["settings"]:
        if not hasattr(changed, name):
            raise ValueError(f"there is no setting {name}")
        setattr(account.settings, name, getattr(changed, name))
    return to_builtins(account.settings)


def _end(account: Account, what: What, _now: float) -> Any:
    """End a session, as an admin may."""
    account.sessions.end(str(what["ks"]))
    return {"ended": True}


def _event(account: Account, what: What) -> int:
    number = int(what.get("event", next(iter(account.world.events), 0)))
    if number not in account.world.events:
        raise ValueError(f"there is no event {number}")
    return number


ACTS: Final[Mapping[str, Callable[[Account, What, float], Any]]] = {
    "person": _person,
    "delete": _delete,
    "watch": _watch,
    "deed": _deed,
    "poll": _poll,
    "vote": _vote,
    "settings": _settings,
    "end_session": _end,
}
