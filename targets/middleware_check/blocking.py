"""A check by a synchronous client: the event loop stands still meanwhile."""

from __future__ import annotations

import time

from targets.middleware_check.service import CHECK_S, make_service


async def check() -> None:
    """Check, and let nobody else run."""
    time.sleep(CHECK_S)  # noqa: ASYNC251 - the mistake that is measured


app = make_service(check)
