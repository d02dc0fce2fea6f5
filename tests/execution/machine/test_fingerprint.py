from __future__ import annotations

import platform
from pathlib import Path

from bench.execution.machine.fingerprint import describe_identity, fingerprint

GIB = 1 << 30


def identity(root: Path, memory_bytes: int = 16 * GIB) -> dict[str, str]:
    return describe_identity(cpu_model="Fast 9000", cores=8, memory_bytes=memory_bytes, root=root)


def test_the_order_of_the_parts_does_not_matter() -> None:
    assert fingerprint({"a": "1", "b": "2"}) == fingerprint({"b": "2", "a": "1"})


def test_every_part_matters() -> None:
    assert len({fingerprint({"a": "1"}), fingerprint({"a": "2"}), fingerprint({"b": "1"})}) == 3


def test_a_fingerprint_has_sixteen_hexadecimal_digits() -> None:
    digits = fingerprint({"cpu_model": "Zuse µ3"})

    assert len(digits) == 16
    assert set(digits) <= set("0123456789abcdef")


def test_machine_id_and_host_name_are_never_shown(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/machine-id").write_text("3d1219c7c4c5404aaa1f6d2a48adfda4\n")

    told = identity(tmp_path)

    assert "3d1219c7c4c5404aaa1f6d2a48adfda4" not in str(told)
    assert told["host_name"] != platform.node()
    assert told["machine_id"] != identity(tmp_path / "elsewhere")["machine_id"]


def test_an_empty_machine_id_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/machine-id").write_text("\n")

    assert identity(tmp_path)["machine_id"] == "unknown"


def test_a_little_less_memory_is_the_same_machine(tmp_path: Path) -> None:
    assert identity(tmp_path, 16 * GIB) == identity(tmp_path, 16 * GIB - 300_000_000)
    assert identity(tmp_path, 16 * GIB) != identity(tmp_path, 12 * GIB)
