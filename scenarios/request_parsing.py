"""Users who send an order of about as many KiB as the stratum says."""

from __future__ import annotations

import json
import os

from bench.load.flows.users import FlowUser, Request

KIB = 1024


def make_order(size_bytes: int) -> str:
    """Make an order of at least one line, about that long."""
    lines = [
        {
            "product": 1000 + number,
            "name": f"Product no. {number} of the catalogue",
            "amount": number % 7 + 1,
            "price": 9.99 + number % 100,
            "note": "leave it at the door, please",
        }
        for number in range(max(1, size_bytes // 130))
    ]
    return json.dumps({"id": 42, "customer": "Ada Lovelace", "lines": lines})


class Customer(FlowUser):
    """Sends the same order, again and again."""

    flow = (
        Request(
            "/orders",
            method="POST",
            body=make_order(int(os.environ["STRATUM_BODY_KIB"]) * KIB),
            headers={"Content-Type": "application/json"},
            status=200,
        ),
    )
