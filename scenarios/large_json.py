"""Users who upload a JSON list of as many MiB as the stratum says."""

from __future__ import annotations

import json
import os

from bench.load.flows.users import FlowUser, Request

MIB = 1024 * 1024


def make_body(size_bytes: int) -> str:
    """Make a list of items, just longer than that."""
    item_bytes = len(json.dumps({"id": 100_000, "name": "item-100000", "amount": 500})) + 2
    return json.dumps(
        [
            {"id": number, "name": f"item-{number}", "amount": number % 1000}
            for number in range(100_000, 100_000 + size_bytes // item_bytes + 1)
        ]
    )


class Uploader(FlowUser):
    """Sends the same list, again and again."""

    flow = (
        Request(
            "/sum",
            method="POST",
            body=make_body(int(os.environ["STRATUM_BODY_MIB"]) * MIB),
            headers={"Content-Type": "application/json"},
            status=200,
        ),
    )
