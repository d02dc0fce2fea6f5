"""Ends a copy of the target under load, and counts the requests that were not answered."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from copying import copy_target, find_server, scratch_file
from driving import HOST, PORT, Driver, ask, sleep_until

LOADED_FOR_S: Final = 0.5


class Ender(Driver):
    """Ends one copy after the other."""

    async def build_up(self, level: float) -> None:
        """Find out how the target was started."""
        self._rate = level
        reader, writer = await asyncio.open_connection(HOST, PORT)
        _, body = await ask(reader, writer, "/pid")
        writer.close()
        self._pid = find_server(int(body))

    async def attempt(self) -> None:
        """End one copy."""
        began_at_s = time.monotonic()
        self.observe(await self._end_one())
        self.note("shutdown", began_at_s)

    async def _end_one(self) -> dict[str, tuple[float, str]]:
        copy = await copy_target(self._pid, scratch_file("copy.log"), {})
        self._told_at_s = float("inf")
        try:
            sending = [
                asyncio.create_task(self._send(time.monotonic() + number / self._rate, copy.port))
                for number in range(int(self._rate * LOADED_FOR_S))
            ]
            await asyncio.sleep(LOADED_FOR_S)
            self._told_at_s = copy.terminate()
            await copy.wait()
            drain_s = time.monotonic() - self._told_at_s
            failed = sum(await asyncio.gather(*sending))
        finally:
            copy.kill()
        return {"failed_before": (float(failed), ""), "drain": (drain_s, "s")}

    async def _send(self, at_s: float, port: int) -> bool:
        """Send a request, and return whether it was sent before the end and not answered."""
        await sleep_until(at_s)
        sent_at_s = time.monotonic()
        try:
            reader, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            return sent_at_s < self._told_at_s
        try:
            status, _ = await ask(reader, writer, "/work")
        except (OSError, asyncio.IncompleteReadError):
            return True
        finally:
            writer.close()
        self.note("GET /work", sent_at_s, group="bystander")
        return bool(status != 200)


if __name__ == "__main__":
    asyncio.run(Ender().run())
