"""A check by an asynchronous client."""

from __future__ import annotations

import asyncio

from targets.middleware_check.service import CHECK_S, make_service


async def check() -> None:
    """Check, and let others run meanwhile."""
    await asyncio.sleep(CHECK_S)


app = make_service(check)
