"""The partners whose players a collector listens to, and the secrets that their sessions are signed with.

They stand in one file that is encrypted with the home's key: a collector needs no database.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from turnout.secrets import Vault

FILE: Final = "partners"

Partners = Mapping[str, tuple[str, ...]]
"""The secrets of each partner by its id, the newest first; none where sessions cannot be opened."""


def partners(home: Path, vault: Vault) -> Partners:
    """Return all partners that are known."""
    file = home / FILE
    if not file.exists():
        return {}
    return msgspec.json.decode(vault.opened(file.read_bytes()), type=dict[str, tuple[str, ...]])


def save_partners(home: Path, vault: Vault, known: Partners) -> None:
    """Write all partners that are known; the file is readable by its owner alone."""
    aside = home / f".{FILE}.{os.getpid()}"
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        out.write(vault.sealed(msgspec.json.encode(known)))
        out.flush()
        os.fsync(out.fileno())
    aside.replace(home / FILE)
