"""Which commit of the main branch a change is to be merged into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench.errors import BenchError, TreeError, UsageError
from bench.execution.trees.git import Git

_TARGET_BRANCH: Final = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",  # GitLab
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    "CHANGE_TARGET",  # Jenkins
    "SYSTEM_PULLREQUEST_TARGETBRANCH",  # Azure Pipelines, as refs/heads/...
)
"""Variables in which pipelines name the branch that a pull request is to be merged into."""
_USUAL: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


@dataclass(frozen=True)
class MainBranch:
    """The branch that changes are compared with."""

    name: str
    """As git has it: `origin/main`."""
    commit: str


def find_main(git: Git, main: str | None, environment: Mapping[str, str]) -> MainBranch:
    """Find the main branch: a pull request's target, the configured one, or the usual ones.

    The server's is preferred to a local branch of the same name, which may be months behind.

    Args:
        git: in the repository.
        main: the configured one.
        environment: of the pipeline.

    Raises:
        UsageError: there is none.
        TreeError: there is none in a clone whose history is cut off.
    """
    named = _target_branch(environment) or main
    tried = (f"origin/{named}", named) if named else _USUAL
    for name in tried:
        commit = commit_of(git, name)
        if commit is not None:
            return MainBranch(_plain_name(git, name), commit)
    raise _nowhere(git, tried, environment)


def commit_of(git: Git, rev: str) -> str | None:
    """Return the full name of the commit that something leads to."""
    # in two steps: what is appended to `:/words` would be one more word
    found = git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", rev)
    return git.ask("rev-parse", "--verify", "--quiet", f"{found}^{{commit}}") if found else None


def is_shallow(git: Git) -> bool:
    """Tell whether the history is cut off."""
    return git.ask("rev-parse", "--is-shallow-repository") == "true"


def how_to_deepen(environment: Mapping[str, str]) -> str:
    """Say how the whole history is had, in the words of the pipeline that we are in."""
    by_hand = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"
    if environment.get("GITLAB_CI"):
        return f'Set GIT_DEPTH: "0" in the job\'s variables, or run: {by_hand}'
    return f"Give actions/checkout `fetch-depth: 0`, or run: {by_hand}"


def _target_branch(environment: Mapping[str, str]) -> str | None:
    named = (environment.get(name, "") for name in _TARGET_BRANCH)
    return next((branch.removeprefix("refs/heads/") for branch in named if branch), None)


def _plain_name(git: Git, name: str) -> str:
    """Return the branch that `origin/HEAD` stands for, and any other name as it is."""
    if name != "origin/HEAD":
        return name
    return git.ask("rev-parse", "--abbrev-ref", "origin/HEAD") or name


def _nowhere(git: Git, tried: tuple[str, ...], environment: Mapping[str, str]) -> BenchError:
    looked_for = ", ".join(tried)
    if is_shallow(git):
        return TreeError(
            f"This clone is shallow and has no main branch (looked for {looked_for}), so the"
            " commit to compare with isn't there.",
            hint=how_to_deepen(environment),
        )
    return UsageError(
        f"There is no main branch to compare with: looked for {looked_for}.",
        hint="Name the version with --against REF, or the branch with `main` in the [gate] table;"
        " if only the server has it: git fetch origin '+refs/heads/*:refs/remotes/origin/*'.",
    )
