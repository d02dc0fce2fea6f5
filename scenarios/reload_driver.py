"""Has a copy of the target put new workers in the place of its old ones under load (SIGHUP)."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Collection
from typing import Final

import psutil
from copying import find_worker
from driving import sleep_until
from ending import LOADED_FOR_S, Ender, find_workers

RELOADED_WITHIN_S: Final = 5.0
LOOK_EVERY_S: Final = 0.01


class Reload(Ender):
    """Tells one copy after the other to reload, and counts what was lost until the end."""

    async def attempt(self) -> None:
        """Reload one copy."""
        began_at_s = time.monotonic()
        async with self.copied() as copy:
            sending = self.send_for(LOADED_FOR_S + RELOADED_WITHIN_S, copy.port)
            reloads_at_s = time.monotonic() + LOADED_FOR_S
            await self.leave_jobs(copy.port)
            await sleep_until(reloads_at_s)
            old = find_workers(copy)
            told_at_s = copy.tell(signal.SIGHUP)
            if await all_gone(old, told_at_s + RELOADED_WITHIN_S):
                self.observe({"drain": (time.monotonic() - told_at_s, "s")})
            failed = sum(await asyncio.gather(*sending))
            is_new = copy.process.poll() is None and await find_worker(copy.port) not in {
                worker.pid for worker in old
            }
            self.observe({"failed": (float(failed), ""), "reloaded": (float(is_new), "")})
            self.observe_lost()
            self.note("reload", began_at_s)
            copy.tell(signal.SIGTERM)
            await copy.wait()


async def all_gone(workers: Collection[psutil.Process], until_s: float) -> bool:
    """Wait until all have ended, and return whether they have in time."""
    while any(_lives(worker) for worker in workers):
        if time.monotonic() > until_s:
            return False
        await asyncio.sleep(LOOK_EVERY_S)
    return True


def _lives(worker: psutil.Process) -> bool:
    try:
        return bool(worker.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    asyncio.run(Reload().run())
