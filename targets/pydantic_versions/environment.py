"""An environment of its own for pydantic 1, which can't be installed beside pydantic 2.

Run as a module it makes the environment, if it isn't there, by pip: from the package index that
pip is configured for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from platformdirs import user_cache_path

PINNED = "pydantic==1.10.26"
"""The last of its line, as a compiled wheel."""


def folder() -> Path:
    """Return where the environment is, for this interpreter."""
    tag = f"{sys.implementation.cache_tag}-{PINNED.replace('==', '-')}"
    return user_cache_path("pairbench") / "targets" / tag


def interpreter() -> Path:
    """Return the environment's interpreter, which may not be there yet."""
    return folder() / "bin" / "python"


def main() -> None:
    """Make the environment, whole or not at all."""
    if interpreter().exists():
        return
    unfinished = folder().with_name(f"{folder().name}.{os.getpid()}")
    venv.create(unfinished, with_pip=True)
    subprocess.run(
        [unfinished / "bin" / "python", "-m", "pip", "install", "--quiet", PINNED],
        check=True,
        stdout=sys.stderr,
    )
    unfinished.rename(folder())


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError:
        sys.exit(f"{PINNED} could not be installed")
