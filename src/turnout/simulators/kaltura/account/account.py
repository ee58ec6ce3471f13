"""One imitated account: its settings, its sessions, its world, and what was worked out already."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from random import Random
from typing import Any, Final, TypeVar, cast

from turnout.clock import instant
from turnout.simulators.kaltura.account.sessions import Sessions
from turnout.simulators.kaltura.account.settings import Settings
from turnout.simulators.kaltura.account.world import World

KEPT: Final = 12
MONTH_SECONDS: Final = 30 * 86_400.0
T = TypeVar("T")


class Account:
    """What the services answer from."""

    def __init__(self, settings: Settings, world: World, seed: int = 1) -> None:
        self.settings = settings
        self.world = world
        self.random = Random(f"kaltura {seed}")
        self.sessions = Sessions(settings, self.random)
        self.files: dict[str, bytes] = {}
        self.exports: dict[str, Any] = {}
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def known_until(self, now: float) -> float:
        """Return up to when reports know what happened: historical reports lag behind, and move in steps."""
        step = self.settings.freshness_step_seconds
        return (now - self.settings.freshness_seconds) // step * step

    def reported_from(self) -> float:
        """Return the time before which no report goes: thirty days before the partner was created."""
        return instant(self.settings.partner_created_at) - MONTH_SECONDS

    def kept(self, key: Hashable, made: Callable[[], T]) -> T:
        """Return what was worked out under a key, or work it out; the last few are kept."""
        if key not in self._kept:
            self._kept[key] = made()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return cast("T", self._kept[key])
