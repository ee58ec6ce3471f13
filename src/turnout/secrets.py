"""Secrets kept encrypted, with a key outside the database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from turnout.errors import SettingsError

KEY_VARIABLE = "TURNOUT_KEY"


class Vault:
    """Seals and opens secrets. The first key seals; all keys open, so that a key can be rotated."""

    def __init__(self, keys: list[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def sealed(self, plain: bytes) -> bytes:
        """Return `plain` encrypted."""
        return self._fernet.encrypt(plain)

    def opened(self, sealed: bytes) -> bytes:
        """Return what was sealed; SettingsError where none of the keys opens it."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as failure:
            raise SettingsError(
                "the stored secrets cannot be opened with this key",
                f"restore the key file that belongs to this database, or set {KEY_VARIABLE}",
            ) from failure


def vault(home: Path) -> Vault:
    """Return the vault of a home: keys from TURNOUT_KEY (comma-separated), else from its key file, made if absent.

    The file is readable by its owner alone. Raises SettingsError where a key is malformed or cannot be read.
    """
    given = os.environ.get(KEY_VARIABLE, "")
    try:
        lines = given.split(",") if given else _key_file(home).read_text().split()
        return Vault([line.strip().encode() for line in lines])
    except OSError as failure:
        raise SettingsError(f"the encryption key cannot be read: {failure}", "see who may read the file") from failure
    except ValueError as failure:
        raise SettingsError(
            "the encryption key is malformed", "a key is 32 bytes in URL-safe base64, one a line"
        ) from failure


def _key_file(home: Path) -> Path:
    """Return the key file; a new one gets its name when it is whole, and only where no other process was first."""
    file = home / "key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        aside = home / f".key.{uuid4().hex}"
        try:
            _write_key(aside)
            with suppress(FileExistsError):
                os.link(aside, file)
        finally:
            aside.unlink(missing_ok=True)
        with _folder(home) as descriptor:
            os.fsync(descriptor)
    return file


def _write_key(file: Path) -> None:
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(Fernet.generate_key() + b"\n")
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _folder(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
