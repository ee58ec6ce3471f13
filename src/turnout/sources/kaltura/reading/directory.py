"""Who is who in reports: some name users, others only e-mail addresses, and both lose characters."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from turnout.sources.kaltura.reading.people import folded
from turnout.sources.kaltura.reading.tables import DELIMITER

LOST_IN_TABLES = str.maketrans({DELIMITER: " ", ";": " ", "\n": " ", "\r": " "})
LOST_IN_CSV = str.maketrans({",": " ", "\n": " ", "\r": " "})


class Directory:
    """Finds users by what a report tells of them; several where a report cannot tell them apart."""

    def __init__(self, emails: Mapping[str, str]) -> None:
        self._emails = {folded(user): email for user, email in emails.items()}
        self._users: dict[str, set[str]] = defaultdict(set)
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._loose: dict[str, set[str]] = defaultdict(set)
        for user in emails:
            self._learn(user)

    def users(self, text: str) -> Sequence[str]:
        """Return the users whose id a report shows so; one that nobody knows is taken as it is."""
        if text not in self._users:
            self._learn(text)
        return sorted(self._users[text])

    def by_email(self, text: str) -> Sequence[str]:
        """Return the users whose e-mail a report shows so: letter by letter, else whatever the capitals."""
        found = self._exact.get(text) or self._loose.get(_loose(text), set())
        return sorted(found) if text.strip() else []

    def everyone(self) -> list[str]:
        """Return all users that are known."""
        return sorted({user for users in self._users.values() for user in users})

    def nameless(self, users: Iterable[str]) -> list[str]:
        """Return those of some users whom a report by e-mail cannot name alone."""
        return [user for user in users if len(self.by_email(_lossy(self._emails.get(folded(user), "")))) != 1]

    def _learn(self, user: str) -> None:
        email = self._emails.get(folded(user), "")
        for table in (LOST_IN_TABLES, LOST_IN_CSV):
            self._users[user.translate(table)].add(user)
            if email.strip():
                self._exact[email.translate(table)].add(user)
                self._loose[_loose(email.translate(table))].add(user)


def _lossy(email: str) -> str:
    return email.translate(LOST_IN_TABLES)


def _loose(email: str) -> str:
    return email.strip().lower()
