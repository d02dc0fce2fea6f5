"""Which version of the generator's code this is: all processes of a fleet must have the same."""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Final

_DIGITS: Final = 12
_STANDS_ON: Final = ("locust", "gevent", "httptools")


def read_code_version() -> str:
    """Return the version of pairbench, a digest of the generator's sources, and what it stands on.

    Source that was changed without a new number would send other load under the same name.
    """
    root = Path(__file__).parents[1]
    below = ", ".join(f"{name} {metadata.version(name)}" for name in _STANDS_ON)
    python = ".".join(map(str, sys.version_info[:2]))
    version = f"{metadata.version('pairbench')}+{digest_sources(root)}"
    return f"{version} (Python {python}, {below})"


def digest_sources(root: Path) -> str:
    """Return a digest of the names and contents of the Python files below a folder."""
    digest = sha256()
    for path in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        source = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(source)}\0".encode())
        digest.update(source)
    return digest.hexdigest()[:_DIGITS]
