"""Check two versions out side by side, and leave nothing of it in the user's repository."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.errors import TreeError
from bench.execution.supervision.finishing import finish
from bench.execution.trees.carrying_over import carry_over
from bench.execution.trees.changes import Changes, read_changes
from bench.execution.trees.git import Git
from bench.execution.trees.missing_files import ignored_files, missing_contents
from bench.execution.trees.resolving import Versions
from bench.model.arm import ARMS, Arm
from bench.model.gate import TreeVersion

_PREFIX: Final = "pairbench-trees-"
_SIDES: Final[Mapping[Arm, str]] = {"baseline": "old", "candidate": "new"}
"""Of equal length: the length of paths alone moves memory about, and with it the speed."""
_REGISTERED: Final = "worktree "


@dataclass(frozen=True)
class CheckedOutTree:
    """A version's files, in a folder that goes when the gate ends."""

    arm: Arm
    path: Path
    """Without links."""
    version: TreeVersion


@dataclass(frozen=True)
class CheckedOutTrees:
    """Both versions' files."""

    root: Path
    """The user's working tree, from which they come."""
    by_arm: Mapping[Arm, CheckedOutTree]
    notices: tuple[str, ...]


@asynccontextmanager
async def check_out(
    versions: Versions,
    parent: Path,
    *,
    environment: Mapping[str, str] = os.environ,
    leave_out: Iterable[Path] = (),
) -> AsyncIterator[CheckedOutTrees]:
    """Lay both versions side by side as detached worktrees; on leaving, remove them.

    A version that is dirty gets the working tree's uncommitted state. The user's working tree,
    index, stash and branches stay as they are, and no hook runs; filters such as Git LFS run as in
    any checkout, or the files would not be the user's.

    Args:
        versions: what to check out.
        parent: takes the trees' folder.
        environment: the caller's.
        leave_out: folders whose untracked files stay behind, such as that of results.

    Raises:
        UsageError: a merge is not finished.
        TreeError: git failed, or a file can't be copied.
    """
    checkout = _Checkout(versions, environment, _make_folder(parent), tuple(leave_out))
    try:
        yield await finish(asyncio.to_thread(checkout.lay))
    finally:
        await finish(asyncio.to_thread(checkout.remove))


@dataclass(frozen=True)
class _Checkout:
    versions: Versions
    environment: Mapping[str, str]
    folder: Path
    leave_out: tuple[Path, ...]

    @property
    def git(self) -> Git:
        return Git(self.versions.root, self.environment)

    def lay(self) -> CheckedOutTrees:
        _forget_trees_of_killed_gates(self.git)
        changes = read_changes(self.git, self.leave_out)
        by_arm = {arm: self._lay_one(arm, changes) for arm in ARMS}
        return CheckedOutTrees(self.versions.root, by_arm, self._notices(by_arm, changes))

    def remove(self) -> None:
        for arm in ARMS:
            path = self._path(arm)
            if path.exists():
                # twice: even if somebody locked it; what git can't do is done by the next line,
                # and by the next gate
                self.git.ask("worktree", "remove", "--force", "--force", str(path))
        shutil.rmtree(self.folder, ignore_errors=True)
        _forget_trees_of_killed_gates(self.git)

    def _path(self, arm: Arm) -> Path:
        return self.folder / _SIDES[arm] / self.versions.root.name

    def _version(self, arm: Arm) -> TreeVersion:
        return self.versions.baseline if arm == "baseline" else self.versions.candidate

    def _lay_one(self, arm: Arm, changes: Changes) -> CheckedOutTree:
        path, version = self._path(arm), self._version(arm)
        assert version.commit is not None
        try:
            self.git.tell(
                *("worktree", "add", "--quiet", "--detach", "--force", str(path), version.commit)
            )
        except TreeError as error:
            raise TreeError(
                f"The {arm} ({version.label}) can't be checked out: {error.message}",
                hint=error.hint or "Is the disk full? If a filter failed (Git LFS): install it.",
                evidence=error.evidence,
            ) from error
        if version.is_dirty:
            carry_over(changes, self.versions.root, path)
        return CheckedOutTree(arm, path, version)

    def _notices(self, by_arm: Mapping[Arm, CheckedOutTree], changes: Changes) -> tuple[str, ...]:
        found = [ignored_files(self.git, self.leave_out)]
        if changes.left_out:
            found.append(
                "Repositories and environments inside of the working tree are in neither tree:"
                f" {', '.join(changes.left_out)}."
            )
        for tree in by_arm.values():
            found += missing_contents(Git(tree.path, self.environment))
        return tuple(dict.fromkeys(filter(None, found)))


def _make_folder(parent: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)).resolve()
    folder.chmod(0o711)  # targets that change their uid pass through
    return folder


def _forget_trees_of_killed_gates(git: Git) -> None:
    """Unregister worktrees of ours whose folder is gone.

    `git worktree prune` would forget the user's own too, on a drive that is not there just now.
    """
    for line in (git.ask("worktree", "list", "--porcelain") or "").splitlines():
        path = Path(line.removeprefix(_REGISTERED))
        ours = any(part.startswith(_PREFIX) for part in path.parts)
        if line.startswith(_REGISTERED) and ours and not path.exists():
            git.ask("worktree", "remove", "--force", "--force", str(path))
