"""A line to an account: its sign-in, its pace, its journal; a request goes out signed and comes back ruled on."""

from collections.abc import Callable

from turnout.clock import Clock
from turnout.delivery.pace import Pace
from turnout.destinations.kit import Session, Vendor
from turnout.state.journal import Call
from turnout.values.bindings import Config
from turnout.values.verdicts import Ruling, Verdict
from turnout.wire import Answer, Reply, Request, Send, Silence

REQUEST_ID_HEADERS = ("x-request-id", "sforce-request-id")


class Line:
    """All that is needed to call one account."""

    def __init__(
        self, vendor: Vendor, config: Config, *, send: Send, clock: Clock, journal: Callable[[Call], None]
    ) -> None:
        self.vendor = vendor
        self.config = config
        self.send = send
        self.pace = Pace(vendor.limits, float(config.get("share_percent", "50")))
        self.session: Session | None = None
        self.calls = 0
        self._clock = clock
        self._journal = journal

    def signed(self, request: Request) -> Request:
        """Return `request` with the account's address and token; a sign-in's own is absolute already."""
        return self.vendor.signed(request, self.session) if self.session else request

    def usable(self) -> bool:
        """Return whether a sign-in holds; one that is about to run out does not."""
        session = self.session
        return session is not None and not 0 < session.expires_at <= self._clock.now() + 5

    def ruled(self, request: Request, answer: Answer) -> Ruling | None:
        """Rule on an answer as a whole; None where the talk should read it."""
        if isinstance(answer, Silence):
            return silence(request, answer)
        return self.vendor.judged(request, answer)

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
