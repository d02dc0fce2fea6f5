"""How many requests a server has served, as it says itself on a page of its own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench.errors import TargetError

PATH: Final = "/status"

_PAGE: Final = re.compile(
    r"Active connections: (?P<active>\d+)\s+server accepts handled requests\s+"
    r"(?P<accepted>\d+) \d+ (?P<requests>\d+)"
)
_WITHIN_S: Final = 20.0
"""A server with ten thousand connections may take a while."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a server had counted at a moment, without those who asked for the count."""

    t_s: float
    active: int
    """Open connections."""
    accepted: int
    requests: int


class StatusPage:
    """A server's page of counts, in the format of nginx's `stub_status`.

    Every contender is counted on it alike, whatever it says of itself.
    """

    def __init__(
        self, host: str, port: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._asked = 0

    async def read(self) -> Count:
        """Ask for the counts.

        Raises:
            TargetError: the server doesn't give them.
        """
        self._asked += 1
        try:
            async with asyncio.timeout(_WITHIN_S):
                text = await self._get()
        except (OSError, TimeoutError) as error:
            raise TargetError(f"The server gives no counts any more: {error!r}.") from error
        return parse_page(text, self._clock(), asked=self._asked)

    async def _get(self) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(
                f"GET {PATH} HTTP/1.1\r\nHost: {self._host}\r\nConnection: close\r\n\r\n".encode()
            )
            return (await reader.read()).decode("latin-1")
        finally:
            writer.transport.abort()


def parse_page(text: str, t_s: float, *, asked: int) -> Count:
    """Read a page of counts.

    Args:
        text: of the page; what comes before and after doesn't matter.
        t_s: when it came.
        asked: how often we have asked, this time included, each time on a connection of its own.

    Raises:
        TargetError: it is no such page.
    """
    page = _PAGE.search(text)
    if page is None:
        raise TargetError(f"The server's page of counts can't be read: {text[:200]!r}.")
    return Count(
        t_s=t_s,
        active=int(page["active"]) - 1,
        accepted=int(page["accepted"]) - asked,
        requests=int(page["requests"]) - asked,
    )
