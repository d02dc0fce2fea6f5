"""Users who fetch 1 KiB and send 10 KiB."""

from __future__ import annotations

from bench.load.flows.users import FlowUser, Request


class Visitor(FlowUser):
    """Fetches, then sends."""

    flow = (
        Request("/item", status=200),
        Request(
            "/item",
            method="POST",
            body="x" * 10_240,
            headers={"Content-Type": "application/octet-stream"},
            status=200,
        ),
    )
