"""Virtual environments that are kept between gates, for trees with the same dependencies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MARKER: Final = "pairbench-environment.json"
"""Written when an environment is whole: what has none was broken off, and is never used."""
_LOCK: Final = "pairbench-environment.lock"
_UNUSED_FOR_S: Final = 30 * 86_400.0
_BEING_MADE_FOR_S: Final = 3_600.0
"""A folder without lock may be one that another gate has just begun."""


@dataclass
class HeldEnvironment:
    """The folder of an environment; nobody removes it while it is held."""

    path: Path
    lock: int
    """A descriptor; the lock goes with the process, however that ends."""
    is_kept: bool
    """Whether it stays when it is let go."""


class EnvironmentCache:
    """A folder of environments, which several gates may use at once.

    An environment can't be moved, since its programs name their interpreter by its path. So each is
    made at its final place, under a name that nobody else has, and counts once it has its marker.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def find(self, key: str, *, made_within_s: float | None = None) -> HeldEnvironment | None:
        """Return a whole environment for a key, held, or None.

        Args:
            key: what it was made for.
            made_within_s: seconds; None: of any age.
        """
        for path in sorted(self._folder.glob(f"{key}-*")):
            held = _hold(path)
            if held is None:
                continue
            made_at_s = _made_at_s(path)
            young = made_within_s is None or (
                made_at_s is not None and self._clock() - made_at_s <= made_within_s
            )
            if made_at_s is not None and young:
                now_s = self._clock()
                os.utime(path / _MARKER, (now_s, now_s))
                return HeldEnvironment(path, held, is_kept=True)
            os.close(held)
        return None

    def begin(self, key: str) -> HeldEnvironment:
        """Return a fresh folder for an environment, held; unless it is kept it goes at the end."""
        path = self._folder / f"{key}-{secrets.token_hex(4)}"
        path.mkdir(mode=0o755)
        (path / _LOCK).touch()
        held = _hold(path)
        assert held is not None
        return HeldEnvironment(path, held, is_kept=False)

    def keep(self, environment: HeldEnvironment) -> None:
        """Mark an environment as whole, and of use to others."""
        beside = environment.path / f"{_MARKER}.new"
        beside.write_text(json.dumps({"made_at_s": self._clock()}))
        now_s = self._clock()
        os.utime(beside, (now_s, now_s))
        beside.rename(environment.path / _MARKER)
        environment.is_kept = True

    def let_go(self, environment: HeldEnvironment) -> None:
        """Hold an environment no longer, and remove it unless it is kept."""
        if not environment.is_kept:
            shutil.rmtree(environment.path, ignore_errors=True)
        os.close(environment.lock)

    def tidy(self) -> None:
        """Remove what nobody has used for a month, and what was broken off."""
        for path in list(self._folder.iterdir()):
            if path.is_dir() and self._is_old(path):
                self._remove(path)

    def _is_old(self, path: Path) -> bool:
        now_s = self._clock()
        with contextlib.suppress(OSError):
            return now_s - (path / _MARKER).stat().st_mtime > _UNUSED_FOR_S
        with contextlib.suppress(OSError):
            return now_s - path.stat().st_mtime > _BEING_MADE_FOR_S
        return False

    def _remove(self, path: Path) -> None:
        try:
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT)
        except OSError:
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # in use
        else:
            # first what makes it whole: a removal that is broken off leaves nothing to be used
            (path / _MARKER).unlink(missing_ok=True)
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(lock)


def open_cache(
    chosen: Path | None, fallback: Path, environment: Mapping[str, str]
) -> EnvironmentCache:
    """Open the user's cache, or where that can't be written one that does not outlive the gate.

    Args:
        chosen: its folder; None: below XDG_CACHE_HOME or `~/.cache`.
        fallback: the folder of the other.
        environment: the caller's.
    """
    for folder in (chosen or _users_folder(environment), fallback):
        if folder is None:
            continue
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            probe = folder / f".{secrets.token_hex(4)}"
            probe.touch()
            probe.unlink()
            return EnvironmentCache(folder.resolve())
    raise AssertionError(f"{fallback} can't be written")


def _users_folder(environment: Mapping[str, str]) -> Path | None:
    base = environment.get("XDG_CACHE_HOME", "")
    if not Path(base).is_absolute():  # as its specification wants it
        home = environment.get("HOME")
        if not home:
            return None
        base = f"{home}/.cache"
    return Path(base) / "pairbench" / "environments"


def _hold(path: Path) -> int | None:
    try:
        lock = os.open(path / _LOCK, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:  # being removed
        os.close(lock)
        return None
    return lock


def _made_at_s(path: Path) -> float | None:
    try:
        made_at_s: float = json.loads((path / _MARKER).read_text())["made_at_s"]
    except (OSError, ValueError, KeyError):
        return None
    return made_at_s
