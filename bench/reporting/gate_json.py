"""The JSON document of a gate: its report, and nothing beside it."""

from __future__ import annotations

import json

from bench.model.gate import GateReport


def write_gate_json(report: GateReport) -> str:
    """Write the report as JSON in ASCII: what doesn't exist, or is no number, is null."""
    # pydantic writes NaN and infinities as null only on its own way to text
    values = json.loads(report.model_dump_json())
    return json.dumps(values, indent=2, allow_nan=False) + "\n"
