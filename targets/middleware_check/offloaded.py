"""A check by a synchronous client in a thread."""

from __future__ import annotations

import time

from anyio import to_thread

from targets.middleware_check.service import CHECK_S, make_service


async def check() -> None:
    """Have a thread check."""
    await to_thread.run_sync(time.sleep, CHECK_S)


app = make_service(check)
