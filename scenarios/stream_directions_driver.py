"""Opens a stream, says something on it, and asks whether that has arrived."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import websockets
from driving import HOST, PORT, Driver, ask
from websockets.exceptions import InvalidHandshake

ARRIVES_WITHIN_S: Final = 0.2


class Speaker(Driver):
    """Makes one attempt after the other, each on a stream of its own."""

    async def attempt(self) -> None:
        """Speak on a WebSocket if there is one, else on whatever the server streams."""
        began_at_s = time.monotonic()
        before = await self._count()
        try:
            await self._speak_on_websocket()
        except InvalidHandshake:
            await self._speak_on_stream()
        after = await self._count()
        self.observe({"delivered": (float(after > before), "")})
        self.note("stream", began_at_s)

    async def _speak_on_websocket(self) -> None:
        async with websockets.connect(f"ws://{HOST}:{PORT}/stream") as socket:
            await socket.recv()
            await socket.send("are you there?")
            await asyncio.sleep(ARRIVES_WITHIN_S)

    async def _speak_on_stream(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, PORT)
        try:
            writer.write(f"GET /stream HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            await reader.readuntil(b"hello")
            writer.write(b"are you there?\n")
            await writer.drain()
            await asyncio.sleep(ARRIVES_WITHIN_S)
        finally:
            writer.close()

    async def _count(self) -> int:
        reader, writer = await asyncio.open_connection(HOST, PORT)
        try:
            _, body = await ask(reader, writer, "/received")
        finally:
            writer.close()
        return int(body)


if __name__ == "__main__":
    asyncio.run(Speaker().run())
