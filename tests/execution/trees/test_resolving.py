"""Which commits are compared, in each state that a repository can be in."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import EXIT_NOT_MEASURED, EXIT_USAGE, TreeError, UsageError
from bench.execution.trees.resolving import Versions, resolve_versions


def resolved(repository, against=None, main=None, folder=None, leave_out=(), **environment):
    return resolve_versions(
        folder or repository.root,
        against,
        main,
        environment=repository.environment | environment,
        leave_out=leave_out,
    )


def test_a_branch_is_compared_with_where_it_parted_from_main(repository) -> None:
    parted = repository.git("rev-parse", "HEAD")
    repository.branch("faster")
    head = repository.commit(text="second\n")
    repository.git("switch", "--quiet", "main")
    repository.commit("other.py")
    repository.git("switch", "--quiet", "faster")
    versions = resolved(repository)
    assert versions.root == repository.root
    assert (versions.baseline.commit, versions.candidate.commit) == (parted, head)
    assert versions.baseline.label == "merge base with main"
    assert versions.candidate.label == "faster"
    assert not versions.candidate.is_dirty
    assert versions.notices == ()


def test_a_named_version_is_itself_and_not_the_merge_base(repository) -> None:
    repository.branch("faster")
    repository.commit(text="second\n")
    repository.git("switch", "--quiet", "main")
    ahead = repository.commit("other.py")
    repository.git("switch", "--quiet", "faster")
    versions = resolved(repository, "main")
    assert (versions.baseline.label, versions.baseline.commit) == ("main", ahead)


def test_anything_that_leads_to_a_commit_can_be_named(repository) -> None:
    first = repository.git("rev-parse", "HEAD")
    repository.git("tag", "-a", "v1", "-m", "one")
    repository.commit(text="second\n")
    for name in ("v1", "HEAD~1", first[:8], ":/first"):
        assert resolved(repository, name).baseline.commit == first


def test_on_main_with_nothing_changed_the_commit_before_is_compared(repository) -> None:
    first = repository.git("rev-parse", "HEAD")
    repository.commit(text="second\n")
    repository.write("coverage.xml", "made by the pipeline")
    versions = resolved(repository)
    assert versions.baseline.commit == first
    assert versions.baseline.label == "the commit before HEAD, which main has already"


def test_on_main_after_a_merge_it_is_main_as_it_was(repository) -> None:
    repository.branch("faster")
    repository.commit("new.py")
    repository.git("switch", "--quiet", "main")
    before = repository.commit("other.py")
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "faster")
    assert resolved(repository).baseline.commit == before


def test_on_main_with_changes_they_are_compared_with_head(repository) -> None:
    head = repository.commit(text="second\n")
    repository.write("shop.py", "third\n")
    versions = resolved(repository)
    assert (versions.baseline.label, versions.baseline.commit) == ("HEAD", head)
    assert (versions.candidate.label, versions.candidate.is_dirty) == ("working tree", True)
    assert versions.notices == (
        "The candidate is HEAD with what is not committed: 1 changed (shop.py).",
    )


def test_results_do_not_make_a_tree_dirty(repository) -> None:
    repository.commit(text="second\n")
    repository.write("results/run.json")
    assert resolved(repository).candidate.is_dirty
    assert not resolved(repository, leave_out=[repository.root / "results"]).candidate.is_dirty


def test_a_detached_head_is_named_by_its_commit(repository) -> None:
    head = repository.commit(text="second\n")
    repository.git("switch", "--quiet", "--detach")
    versions = resolved(repository)
    assert versions.candidate.label == head[:10]
    assert versions.candidate.commit == head


def test_a_folder_inside_leads_to_the_root(repository) -> None:
    repository.commit("services/web.py")
    assert resolved(repository, folder=repository.root / "services").root == repository.root


def test_a_pull_requests_target_branch_comes_before_the_configured_one(repository, clone) -> None:
    parted = repository.git("rev-parse", "HEAD")
    repository.branch("release")
    repository.branch("faster")
    repository.commit(text="second\n")
    repository.git("switch", "--quiet", "main")
    repository.commit("other.py")
    cloned = clone(repository, "--branch", "faster")
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        versions = resolved(cloned, main="main", **{name: "release"})
        assert versions.baseline.label == "merge base with origin/release"
        assert versions.baseline.commit == parted


def test_the_servers_main_comes_before_a_stale_local_one(repository, clone) -> None:
    cloned = clone(repository)
    second = repository.commit(text="second\n")
    cloned.git("fetch", "--quiet")
    cloned.git("switch", "--quiet", "--create", "faster", "origin/main")
    cloned.commit(text="third\n")
    for main in (None, "main"):
        versions = resolved(cloned, main=main)
        assert versions.baseline.commit == second
        assert versions.baseline.label == "merge base with origin/main"


def test_a_configured_main_branch_is_used(repository) -> None:
    repository.git("branch", "--move", "trunk")
    parted = repository.git("rev-parse", "HEAD")
    repository.branch("faster")
    repository.commit(text="second\n")
    with pytest.raises(UsageError, match="no main branch"):
        resolved(repository)
    assert resolved(repository, main="trunk").baseline.commit == parted


def test_a_name_that_only_the_server_has_is_found(repository, clone) -> None:
    repository.branch("faster")
    repository.commit(text="second\n")
    cloned = clone(repository)
    assert resolved(cloned, "main").baseline.label == "origin/main"


def test_an_unknown_name_is_met_with_near_ones(repository) -> None:
    repository.git("branch", "release-2")
    with pytest.raises(UsageError, match="--against release-1: ") as caught:
        resolved(repository, "release-1")
    assert caught.value.exit_code == EXIT_USAGE
    assert caught.value.hint == "Did you mean release-2?"


def test_a_name_is_never_taken_for_an_option(repository) -> None:
    with pytest.raises(UsageError, match="no commit, branch or tag"):
        resolved(repository, "--help")


def test_the_same_version_twice_is_noticed(repository) -> None:
    assert "same commit" in resolved(repository, "HEAD").notices[0]


def test_a_shallow_clone_says_how_to_deepen(repository, clone) -> None:
    repository.commit(text="second\n")
    cloned = clone(repository, "--depth", "1")
    with pytest.raises(TreeError, match="commit before it is not in this shallow") as caught:
        resolved(cloned)
    assert caught.value.exit_code == EXIT_NOT_MEASURED
    assert "git fetch --unshallow" in caught.value.hint
    assert "fetch-depth: 0" in caught.value.hint
    with pytest.raises(TreeError) as caught:
        resolved(cloned, GITLAB_CI="true")
    assert "GIT_DEPTH" in caught.value.hint


def test_a_shallow_clone_of_a_branch_without_main_says_so(repository, clone) -> None:
    repository.branch("faster")
    repository.commit(text="second\n")
    cloned = clone(repository, "--depth", "1", "--branch", "faster")
    cloned.git("update-ref", "-d", "refs/remotes/origin/HEAD")
    with pytest.raises(TreeError, match="shallow and has no main branch"):
        resolved(cloned, GITHUB_BASE_REF="main")
    with pytest.raises(UsageError) as caught:
        resolved(cloned, "main")
    assert "git fetch --unshallow" in caught.value.hint


def test_the_command_that_deepens_helps(repository, clone) -> None:
    parted = repository.git("rev-parse", "HEAD")
    repository.branch("faster")
    repository.commit(text="second\n")
    cloned = clone(repository, "--depth", "1", "--branch", "faster")
    cloned.git("fetch", "--unshallow", "origin", "+refs/heads/*:refs/remotes/origin/*")
    assert resolved(cloned, GITHUB_BASE_REF="main").baseline.commit == parted


def test_a_shallow_clone_in_which_the_branches_do_not_meet_says_so(repository, clone) -> None:
    repository.branch("faster")
    repository.commit(text="second\n")
    repository.git("switch", "--quiet", "main")
    repository.commit("other.py")
    cloned = clone(repository, "--depth", "1", "--no-single-branch", "--branch", "faster")
    with pytest.raises(TreeError, match="where HEAD and origin/main parted"):
        resolved(cloned)


def test_histories_with_nothing_in_common_are_a_usage_error(repository) -> None:
    repository.git("switch", "--quiet", "--orphan", "other")
    repository.commit("other.py")
    with pytest.raises(UsageError, match="no commit in common"):
        resolved(repository)


def test_the_first_commit_has_nothing_to_be_compared_with(repository) -> None:
    with pytest.raises(UsageError, match="first commit"):
        resolved(repository)


def test_a_repository_without_a_commit_says_so(build_repository) -> None:
    with pytest.raises(UsageError, match="no commit yet"):
        resolved(build_repository())


def test_a_folder_that_is_in_no_repository_says_so(repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(UsageError, match="in no git repository") as caught:
        resolved(repository, folder=outside, GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert "--baseline RUN" in caught.value.hint


def test_a_bare_repository_says_so(repository, tmp_path: Path) -> None:
    repository.git("clone", "--quiet", "--bare", str(repository.root), str(tmp_path / "bare"))
    with pytest.raises(UsageError, match="without a working tree"):
        resolved(repository, folder=tmp_path / "bare")


def test_a_folder_that_does_not_exist_says_so(repository, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder"):
        resolved(repository, folder=tmp_path / "nowhere")


def test_an_unfinished_merge_says_so(repository) -> None:
    repository.branch("faster")
    repository.commit(text="second\n")
    repository.git("switch", "--quiet", "main")
    repository.commit(text="other\n")
    with pytest.raises(AssertionError):
        repository.git("merge", "faster")
    with pytest.raises(UsageError, match=r"shop\.py has conflicts"):
        resolved(repository)


def test_a_hooks_own_repository_does_not_lead_astray(repository, build_repository) -> None:
    other = build_repository("other")
    other.commit()
    head = repository.git("rev-parse", "HEAD")
    versions = resolved(
        repository, "HEAD", GIT_DIR=str(other.root / ".git"), GIT_INDEX_FILE="/nowhere"
    )
    assert (versions.root, versions.baseline.commit) == (repository.root, head)


def test_a_missing_git_is_named(repository, tmp_path: Path) -> None:
    with pytest.raises(TreeError, match="git is not installed") as caught:
        resolved(repository, PATH=str(tmp_path))
    assert "apt-get install git" in caught.value.hint


def test_a_repository_of_another_user_is_met_with_the_command_that_helps(
    repository, tmp_path: Path
) -> None:
    # git's own check can't be provoked without another user: this one says what git says
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        'echo "fatal: detected dubious ownership in repository at /builds/shop" >&2\n'
        'echo "To add an exception for this directory, call:" >&2\n'
        'printf "\\n\\tgit config --global --add safe.directory /builds/shop\\n" >&2\n'
        "exit 128\n"
    )
    program.chmod(0o755)
    with pytest.raises(TreeError, match="another user owns it") as caught:
        resolved(repository, PATH=str(program.parent))
    assert caught.value.hint.endswith("git config --global --add safe.directory /builds/shop")


def test_a_worktree_of_a_worktree_is_resolved_like_any_other(repository, tmp_path: Path) -> None:
    parted = repository.git("rev-parse", "HEAD")
    repository.git("worktree", "add", "--quiet", "-b", "faster", str(tmp_path / "linked"))
    linked = type(repository)(tmp_path / "linked")
    linked.commit(text="second\n")
    versions: Versions = resolved(linked)
    assert versions.root == linked.root
    assert versions.baseline.commit == parted
