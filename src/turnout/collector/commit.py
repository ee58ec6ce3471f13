"""lines -> the log: one write and one sync for all that came meanwhile, and each is told when it is kept."""

import asyncio
from collections.abc import Callable

from turnout.clock import Clock
from turnout.errors import Later
from turnout.inbox.log import Log


class Commits:
    """Group commit: while the disk is busy with some lines, the next ones gather."""

    def __init__(self, log: Log, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        self._log, self._clock, self._loop = log, clock, loop
        self._lines: list[bytes] = []
        self._waiting: list[asyncio.Future[bool]] = []
        self._busy = False
        self.backlog_bytes = 0
        self.failing = ""
        """Why the latest lines could not be kept; empty while all is well."""

    def kept(self, line: bytes) -> asyncio.Future[bool]:
        """Return what becomes True when the line is on the disk, or False when it could not be put there."""
        waiter = self._loop.create_future()
        self._lines.append(line)
        self._waiting.append(waiter)
        self.backlog_bytes += len(line)
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._write)
        return waiter

    async def rotate(self, seconds: float) -> None:
        """Complete segments as they grow old, also while nothing comes, until this is cancelled."""
        while True:
            await asyncio.sleep(seconds)
            if not self._busy:
                self._busy = True
                await self._loop.run_in_executor(None, self._log.rotate, self._clock.now())
                self._next()

    def close(self) -> None:
        """Complete the segment."""
        self._log.close()

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        waiting, self._waiting = self._waiting, []
        self.backlog_bytes = 0
        done = self._loop.run_in_executor(None, _written, self._log, lines, self._clock.now)
        done.add_done_callback(lambda told: self._tell(waiting, told.result()))

    def _tell(self, waiting: list[asyncio.Future[bool]], failing: str) -> None:
        self.failing = failing
        for waiter in waiting:
            if not waiter.done():  # a client that went away cancels its own
                waiter.set_result(not failing)
        self._next()

    def _next(self) -> None:
        if self._lines:
            self._write()
        else:
            self._busy = False


def _written(log: Log, lines: list[bytes], now: Callable[[], float]) -> str:
    """Write lines, and return why they could not be kept, if so."""
    try:
        log.write(lines, now())
    except Later as failure:
        return failure.message
    return ""
