"""Write the generated blocks of the pages, or with --check only tell which are not current."""

import sys

from turnout.apps.docs.architecture import ROOT
from turnout.apps.docs.blocks import pages


def main() -> int:
    """Write the pages that are not current, or with --check only name them; 1 where there are some."""
    stale = {path: text for path, text in pages().items() if not path.exists() or path.read_text() != text}
    for path, text in stale.items():
        print(
            f"{path.relative_to(ROOT)} is not current" if "--check" in sys.argv else f"{path.relative_to(ROOT)} written"
        )
        if "--check" not in sys.argv:
            path.write_text(text)
    if stale and "--check" in sys.argv:
        print("run: make docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
