"""Whose files a target ran: its own, somebody else's, or nobody knows."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import EXIT_NOT_MEASURED, TreeError
from bench.execution.trees.installed_leads import Lead
from bench.execution.trees.prepared_tree import PreparedTree
from bench.execution.trees.proving import Proof, read_imports
from bench.model.arm import Arm
from bench.model.gate import TreeVersion


class Gate:
    """Two trees and a working tree, and the log of a target."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.root = self.folder / "work"
        self.old, self.new = self.folder / "old" / "shop", self.folder / "new" / "shop"
        for path in (self.root, self.old, self.new):
            path.mkdir(parents=True)
        self.trees: dict[Arm, PreparedTree] = {
            "baseline": self._tree("baseline", self.old),
            "candidate": self._tree("candidate", self.new),
        }

    def _tree(self, arm: Arm, path: Path) -> PreparedTree:
        version = TreeVersion(label=arm, commit="0" * 40)
        return PreparedTree(
            arm=arm, path=path, python=sys.executable, environment={}, version=version
        )

    def change(self, **changes: object) -> None:
        self.trees["candidate"] = replace(self.trees["candidate"], **changes)  # type: ignore[arg-type]

    def read(self, *imported: Path, command: tuple[str, ...] = (), said: str = "") -> Proof:
        log = self.folder / "target.log"
        lines = [f"# code object from {path}\n" for path in imported]
        log.write_text("".join(lines) + said)
        trees: Mapping[Arm, PreparedTree] = self.trees
        return read_imports(log, trees, "candidate", root=self.root, command=command)


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


_LIBRARY = Path("/usr/lib/python3/json/__init__.py")


def test_files_of_its_own_tree_prove_it(gate: Gate) -> None:
    proof = gate.read(_LIBRARY, gate.new / "app.py", gate.new / "web/views.py")
    assert proof == Proof((gate.new / "app.py", gate.new / "web/views.py"), True, "")


def test_a_script_that_is_run_proves_it_too(gate: Gate) -> None:
    (gate.new / "serve.py").touch()
    assert gate.read(_LIBRARY, command=("python", "serve.py", "8000")).is_proven
    assert gate.read(_LIBRARY, command=("python", "missing.py")).is_proven is None


def test_a_file_of_the_other_tree_disproves_it(gate: Gate) -> None:
    with pytest.raises(TreeError, match="candidate's target ran code of the baseline's") as caught:
        gate.read(gate.new / "app.py", gate.old / "prices.py")
    assert caught.value.exit_code == EXIT_NOT_MEASURED
    assert str(gate.old / "prices.py") in caught.value.message
    assert "absolute path" in caught.value.hint


def test_packages_of_the_other_trees_own_environment_disprove_it(gate: Gate) -> None:
    with pytest.raises(TreeError):
        gate.read(gate.old / ".venv/lib/python3.12/site-packages/fastapi/__init__.py")


def test_a_file_of_the_users_working_tree_disproves_it(gate: Gate) -> None:
    with pytest.raises(TreeError, match="the user's working tree"):
        gate.read(gate.root / "prices.py")


def test_a_script_of_the_users_working_tree_disproves_it(gate: Gate) -> None:
    (gate.root / "serve.py").touch()
    with pytest.raises(TreeError):
        gate.read(command=("python", str(gate.root / "serve.py")))


def test_the_users_environment_inside_of_the_working_tree_does_not(gate: Gate) -> None:
    package = gate.root / ".venv/lib/python3.12/site-packages/fastapi/__init__.py"
    assert gate.read(package, gate.new / "app.py").is_proven


def test_packages_installed_inside_of_the_tree_are_no_proof(gate: Gate) -> None:
    package = gate.new / ".venv/lib/python3.12/site-packages/fastapi/__init__.py"
    assert gate.read(package).is_proven is None


def test_a_copy_that_was_installed_from_the_tree_proves_it(gate: Gate) -> None:
    copy = gate.folder / "env/site-packages/shop/__init__.py"
    gate.change(copies={copy: gate.new})
    assert gate.read(copy).own == (copy,)


def test_a_copy_that_was_installed_from_the_working_tree_disproves_it(gate: Gate) -> None:
    copy = gate.folder / "env/site-packages/shop/__init__.py"
    lead = Lead(copy.parents[1] / "shop-1.dist-info/direct_url.json", gate.root, is_copy=True)
    gate.change(copies={copy: gate.root}, leads=(lead,))
    with pytest.raises(TreeError) as caught:
        gate.read(copy)
    assert caught.value.hint.startswith("shop is installed from there")


def test_an_editable_installation_is_named_as_the_reason(gate: Gate) -> None:
    gate.change(leads=(Lead(Path("/env/__editable__.shop-1.0.pth"), gate.root / "src"),))
    with pytest.raises(TreeError) as caught:
        gate.read(gate.root / "src/shop.py")
    assert "shop is installed from there" in caught.value.hint
    assert "`prepare`" in caught.value.hint


def test_an_import_path_is_named_as_the_reason(gate: Gate) -> None:
    gate.change(environment={"PYTHONPATH": f"src:{gate.root}"})
    with pytest.raises(TreeError) as caught:
        gate.read(gate.root / "shop.py")
    assert caught.value.hint.startswith(f"PYTHONPATH names {gate.root}")


def test_links_are_followed(gate: Gate) -> None:
    (gate.root / "lib").mkdir()
    (gate.root / "lib" / "prices.py").touch()
    (gate.new / "lib").symlink_to(gate.root / "lib")
    with pytest.raises(TreeError):
        gate.read(gate.new / "lib" / "prices.py")
    (gate.folder / "temp").symlink_to(gate.folder / "new")
    assert gate.read(gate.folder / "temp" / "shop" / "app.py").is_proven


def test_trees_inside_of_the_working_tree_are_still_trees(gate: Gate) -> None:
    gate.root = gate.folder
    assert gate.read(gate.new / "app.py").is_proven
    with pytest.raises(TreeError, match="the baseline's tree"):
        gate.read(gate.old / "app.py")


def test_a_target_that_imports_neither_is_unproven(gate: Gate) -> None:
    proof = gate.read(_LIBRARY)
    assert proof.is_proven is None
    assert "imported no file of either tree" in proof.notice


def test_a_target_without_python_is_unproven(gate: Gate) -> None:
    assert "no Python program" in gate.read(said="listening on :8000\n").notice


def test_a_log_that_is_not_there_is_an_error(gate: Gate) -> None:
    with pytest.raises(TreeError, match="can't be read"):
        read_imports(gate.folder / "no.log", gate.trees, "candidate", root=gate.root)
