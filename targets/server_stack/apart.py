"""Packages that servers would use as soon as they find them, each in a folder of its own.

gunicorn takes its parser in C wherever it can be imported, so beside the other packages it would
change every target under gunicorn. Run as a module, with the name of a package, this installs it
by pip, if it isn't there, and imports it.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from platformdirs import user_cache_path

VERSIONS = {"rloop": "0.5.0", "gunicorn_h1c": "0.6.10"}


def folder(package: str) -> Path:
    """Return where a package is, or will be, for this interpreter."""
    tag = f"{sys.implementation.cache_tag}-{package}-{VERSIONS[package]}"
    return user_cache_path("pairbench") / "targets" / tag


def import_apart(package: str) -> ModuleType:
    """Import a package from its folder, which stays on this process's path."""
    sys.path.insert(0, str(folder(package)))
    return importlib.import_module(package)


def pip_install(requirement: str, into: Path) -> None:
    """Install a package into a folder, without what it depends on."""
    options = ("--quiet", "--no-deps", "--target", str(into))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, requirement],
        check=True,
        stdout=sys.stderr,
    )


def get(package: str, install: Callable[[str, Path], None] = pip_install) -> None:
    """Install a package, whole or not at all, if it isn't there."""
    whole = folder(package)
    if whole.exists():
        return
    whole.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=whole.parent) as temp:
        unfinished = Path(temp) / package
        install(f"{package}=={VERSIONS[package]}", unfinished)
        unfinished.rename(whole)


def main() -> None:
    """Get the package that the command line names, and try it."""
    package = sys.argv[1]
    try:
        get(package)
        import_apart(package)
    except subprocess.CalledProcessError:
        sys.exit(f"{package} could not be installed")
    except ImportError as error:
        sys.exit(f"{package} can't be imported: {error}")


if __name__ == "__main__":
    main()
