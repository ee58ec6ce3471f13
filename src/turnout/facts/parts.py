"""Sealed files: written aside, synced, then given their name at once; a folder today, object storage one day."""

import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from turnout.disk import sync_folder


class Sealed(Struct, frozen=True):
    """A file that will never change: its name within the store, and what it holds."""

    name: str
    sha256: str
    size_bytes: int


class Parts(Struct, frozen=True):
    """A store of sealed files under one folder."""

    root: Path

    def seal(self, name: str, write: Callable[[Path], object]) -> Sealed:
        """Let `write` fill a file, and give it its name when every byte is on the disk.

        A file of that name is replaced: the name tells the content, so a repeated try writes the same.
        """
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            write(aside)
            with aside.open("rb+") as file:
                os.fsync(file.fileno())
            sealed = Sealed(name, _digest(aside), aside.stat().st_size)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(target.parent)
        return sealed

    def locate(self, name: str) -> str:
        """Return where an engine reads the file."""
        return str(self.root / name)

    def size_bytes(self, name: str) -> int:
        """Return how large the file is."""
        return (self.root / name).stat().st_size

    def changed_at(self, name: str) -> float:
        """Return when the file got its name."""
        return (self.root / name).stat().st_mtime

    def names(self) -> set[str]:
        """Return the names of all sealed files at the top of the store."""
        if not self.root.exists():
            return set()
        return {path.name for path in self.root.iterdir() if path.is_file() and not path.name.startswith(".")}

    def drop(self, names: Iterable[str]) -> None:
        """Remove files that nothing refers to any more."""
        for name in names:
            (self.root / name).unlink(missing_ok=True)


def _digest(path: Path) -> str:
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()
