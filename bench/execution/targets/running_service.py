"""A target that already runs: found by its URL, seen ready, and otherwise left alone."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Final

from bench.errors import TargetStartError
from bench.execution.targets.addresses import Address
from bench.execution.targets.readiness import POLL_S, READY, ask

_ATTEMPT_TIMEOUT_S: Final = 5.0


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
        seen = await _ask(address, path, min(left_s, _ATTEMPT_TIMEOUT_S))
        if seen == READY:
            return clock() - began_s
        await asyncio.sleep(POLL_S)
    asked = f"GET {path}" if path else "a connection"
    raise TargetStartError(
        f"{name} is to run at {address.url}, and was not ready within {timeout_s:g} s: "
        f"{asked} {seen}.",
        hint="Start it, and give the right url and `ready` path.",
    )


async def _ask(address: Address, path: str | None, timeout_s: float) -> str:
    try:
        async with asyncio.timeout(timeout_s):
            return await ask(address.host, address.port, path, tls=_tls(address))
    except TimeoutError:
        return f"got no answer within {timeout_s:.1f} s"


def _tls(address: Address) -> ssl.SSLContext | None:
    """Trust any certificate: all that is asked is whether somebody answers."""
    if address.scheme != "https":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
