"""A target that already runs: found by its URL, seen ready, and otherwise left alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bench.errors import TargetStartError
from bench.execution.targets.addresses import Address
from bench.execution.targets.readiness import (
    ATTEMPT_TIMEOUT_S,
    POLL_S,
    READY,
    ask,
    tell,
    unverified_context,
)


async def wait_for_service(
    name: str,
    address: Address,
    path: str | None,
    *,
    timeout_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Poll a service that others started until it is ready; return how long that took, in seconds.

    Args:
        name: of the target, for messages.
        address: where it is.
        path: answers below 400 once it is ready; None: accepting a connection will do.
        timeout_s: how long it may take.
        clock: monotonic seconds.

    Raises:
        TargetStartError: it was not ready in time; says what it answered.
    """
    began_s = clock()
    seen = "was never asked"
    while (left_s := began_s + timeout_s - clock()) > 0:
        patience_s = min(left_s, ATTEMPT_TIMEOUT_S)
        seen = tell(await _ask(address, path, patience_s), patience_s) or seen
        if seen == READY:
            return clock() - began_s
        await asyncio.sleep(POLL_S)
    asked = f"GET {path}" if path else "a connection"
    raise TargetStartError(
        f"{name} is to run at {address.url}, and was not ready within {timeout_s:g} s: "
        f"{asked} {seen}.",
        hint="Start it, and give the right url and `ready` path.",
    )


async def _ask(address: Address, path: str | None, timeout_s: float) -> str | None:
    tls = unverified_context() if address.scheme == "https" else None
    try:
        async with asyncio.timeout(timeout_s):
            return await ask(address.host, address.port, path, tls=tls)
    except TimeoutError:
        return None
