"""The JSON document of a calibration: its record, and the two figures that most look for on top."""

from __future__ import annotations

import json

from bench.model.calibration import Calibration


def write_calibration_document(calibration: Calibration) -> str:
    """Write one JSON object in ASCII: `flow_per_s` and `task_per_s`, then the whole record."""
    record = json.loads(calibration.model_dump_json())
    medians = {
        "flow_per_s": calibration.flow.median_per_s,
        "task_per_s": calibration.task.median_per_s,
    }
    return json.dumps(medians | record, indent=2, allow_nan=False) + "\n"
