"""Has a copy of the target put new workers in the place of its old ones under load (SIGHUP)."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Final

import psutil
from copying import find_worker
from ending import LOADED_FOR_S, Ender

RELOADED_WITHIN_S: Final = 5.0


class Reload(Ender):
    """Tells one copy after the other to reload, and counts what was not answered until the end."""

    async def attempt(self) -> None:
        """Reload one copy."""
        began_at_s = time.monotonic()
        async with self.copied() as copy:
            sending = self.send_for(LOADED_FOR_S + RELOADED_WITHIN_S, copy.port)
            await asyncio.sleep(LOADED_FOR_S)
            old = {worker.pid for worker in psutil.Process(copy.process.pid).children()}
            copy.tell(signal.SIGHUP)
            failed = sum(await asyncio.gather(*sending))
            is_new = copy.process.poll() is None and await find_worker(copy.port) not in old
            self.observe({"failed": (float(failed), ""), "reloaded": (float(is_new), "")})
            self.note("reload", began_at_s)
            copy.tell(signal.SIGTERM)
            await copy.wait()


if __name__ == "__main__":
    asyncio.run(Reload().run())
