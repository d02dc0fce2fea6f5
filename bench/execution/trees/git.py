"""Git, asked as a program: nobody is prompted, no hook runs, no caller's setting leads astray."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.errors import BenchError, TreeError, UsageError

_WITHIN_S: Final = 900.0
"""For one command: a checkout of a partial clone may fetch all its files first."""
_SETTINGS: Final = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
}
_KEPT: Final = re.compile(
    r"GIT_(CONFIG_(COUNT|KEY_\d+|VALUE_\d+|PARAMETERS|GLOBAL|SYSTEM|NOSYSTEM)"  # safe.directory
    r"|SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_.*|HTTP_.*|PROXY_.*|LFS_.*"  # partial clones fetch
    r"|EXEC_PATH|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)"
)
"""What changes how git works and not which repository it works on, as GIT_DIR does in a hook."""


class Git:
    """Git in one folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        self._environment = without_git_variables(environment) | {
            "LC_ALL": "C",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",  # the user's index is not even refreshed
            "GIT_PAGER": "cat",
        }

    def tell(self, *arguments: str) -> str:
        """Return what a command prints, without the line's end.

        Raises:
            UsageError: the folder is in no repository.
            TreeError: git is not there, or the command failed; says why.
        """
        done = self._run(arguments)
        if done.returncode != 0:
            raise self._failure(arguments, os.fsdecode(done.stderr))
        return os.fsdecode(done.stdout).rstrip("\n")

    def ask(self, *arguments: str) -> str | None:
        """Return what a command prints, or None where it says no by its exit code.

        Raises:
            TreeError: git is not there, or does not come to an end.
        """
        done = self._run(arguments)
        return os.fsdecode(done.stdout).rstrip("\n") if done.returncode == 0 else None

    def names(self, *arguments: str) -> list[str]:
        """Return the names that a command prints with NUL after each (`-z`).

        Raises:
            UsageError: the folder is in no repository.
            TreeError: git is not there, or the command failed; says why.
        """
        return [name for name in self.tell(*arguments).split("\0") if name]

    def _run(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[bytes]:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        try:
            return subprocess.run(
                ["git", "--no-pager", *settings, *arguments],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_WITHIN_S,
                check=False,
                # Ctrl-C is ours to handle: a tree that is half removed would stay registered
                start_new_session=True,
            )
        except FileNotFoundError:
            raise self._nothing_to_run() from None
        except OSError as error:
            raise TreeError(f"git can't be run in {self.folder}: {error}.") from error
        except subprocess.TimeoutExpired:
            raise TreeError(
                f"`git {' '.join(arguments)}` did not end within {_WITHIN_S:g} s in {self.folder}."
            ) from None

    def _nothing_to_run(self) -> BenchError:
        if not self.folder.is_dir():
            return UsageError(f"There is no folder {self.folder}.")
        return TreeError(
            "git is not installed, or not on the PATH; versions are checked out with it.",
            hint="Install it (apt-get install git, apk add git, brew install git), or compare with"
            " a stored run: --baseline RUN.",
        )

    def _failure(self, arguments: tuple[str, ...], said: str) -> BenchError:
        if "dubious ownership" in said:
            return TreeError(
                f"git refuses to work in {self.folder}, since another user owns it.",
                hint="If you trust it: git config --global --add safe.directory"
                f" {_named_directory(said) or self.folder}",
                evidence=said.splitlines()[:1],
            )
        if "not a git repository" in said:
            return UsageError(
                f"{self.folder} is in no git repository, so there are no versions to compare.",
                hint="Run it inside a clone, or compare with a stored run: --baseline RUN.",
            )
        return TreeError(
            f"`git {' '.join(arguments)}` failed in {self.folder}.",
            evidence=[line for line in said.splitlines() if line.strip()][-10:],
        )


def without_git_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which git looks at the folder that it runs in, and nowhere else.

    In a hook or under `git bisect run`, git's own variables name the caller's repository and index.
    """
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("GIT_") or _KEPT.fullmatch(name)
    }


def _named_directory(said: str) -> str | None:
    """Return the folder as git itself would have it added; it may be one above ours."""
    named = re.search(r"--add safe\.directory (\S.*)", said)
    return named[1].strip() if named else None
