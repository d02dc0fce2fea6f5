"""Which two versions a gate compares: commits, and what a person would call them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from bench.errors import BenchError, TreeError, UsageError
from bench.execution.trees.changes import Changes, read_changes
from bench.execution.trees.git import Git
from bench.execution.trees.main_branch import (
    MainBranch,
    commit_of,
    find_main,
    how_to_deepen,
    is_shallow,
)
from bench.model.gate import TreeVersion

_SHORT: Final = 10
"""Digits of a commit that people are shown."""


@dataclass(frozen=True)
class Versions:
    """The two versions of one repository that a gate compares.

    A gate of a version against itself has the same twice.
    """

    root: Path
    """Of the user's working tree, links resolved."""
    baseline: TreeVersion
    candidate: TreeVersion
    notices: tuple[str, ...] = ()


def resolve_versions(
    folder: Path,
    against: str | None,
    main: str | None,
    *,
    environment: Mapping[str, str] = os.environ,
    leave_out: Iterable[Path] = (),
) -> Versions:
    """Find the commits of baseline and candidate.

    The candidate is HEAD with all that is not committed. The baseline is the commit that
    `against` names, itself and not where history parted from it; by default the merge base with
    the main branch. Where HEAD is that merge base, as on the main branch after a merge, it is
    HEAD's first parent, or HEAD if files that git knows have been changed since.

    Args:
        folder: somewhere in the repository.
        against: anything that git can make a commit of; None: the default.
        main: the main branch, as configured.
        environment: the caller's; in a pipeline it names a pull request's target branch.
        leave_out: folders whose untracked files are no change, such as that of results.

    Raises:
        UsageError: no repository, no commit, an unknown name, nothing to compare with.
        TreeError: git isn't there or fails, or the history is cut off before the baseline.
    """
    git = Git(folder, environment)
    root = _root(git)
    git = Git(root, environment)
    head = _head(git, root)
    changes = read_changes(git, leave_out)
    baseline = (
        _default_baseline(git, head, changes, main, environment)
        if against is None
        else _named_baseline(git, against, environment)
    )
    candidate = _candidate(git, head, changes)
    return Versions(root, baseline, candidate, _notices(baseline, candidate, changes))


def resolve_candidate(
    folder: Path,
    *,
    environment: Mapping[str, str] = os.environ,
    leave_out: Iterable[Path] = (),
) -> Versions:
    """Find the candidate alone, which is then compared with itself.

    Raises:
        UsageError: no repository, or one without a commit.
        TreeError: git isn't there or fails.
    """
    root = _root(Git(folder, environment))
    git = Git(root, environment)
    candidate = _candidate(git, _head(git, root), read_changes(git, leave_out))
    return Versions(root, candidate, candidate)


def find_root(folder: Path, *, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the root of the working tree around a folder, links resolved; None: there is none."""
    try:
        found = Git(folder, environment).ask("rev-parse", "--show-toplevel")
    except TreeError:  # no git at all
        return None
    return Path(found).resolve() if found else None


def _head(git: Git, root: Path) -> str:
    head = commit_of(git, "HEAD")
    if head is None:
        raise UsageError(
            f"The repository {root} has no commit yet, so there is nothing to compare with.",
            hint="Commit the version that is to be the baseline first.",
        )
    return head


def _root(git: Git) -> Path:
    if git.tell("rev-parse", "--is-inside-work-tree") != "true":
        raise UsageError(
            f"{git.folder} is in a repository without a working tree (a bare one, or `.git`).",
            hint="Run it inside a clone of it: git clone, or git worktree add.",
        )
    return Path(git.tell("rev-parse", "--show-toplevel")).resolve()


def _candidate(git: Git, head: str, changes: Changes) -> TreeVersion:
    branch = git.ask("symbolic-ref", "--quiet", "--short", "HEAD")
    label = "working tree" if changes else branch or head[:_SHORT]
    return TreeVersion(label=label, commit=head, is_dirty=bool(changes))


def _named_baseline(git: Git, against: str, environment: Mapping[str, str]) -> TreeVersion:
    """A clone made by a pipeline often has `origin/main` and no `main`."""
    for name in (against, f"origin/{against}"):
        commit = commit_of(git, name)
        if commit is not None:
            return TreeVersion(label=name, commit=commit)
    hints = [_near_names(git, against)]
    if is_shallow(git):
        hints.append(f"This clone is shallow. {how_to_deepen(environment)}")
    raise UsageError(
        f"--against {against}: this repository has no commit, branch or tag of that name.",
        hint=" ".join(filter(None, hints)),
    )


def _near_names(git: Git, name: str) -> str:
    names = git.tell("for-each-ref", "--format=%(refname:short)").splitlines()
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return "See what there is: git branch --all, git tag."


def _default_baseline(
    git: Git,
    head: str,
    changes: Changes,
    main: str | None,
    environment: Mapping[str, str],
) -> TreeVersion:
    branch = find_main(git, main, environment)
    base = git.ask("merge-base", "HEAD", branch.commit)
    if base is None:
        raise _nothing_in_common(git, branch, environment)
    if base != head:
        return TreeVersion(label=f"merge base with {branch.name}", commit=base)
    if changes.is_of_known_files:
        return TreeVersion(label="HEAD", commit=head)
    return TreeVersion(
        label=f"the commit before HEAD, which {branch.name} has already",
        commit=_parent(git, branch, environment),
    )


def _parent(git: Git, branch: MainBranch, environment: Mapping[str, str]) -> str:
    """Return the first parent: of a merge, the main branch as it was before."""
    parent = commit_of(git, "HEAD^1")
    if parent is not None:
        return parent
    if is_shallow(git):
        raise TreeError(
            f"HEAD is in {branch.name} already, and the commit before it is not in this shallow"
            " clone.",
            hint=how_to_deepen(environment),
        )
    raise UsageError(
        "HEAD is the first commit of this repository: there is nothing to compare it with.",
        hint="Commit or make a change, or see this version's noise: --self-check.",
    )


def _nothing_in_common(git: Git, branch: MainBranch, environment: Mapping[str, str]) -> BenchError:
    if is_shallow(git):
        return TreeError(
            f"This clone is shallow: where HEAD and {branch.name} parted is not in it.",
            hint=how_to_deepen(environment),
        )
    return UsageError(
        f"HEAD and {branch.name} have no commit in common, so there is no merge base.",
        hint="Name the version to compare with: --against REF.",
    )


def _notices(baseline: TreeVersion, candidate: TreeVersion, changes: Changes) -> tuple[str, ...]:
    found = []
    if baseline.commit == candidate.commit and not candidate.is_dirty:
        found.append("Baseline and candidate are the same commit: no difference is to be expected.")
    if candidate.is_dirty:
        found.append(f"The candidate is HEAD with what is not committed: {changes.summary}.")
    return tuple(found)
