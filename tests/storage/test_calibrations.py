from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.errors import StorageError
from bench.model.calibration import Calibration, Throughput
from bench.storage.calibrations import (
    CALIBRATION_FILE,
    find_calibration,
    keep_calibration,
    read_calibrations,
)


def calibration(fingerprint: str = "here", flow_per_s: float = 70_000.0) -> Calibration:
    fields: dict[str, Any] = dict.fromkeys(Calibration.model_fields)
    throughput = Throughput(
        median_per_s=flow_per_s, low_per_s=flow_per_s, high_per_s=flow_per_s, rounds=1
    )
    return Calibration(
        **fields
        | {
            "measured_at": "2026-01-02T03:04:05+00:00",
            "pairbench": "0.1.0",
            "fingerprint": fingerprint,
            "users": 64,
            "window_s": 2.0,
            "flow": throughput,
            "task": throughput,
            "p50_s": 0.001,
            "p99_s": 0.002,
            "generator_cpu_ratio": 1.0,
            "generator_limited": True,
            "shared_core": False,
            "cautions": (),
        }
    )


def test_a_calibration_is_found_by_its_machine(tmp_path: Path) -> None:
    keep_calibration(tmp_path, calibration("here"))
    assert find_calibration(tmp_path, "here") == calibration("here")
    assert find_calibration(tmp_path, "elsewhere") is None


def test_each_machine_has_its_latest(tmp_path: Path) -> None:
    keep_calibration(tmp_path, calibration("here", 1.0))
    keep_calibration(tmp_path, calibration("elsewhere", 2.0))
    keep_calibration(tmp_path, calibration("here", 3.0))
    assert read_calibrations(tmp_path) == (calibration("elsewhere", 2.0), calibration("here", 3.0))


def test_a_results_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = keep_calibration(tmp_path / "a" / "b", calibration())
    assert path == tmp_path / "a" / "b" / CALIBRATION_FILE
    assert path.exists()


def test_nobody_has_calibrated_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_calibrations(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Invalid JSON"),
        ('{"version": 1, "calibrations": [{}]}', r"calibrations\.0\.measured_at"),
        ('{"version": 2, "calibrations": []}', "version"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / CALIBRATION_FILE).write_text(text)
    with pytest.raises(StorageError, match=said) as refusal:
        find_calibration(tmp_path, "here")
    assert "bench calibrate" in refusal.value.hint
