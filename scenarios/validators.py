"""Users who post a record of about 1 KiB, or nothing where the target has records of its own.

One body fits all models: it has the thirty leaves twice, side by side and in groups three deep, and
a kind. Each model reads its part.
"""

from __future__ import annotations

import json
import os

from bench.load.flows.users import FlowUser, Request

FIELDS = 10


def make_body() -> str:
    """Make the record in both shapes."""
    names = {f"name_{number}": f"name {number}" for number in range(FIELDS)}
    counts = {f"count_{number}": number + 1 for number in range(FIELDS)}
    notes = {f"note_{number}": "nothing" for number in range(FIELDS)}
    flat = {"kind": "fourth", **names, **counts, **notes}
    nested = {"names": names, "inner": {"counts": counts, "notes": notes}}
    return json.dumps(flat | nested, separators=(",", ":"))


class Writer(FlowUser):
    """Posts the same record, again and again."""

    flow = (
        {
            "library": Request("/records", method="POST", status=200),
            "route": Request(
                "/records",
                method="POST",
                body=make_body(),
                headers={"Content-Type": "application/json"},
                status=200,
            ),
        }[os.environ["STRATUM_PLACE"]],
    )
