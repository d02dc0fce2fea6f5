"""Ends a copy of the target under load, and counts what was not answered, and not done."""

from __future__ import annotations

import asyncio
import signal
import time

from driving import sleep_until
from ending import LOADED_FOR_S, Ender


class Shutdown(Ender):
    """Ends one copy after the other."""

    async def attempt(self) -> None:
        """End one copy."""
        began_at_s = time.monotonic()
        async with self.copied() as copy:
            sending = self.send_for(LOADED_FOR_S, copy.port)
            ends_at_s = time.monotonic() + LOADED_FOR_S
            await self.leave_jobs(copy.port)
            await sleep_until(ends_at_s)
            self.told_at_s = copy.tell(signal.SIGTERM)
            await copy.wait()
            drain_s = time.monotonic() - self.told_at_s
            failed = sum(await asyncio.gather(*sending))
        self.observe_lost()
        self.observe({"failed_before": (float(failed), ""), "drain": (drain_s, "s")})
        self.note("shutdown", began_at_s)


if __name__ == "__main__":
    asyncio.run(Shutdown().run())
