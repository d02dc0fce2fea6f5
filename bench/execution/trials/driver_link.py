"""The harness's end of the driver protocol (docs/reference/driver-protocol.md)."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from bench.errors import BenchError, GeneratorError, StorageError, UsageError
from bench.storage.guarding import FREE_SPACE

_LINE_LIMIT: Final = 256 * 1024 * 1024
"""Answers travel in one line, bodies included."""

_ERRORS: Final[dict[str, type[BenchError]]] = {
    "scenario": UsageError,
    "storage": StorageError,
    "resources": UsageError,
    "fleet": UsageError,
}
"""Which decision is left to the caller; whatever else a driver says is a failure of its own."""


class DriverLink:
    """A conversation with a driver: commands out, events in, progress aside."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        last_words: Callable[[], list[str]],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._last_words = last_words
        self.on_progress: Callable[[dict[str, Any]], None] = lambda _: None
        """Is called with each progress event, whatever else is waited for."""

    async def say(self, do: str, **details: object) -> None:
        """Send a command.

        Raises:
            GeneratorError: the driver is gone.
        """
        self._writer.write(json.dumps({"do": do, **details}).encode() + b"\n")
        try:
            await self._writer.drain()
        except ConnectionError:
            raise self._lost() from None

    async def hear(
        self, event: str, within_s: float, *, ignoring: str | None = None
    ) -> dict[str, Any]:
        """Wait for an event; progress that comes before it is passed on.

        Args:
            event: what is due.
            within_s: how long it may take.
            ignoring: what may come before it, too, since it was on its way.

        Raises:
            GeneratorError: the driver ended, said something else, or said nothing in time.
            UsageError: the scenario is at fault, or the system's limits are.
            StorageError: the driver can't write its slices.
        """
        try:
            async with asyncio.timeout(within_s):
                return await self._next(event, ignoring)
        except TimeoutError:
            raise GeneratorError(
                f"The driver did not say {event!r} within {within_s:.0f} s.",
                evidence=self._last_words(),
            ) from None

    async def _next(self, event: str, ignoring: str | None) -> dict[str, Any]:
        while True:
            message = await self._read()
            match message.get("event"):
                case "progress":
                    self.on_progress(message)
                    if event == "progress":
                        return message
                case "error":
                    raise self._refusal(message)
                case said if said == event:
                    return message
                case said if said == ignoring:
                    continue
                case said:
                    raise GeneratorError(
                        f"The driver said {said!r} where {event!r} was due.",
                        evidence=self._last_words(),
                    )

    async def _read(self) -> dict[str, Any]:
        try:
            line = await self._reader.readline()
        except (ConnectionError, ValueError):
            raise self._lost() from None
        if not line.endswith(b"\n"):
            raise self._lost()
        try:
            message = json.loads(line)
        except json.JSONDecodeError:
            message = None
        if not isinstance(message, dict):
            raise GeneratorError(f"The driver sent a line that is no JSON object: {line[:200]!r}.")
        return message

    def _refusal(self, message: dict[str, Any]) -> BenchError:
        kind = _ERRORS.get(str(message.get("kind")), GeneratorError)
        hint = FREE_SPACE if kind is StorageError else ""
        return kind(str(message.get("message", "The driver gave no reason.")), hint=hint)

    def _lost(self) -> GeneratorError:
        return GeneratorError("The driver ended before its time.", evidence=self._last_words())


@asynccontextmanager
async def link_driver(
    control: socket.socket,
    *,
    last_words: Callable[[], list[str]],
) -> AsyncIterator[DriverLink]:
    """Talk with a driver over its control socket, which is closed at the end.

    Args:
        control: the harness's end of the socket pair.
        last_words: gives the last lines of the driver's log, as evidence in errors.
    """
    control.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=control, limit=_LINE_LIMIT)
    try:
        yield DriverLink(reader, writer, last_words)
    finally:
        writer.close()
