"""People of an event: changed profiles by their watermark, their names, and a census where the totals differ."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct

from turnout.sources.kaltura.connection.calls import PAGE
from turnout.sources.kaltura.pulling.told import Work, reading
from turnout.sources.kaltura.reading import people
from turnout.sources.kaltura.reading.people import Known, Watermark
from turnout.values.flights import Flight
from turnout.values.verdicts import Ruling

PROFILES: Final = "user profiles"
USERS: Final = "users' names and e-mail addresses"
INSTANT: Final = 0.001
"""A census begins after all that was read before it, however coarse the clock."""

Profile = Mapping[str, Any]


class Census(Struct, frozen=True):
    """A count of all profiles under way: since when, and how many were gone through; `since` 0: none."""

    since: float = 0.0
    offset: int = 0


class PeoplePull:
    """Reads the registrations of an event."""

    def __init__(self, work: Work, app: str) -> None:
        self._config, self._keeping, self._told = work.config, work.keeping, work.told
        self._app = app
        if self._keeping.seen("nameless", bool).get("people"):
            for kind in ("nameless", "watermark", "profile"):  # names were refused the last time: all come again
                self._keeping.forget(kind)

    def flights(self) -> list[Flight]:
        """Return the flight that reads the next page; it brings those after it."""
        mark = self._keeping.seen("watermark", Watermark).get("people", Watermark())
        return [reading(self._told, PROFILES, partial(people.page, self._config, self._app, mark), then=self._page)]

    def count(self) -> list[Flight]:
        """Return the flight that counts the profiles, and goes through all where that differs from what is known."""
        talk = partial(people.counted, self._config, self._app)
        return [reading(self._told, PROFILES, talk, then=self._counted)]

    def emails(self) -> dict[str, str]:
        """Return the e-mail of every user of the event that is known, as Kaltura has it."""
        return {one.user: one.email for one in self._keeping.seen("profile", Known).values()}

    def _page(self, profiles: Sequence[Profile]) -> list[Flight]:
        mark = self._keeping.seen("watermark", Watermark).get("people", Watermark())
        following, more = people.after(mark, profiles)
        return self._named(profiles, {"watermark": {"people": following}}, self.flights if more else None)

    def _named(self, profiles: Sequence[Profile], seen: Mapping[str, Any], onward: Any) -> list[Flight]:
        """Look up the names of those whose profile changed, then keep all; `onward` makes the flights after that."""
        known = self._keeping.seen("profile", Known, names=[str(one["id"]) for one in profiles])
        fresh = [one for one in profiles if _changed(one, known.get(str(one["id"])))]

        def kept(users: Any) -> list[Flight]:
            if isinstance(users, Ruling):
                self._told.refuse(USERS, users)
                if self._told.later:
                    return []
                self._keeping.write({}, {"nameless": {"people": True}})
                users = {}
            self._keep(fresh, users, known=known, seen=seen)
            return list(onward()) if onward else []

        if not fresh:
            return kept({})
        return [Flight(talk=partial(people.users, [str(one["userId"]) for one in fresh]), end=kept, stream=USERS)]

    def _keep(
        self,
        fresh: Sequence[Profile],
        users: Mapping[str, Profile],
        *,
        known: Mapping[str, Known],
        seen: Mapping[str, Any],
    ) -> None:
        rows: list[Mapping[str, Any]] = []
        profiles = {}
        for one in fresh:
            user = users.get(people.folded(str(one["userId"])), {})
            rows += people.rows(self._keeping.event_id, one, user, known=known.get(str(one["id"])))
            profiles[str(one["id"])] = Known(
                str(one["userId"]),
                str((one.get("eventData") or {}).get("attendanceStatus") or ""),
                str(one.get("updatedAt") or ""),
                people.email_of(one, user),
            )
        kept = self._keeping.write({"registrations": rows}, {"profile": profiles, **seen})
        self._told.new.update(kept.new)
        self._told.people += len(fresh)
        self._told.unreadable += kept.refused

    def _counted(self, total: int) -> list[Flight]:
        there = sum(bool(one.updated_at) for one in self._keeping.seen("profile", Known).values())
        under_way = self._keeping.seen("census", Census).get("people", Census())
        if total == there and not under_way.since:
            return []
        if not under_way.since:
            self._keeping.write({}, {"census": {"people": Census(self._keeping.now() + INSTANT)}})
        return self._going_through()

    def _going_through(self) -> list[Flight]:
        state = self._keeping.seen("census", Census)["people"]
        talk = partial(people.census, self._config, self._app, state.offset)
        return [reading(self._told, PROFILES, talk, then=self._gone_through)]

    def _gone_through(self, profiles: Sequence[Profile]) -> list[Flight]:
        """Note who is there; whom nobody listed until the end is gone, and who was missed is read now."""
        state = self._keeping.seen("census", Census)["people"]
        names = [str(one["id"]) for one in profiles]
        known = self._keeping.seen("profile", Known, names=names)
        self._keeping.write({}, {"profile": known}, read_at=state.since)
        last = len(profiles) < PAGE
        following = Census(state.since, state.offset + len(profiles))
        return self._named(profiles, {"census": {"people": following}}, self._ended if last else self._going_through)

    def _ended(self) -> list[Flight]:
        state = self._keeping.seen("census", Census)["people"]
        missing = self._keeping.seen("profile", Known, names=self._keeping.unseen("profile", state.since))
        gone = {name: Known(one.user, one.status, "", one.email) for name, one in missing.items() if one.updated_at}
        self._keeping.write({}, {"profile": gone, "census": {"people": Census()}})
        self._told.gone += sorted(one.user for one in gone.values())
        return []


def _changed(profile: Profile, known: Known | None) -> bool:
    return known is None or known.updated_at != str(profile.get("updatedAt") or "")
