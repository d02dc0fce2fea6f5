"""Both trees are what they should be, and the user's repository is as it was."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from pathlib import Path

import pytest

from bench.errors import TreeError
from bench.execution.trees.checking_out import CheckedOutTrees, check_out
from bench.execution.trees.resolving import resolve_versions


def checked_out(repository, body, against="HEAD", leave_out=(), **environment) -> None:
    """Check HEAD and the working tree out, and look at them."""
    parent = repository.root.parent / "temp"
    parent.mkdir(exist_ok=True)
    everything = repository.environment | environment

    async def main() -> None:
        versions = resolve_versions(
            repository.root, against, None, environment=everything, leave_out=leave_out
        )
        async with check_out(
            versions, parent, environment=everything, leave_out=leave_out
        ) as trees:
            outcome = body(trees)
            if outcome is not None:
                await outcome

    before = repository.state()
    try:
        asyncio.run(main())
    finally:
        assert repository.state() == before
        assert list(parent.iterdir()) == []


def files(trees: CheckedOutTrees, arm: str) -> dict[str, str]:
    root = trees.by_arm[arm].path
    return {
        str(path.relative_to(root)): path.read_text() if path.is_file() else "->"
        for path in sorted(root.rglob("*"))
        if (path.is_file() or path.is_symlink()) and path.name != ".git"
    }


def test_each_side_has_its_own_commit_at_paths_of_equal_length(repository) -> None:
    repository.commit(text="second\n")

    def look(trees: CheckedOutTrees) -> None:
        assert files(trees, "baseline") == {"shop.py": "first\n"}
        assert files(trees, "candidate") == {"shop.py": "second\n"}
        old, new = (trees.by_arm[arm].path for arm in ("baseline", "candidate"))
        assert len(str(old)) == len(str(new))
        assert old.name == new.name == repository.root.name
        assert old == old.resolve()

    checked_out(repository, look, against="HEAD~1")


def test_the_candidate_has_all_that_is_not_committed(repository) -> None:
    for name in ("changed", "staged", "deleted", "unstaged-delete", "renamed", "mode", "kind"):
        repository.write(f"{name}.txt", f"{name}\n")
    repository.write("folder/inside.txt", "inside\n")
    repository.write("was-file", "file\n")
    repository.write(".gitignore", "secret\n")
    repository.commit()
    repository.write("changed.txt", "changed twice\n")
    repository.write("staged.txt", "staged\nand more\n")
    repository.git("add", "staged.txt")
    repository.write("staged.txt", "staged, then changed\n")
    repository.git("rm", "--quiet", "deleted.txt")
    (repository.root / "unstaged-delete.txt").unlink()
    repository.git("mv", "renamed.txt", "other name é.txt")
    (repository.root / "mode.txt").chmod(0o755)
    (repository.root / "kind.txt").unlink()
    (repository.root / "kind.txt").symlink_to("changed.txt")
    (repository.root / "dangling").symlink_to("/nowhere/at/all")
    (repository.root / "folder/inside.txt").unlink()
    (repository.root / "folder").rmdir()
    repository.write("folder", "a file now\n")
    (repository.root / "was-file").unlink()
    repository.write("was-file/new.txt", "new\n")
    repository.write("secret", "ignored\n")
    repository.write("kept in the folder", "")
    repository.git("add", "--intent-to-add", "kept in the folder")
    os.mkfifo(repository.root / "pipe")

    def look(trees: CheckedOutTrees) -> None:
        found = files(trees, "candidate")
        assert found.pop("shop.py")
        assert found.pop(".gitignore")
        assert found == {
            "changed.txt": "changed twice\n",
            "staged.txt": "staged, then changed\n",
            "other name é.txt": "renamed\n",
            "mode.txt": "mode\n",
            "kind.txt": "changed twice\n",
            "dangling": "->",
            "folder": "a file now\n",
            "was-file/new.txt": "new\n",
            "kept in the folder": "",
        }
        tree = trees.by_arm["candidate"].path
        assert (tree / "mode.txt").stat().st_mode & 0o111
        assert (tree / "kind.txt").is_symlink()
        assert str((tree / "dangling").readlink()) == "/nowhere/at/all"
        assert files(trees, "baseline")["deleted.txt"] == "deleted\n"
        assert any("secret" in notice for notice in trees.notices)

    checked_out(repository, look)


def test_a_file_that_was_taken_out_of_the_index_only_is_still_there(repository) -> None:
    repository.git("rm", "--quiet", "--cached", "shop.py")

    def look(trees: CheckedOutTrees) -> None:
        assert files(trees, "candidate") == {"shop.py": "first\n"}

    checked_out(repository, look)


def test_nothing_is_written_through_a_link(repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    (repository.root / "link").symlink_to(outside)
    repository.commit()
    (repository.root / "link").unlink()
    repository.write("link", "a file now")

    def look(trees: CheckedOutTrees) -> None:
        assert files(trees, "candidate")["link"] == "a file now"
        assert outside.read_text() == "untouched"

    checked_out(repository, look)


def test_environments_and_repositories_inside_are_left_out(repository) -> None:
    repository.write("env/pyvenv.cfg")
    repository.write("env/lib/python3/site-packages/thing.py")
    repository.write("vendor/.keep")
    repository.git("init", "--quiet", "nested")
    repository.write("nested/file")
    repository.write("results/run.json")

    def look(trees: CheckedOutTrees) -> None:
        assert set(files(trees, "candidate")) == {"shop.py", "vendor/.keep"}
        assert any("env/, nested/" in notice for notice in trees.notices)

    checked_out(repository, look, leave_out=[repository.root / "results"])


def test_ignored_files_are_noticed_and_by_products_are_not(repository) -> None:
    repository.write(".gitignore", ".env\nnode_modules/\n__pycache__/\n.mypy_cache/\n")
    repository.commit()
    for path in (".env", "node_modules/left.js", "__pycache__/x.pyc", "a/__pycache__/y.pyc"):
        repository.write(path)

    def look(trees: CheckedOutTrees) -> None:
        (notice,) = trees.notices
        assert ".env, node_modules/." in notice

    checked_out(repository, look)


def test_no_hook_runs(repository) -> None:
    hook = repository.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch hook-ran\n")
    hook.chmod(0o755)

    def look(trees: CheckedOutTrees) -> None:
        assert set(files(trees, "baseline")) == {"shop.py"}

    checked_out(repository, look)


def test_submodules_are_noticed(repository, build_repository) -> None:
    other = build_repository("other")
    other.commit("part.py")
    repository.git("submodule", "--quiet", "add", str(other.root), "vendor/part")
    repository.commit()

    def look(trees: CheckedOutTrees) -> None:
        assert any("Submodules" in notice and "vendor/part" in notice for notice in trees.notices)

    checked_out(repository, look)


def test_pointers_of_lfs_are_noticed(repository) -> None:
    repository.write(".gitattributes", "*.bin filter=lfs\n")
    repository.commit("model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")

    def look(trees: CheckedOutTrees) -> None:
        assert any("Git LFS" in notice and "model.bin" in notice for notice in trees.notices)

    checked_out(repository, look)


def test_a_filter_that_is_missing_says_which_version_cannot_be_checked_out(repository) -> None:
    repository.write(".gitattributes", "*.bin filter=missing\n")
    repository.commit("model.bin", "x\n")
    repository.git("config", "filter.missing.smudge", "no-such-program-anywhere")
    repository.git("config", "filter.missing.clean", "cat")
    repository.git("config", "filter.missing.required", "true")
    with pytest.raises(TreeError, match=r"baseline .* can't be checked out") as caught:
        checked_out(repository, lambda trees: None)
    assert caught.value.evidence


def test_an_exception_leaves_nothing(repository) -> None:
    def fail(trees: CheckedOutTrees) -> None:
        raise LookupError("on purpose")

    with pytest.raises(LookupError):
        checked_out(repository, fail)


def test_a_cancellation_leaves_nothing(repository) -> None:
    async def cancelled() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(60)

    with pytest.raises(asyncio.CancelledError):
        checked_out(repository, lambda trees: cancelled())


def test_a_cancellation_while_trees_are_laid_leaves_nothing(repository, tmp_path: Path) -> None:
    versions = resolve_versions(repository.root, "HEAD", None, environment=repository.environment)

    async def main() -> None:
        async with check_out(versions, tmp_path, environment=repository.environment):
            raise AssertionError("never comes to it")

    async def cancel_at_once() -> None:
        task = asyncio.create_task(main())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    before = repository.state()
    asyncio.run(cancel_at_once())
    assert repository.state() == before
    assert list(tmp_path.glob("pairbench-*")) == []


def test_a_tree_that_was_removed_behind_our_back_is_forgotten(repository) -> None:
    def remove(trees: CheckedOutTrees) -> None:
        shutil.rmtree(trees.by_arm["candidate"].path)

    checked_out(repository, remove)


def test_what_a_killed_gate_left_is_forgotten_and_the_users_own_worktrees_are_not(
    repository, tmp_path: Path
) -> None:
    unmounted = tmp_path / "unmounted"
    repository.git("worktree", "add", "--quiet", "--detach", str(unmounted))
    shutil.rmtree(unmounted)
    left = tmp_path / "pairbench-trees-x" / "old" / "repository"
    repository.git("worktree", "add", "--quiet", "--detach", str(left))
    shutil.rmtree(left.parent)
    versions = resolve_versions(repository.root, "HEAD", None, environment=repository.environment)

    async def main() -> None:
        async with check_out(versions, tmp_path, environment=repository.environment):
            pass

    asyncio.run(main())
    listed = repository.git("worktree", "list")
    assert "pairbench-trees-x" not in listed
    assert "unmounted" in listed


def test_a_linked_worktree_is_checked_out_like_any_other(repository, tmp_path: Path) -> None:
    repository.git("worktree", "add", "--quiet", "-b", "faster", str(tmp_path / "linked"))
    linked = type(repository)(tmp_path / "linked")
    linked.write("shop.py", "second\n")

    def look(trees: CheckedOutTrees) -> None:
        assert files(trees, "candidate") == {"shop.py": "second\n"}

    checked_out(linked, look)


def test_two_gates_at_once_do_not_disturb_each_other(repository) -> None:
    def look(trees: CheckedOutTrees) -> None:
        versions = resolve_versions(
            repository.root, "HEAD", None, environment=repository.environment
        )
        parent = repository.root.parent / "second"
        parent.mkdir()

        async def inner() -> None:
            async with check_out(versions, parent, environment=repository.environment):
                pass

        thread = threading.Thread(target=asyncio.run, args=(inner(),))
        thread.start()
        thread.join()
        assert files(trees, "baseline") == {"shop.py": "first\n"}
        assert files(trees, "candidate") == {"shop.py": "first\n"}

    checked_out(repository, look)
