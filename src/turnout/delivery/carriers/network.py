"""Requests over the network, by httpx2; its exceptions become Silence here and nowhere else."""

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx2

from turnout import __version__
from turnout.wire import Answer, Reply, Request, Silence

NEVER_LEFT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Network:
    """Sends requests and keeps connections open between them. Redirects are not followed.

    How many calls are on their way is the pace's to decide, by account: a limit here would let one slow
    account hold up the others.
    """

    streams = True  # a body in pieces goes out piece by piece

    def __init__(self, *, kept: int = 32) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=kept)
        self._client = httpx2.Client(
            limits=limits,
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is kept: accounts may share a host
            headers={"User-Agent": f"turnout/{__version__}", "Accept": "application/json, text/csv;q=0.9, */*;q=0.1"},
        )

    def __call__(self, request: Request) -> Answer:
        try:
            reply = self._client.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.pieces() if request.pieces else request.body,
                timeout=request.timeout_seconds,
            )
        except NEVER_LEFT as failure:
            return Silence(left=False, reason=_told(failure))
        except (httpx2.RequestError, httpx2.InvalidURL) as failure:
            return Silence(left=not isinstance(failure, httpx2.InvalidURL), reason=_told(failure))
        return Reply(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.content)

    def close(self) -> None:
        """Close the open connections."""
        self._client.close()


def _told(failure: Exception) -> str:
    if isinstance(failure, httpx2.LocalProtocolError):
        return type(failure).__name__  # its words quote our own headers, and so the token
    return f"{type(failure).__name__}: {failure}"
