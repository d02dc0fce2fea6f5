"""What is known of a machine's generator, in one line."""

from __future__ import annotations

from bench.model.calibration import Calibration
from bench.reporting.number_text import three_digits


def write_calibration_line(calibration: Calibration | None) -> str:
    """Say how much the generator can send on its machine, or that nobody has measured it."""
    if calibration is None:
        return "not calibrated: bench calibrate"
    return (
        f"{three_digits(calibration.flow.median_per_s)} flows/s, "
        f"{three_digits(calibration.task.median_per_s)} tasks/s on this machine "
        f"(calibrated {calibration.measured_at[:10]})"
    )
