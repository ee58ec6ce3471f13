"""The reasons to stop, each with what a person should do next.

    TurnoutError            everything below; caught only by the faces in `apps`
    |-- InputError          a file or an argument cannot be used         (exit 2)
    |-- SettingsError       a setting or a credential is wrong           (exit 2)
    |-- Halted              a person must act before this goes on        (exit 3)
    `-- Later               nothing is wrong, but not now                (exit 75)

What became of one record is never an exception: it is an `Outcome`.
"""

from typing import ClassVar


class TurnoutError(Exception):
    """A reason to stop: a message for people, and a hint at the way out."""

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(TurnoutError):
    """A file or an argument cannot be used as it is."""


class SettingsError(TurnoutError):
    """A setting, a credential or a name in the settings is wrong."""


class Halted(TurnoutError):
    """Work stopped until a person acts; what is owed is kept."""

    exit_code = 3


class Later(TurnoutError):
    """Nothing is wrong, but it cannot be done now: come back later."""

    exit_code = 75
