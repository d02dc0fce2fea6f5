"""How many files this process may have open: each connection is one."""

from __future__ import annotations

import resource
from typing import Final

from bench.load.failure import DriverFailure

_SPARE_FILES: Final = 64
"""File descriptors that the interpreter, the log and the bystander's first callers need."""


def raise_file_limit() -> None:
    """Raise the soft limit to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def require_files(users: int) -> None:
    """Make sure that so many users can each have a connection.

    Raises:
        DriverFailure: the limit is lower.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and users + _SPARE_FILES > limit:
        raise DriverFailure(
            "resources",
            f"{users} users need more file descriptors than the {limit} that a process may have "
            "here (ulimit -n).",
        )
