"""What happens at a made-up event, stage by stage, drawn from a seed: people, statuses, numbers, polls."""

from random import Random

from turnout.metrics.catalogue import METRICS
from turnout.records.attendance import Seen, attendance, before, member_values
from turnout.records.derive import NO_EMAIL
from turnout.values.records import Key, Kind, Parking, Record, Value

BINDING = "storm@account"
SESSIONS = ("1_aaaaaaa1", "1_bbbbbbb2", "1_ccccccc3")
PATHS = (
    ("invited", "registered", "confirmed", "participated"),
    ("created", "registered", "attended"),
    ("autoConfirmed", "participated"),
    ("registered", "unregistered"),
    ("registered", "unregistered", "registered", "attended"),
    ("registered", "blocked"),
    ("invited",),
    ("confirmed", "autoConfirmed", "participated", "participatedPostEvent"),
)
STAGES = 3


class World:
    """The records that should stand at each stage; every later stage only adds to what happened."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.stage = 0
        self.people = [f"person{number:02d}{random.randrange(10**6):06d}" for number in range(random.randint(3, 12))]
        self._paths = {person: random.choice(PATHS) for person in self.people}
        self._steps = {person: random.sample(range(STAGES), STAGES) for person in self.people}
        self._rows = {person: self._cells() for person in self.people}
        self._without_email = {person for person in self.people if random.random() < 0.08}

    def email(self, person: str) -> str:
        """Return a person's e-mail, "" for those who have none."""
        return "" if person in self._without_email else f"{person}@example.com"

    def records(self) -> list[Record]:
        """Return what should stand at this stage."""
        made: list[Record] = []
        for person in self.people[: max(1, len(self.people) * (self.stage + 1) // STAGES)]:
            made += self._of(person)
        return made

    def history(self, person: str) -> list[Seen]:
        """Return the statuses a person reached so far."""
        path = self._paths[person]
        reached = max(1, len(path) * (self.stage + 1) // STAGES)
        return [Seen(float(number), word) for number, word in enumerate(path[:reached])]

    def _cells(self) -> list[tuple[str, int, int]]:
        places = [(session, channel) for session in SESSIONS for channel in (0, 330022)]
        return [
            (*place, self._random.randint(0, 9)) for place in self._random.sample(places, self._random.randint(0, 4))
        ]

    def _of(self, person: str) -> list[Record]:
        history = self.history(person)
        status = attendance(history)
        assert status is not None
        member = Key(BINDING, Kind.MEMBER, person)
        made = [
            self._record(person, Key("", Kind.PERSON, person), {"first_name": "Ada", "last_name": person}),
            self._record(person, member, member_values(status, before(history, status)), Key("", Kind.PERSON, person)),
        ]
        for session, channel, plays in self._rows[person]:
            values = self._numbers(session, channel, plays + self.stage)
            made.append(self._record(person, Key(BINDING, Kind.ENGAGEMENT, person, session, channel), values, member))
        if self._rows[person] and self.stage:
            session = self._rows[person][0][0]
            values = {"entry_id": session, "entry_name": "Session", "user": person}
            values |= {"poll_1_type": "crowd vote", "poll_1_question": "Which?", "poll_1_answer": f"x{self.stage}"}
            made.append(self._record(person, Key(BINDING, Kind.POLLS, person, session), values, member))
        return made

    def _numbers(self, session: str, channel: int, plays: int) -> dict[str, Value]:
        values: dict[str, Value] = {"entry_id": session, "entry_name": "Session", "user": "u", "channel_id": channel}
        for metric in METRICS:
            values[metric.name] = None
        return {**values, "plays": plays, "vod_minutes_viewed": plays * 1.25, "high_live_engagement_rate": 12.5}

    def _record(self, person: str, key: Key, values: dict[str, Value], *refs: Key) -> Record:
        email = self.email(person)
        if not email:
            return Record(key, {**values, "email": ""}, refs, Parking.HELD, NO_EMAIL)
        return Record(key, {**values, "email": email}, refs)
