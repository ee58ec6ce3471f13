"""A line to an account: its sign-in, its pace, its journal; a request goes out signed and comes back ruled on."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final

from msgspec.structs import replace

from turnout.clock import Clock
from turnout.delivery.pace import Pace
from turnout.destinations.kit import Party, Session, Vendor
from turnout.errors import SettingsError
from turnout.state.journal import Call
from turnout.values.bindings import Config
from turnout.values.verdicts import Ruling, Verdict
from turnout.wire import Answer, Reply, Request, Send, Silence

REQUEST_ID_HEADERS: Final = ("x-request-id", "sforce-request-id")
UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What reading an answer raises where it has a form that nobody documented."""


class Line:
    """All that is needed to call one account: of a destination, or of a source."""

    def __init__(
        self,
        party: Party,
        config: Config,
        *,
        send: Send,
        clock: Clock,
        journal: Callable[[Call], None],
        keep: Callable[[Mapping[str, str]], None] = lambda changed: None,
    ) -> None:
        self.party = party
        self.config = config
        self.send = send
        self.pace = Pace(party.limits_for(config), share_percent(config))
        self.session: Session | None = None
        self.calls = 0
        self._clock = clock
        self._journal = journal
        self.keep = keep

    @property
    def vendor(self) -> Vendor:
        """Return the destination at the other end; a line to a source has none."""
        assert isinstance(self.party, Vendor), f"{self.config.name} is no destination"
        return self.party

    def begin(self, session: Session) -> None:
        """Take a session; settings that the sign-in changed are written down before it is used."""
        if session.keep:
            self.keep(session.keep)
            self.config = Config(self.config.kind, self.config.name, {**self.config.settings, **session.keep})
        self.session = session

    def signed(self, request: Request) -> Request:
        """Return `request` with the account's address and token; a sign-in's own is absolute already."""
        made = self.party.signed(request, self.session) if self.session else request
        return made if getattr(self.send, "streams", False) else made.whole()

    def usable(self) -> bool:
        """Return whether a sign-in holds; one that is about to run out does not."""
        session = self.session
        return session is not None and not 0 < session.expires_at <= self._clock.now() + 5

    def ruled(self, request: Request, answer: Answer) -> Ruling | None:
        """Rule on an answer as a whole; None where the talk should read it."""
        if isinstance(answer, Silence):
            return silence(request, answer)
        try:
            ruling = self.party.judged(request, answer)
        except UNREADABLE as failure:
            return unreadable(request, failure)
        if ruling and ruling.verdict is Verdict.UNSURE and not request.writing:
            return replace(ruling, verdict=Verdict.RETRY)  # a reading call changes nothing, whatever became of it
        return ruling

    def note(self, request: Request, answer: Answer, *, ruling: Ruling | None, sent_at: float, batch: str) -> None:
        """Write a call and what came of it into the journal. No header and no body: no secret gets there."""
        self.calls += 1
        reply = answer if isinstance(answer, Reply) else Reply(0)
        self._journal(
            Call(
                account=self.config.name,
                at=sent_at,
                seconds=round(self._clock.now() - sent_at, 3),
                method=request.method,
                path=request.path,
                writing=request.writing,
                status=reply.status,
                verdict=ruling.verdict if ruling else "",
                words=ruling.words[:500] if ruling else "",
                request_id=_request_id(reply),
                batch=batch,
            )
        )


def share_percent(config: Config) -> float:
    """Return the share of the account's limits that is granted; SettingsError where it is no number of percent."""
    text = config.get("share_percent", "50").strip().removesuffix("%").strip()
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not isfinite(share) or not 0 < share <= 100:
        raise SettingsError(
            f"share_percent of {config.name!r} is {text!r}, and not a number above 0 and up to 100",
            "set it to the part of the account's limits that Turnout may use, e.g. 50",
        )
    return share


def unreadable(request: Request, failure: Exception) -> Ruling:
    """Return what an answer means that cannot be read: a write may have acted, a read is asked again later."""
    verdict = Verdict.UNSURE if request.writing else Verdict.RETRY
    words = f"{request.method} {request.path}: {type(failure).__name__} {str(failure)[:200]}"
    return Ruling(verdict, "unreadable", words, "the account's answer has a form that Turnout does not know")


def silence(request: Request, answer: Silence) -> Ruling:
    """Return what no answer means: it left -> UNSURE for a write; it never left, or was a read -> RETRY."""
    if answer.left and request.writing:
        meaning = "the answer was lost; the account may have acted"
        return Ruling(Verdict.UNSURE, "no answer", answer.reason, meaning)
    return Ruling(Verdict.RETRY, "no answer", answer.reason, "the account did not answer", "see that it can be reached")


def _request_id(reply: Reply) -> str:
    named = next((reply.headers[name] for name in REQUEST_ID_HEADERS if name in reply.headers), "")
    data = reply.data() if not named and reply.body[:1] == b"{" and len(reply.body) < 100_000 else None
    return named or str(data.get("requestId") or "" if isinstance(data, dict) else "")
