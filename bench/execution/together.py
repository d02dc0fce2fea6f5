"""Work of several parties that is done at the same time, and fails as one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

_Result = TypeVar("_Result")


async def together(work: Iterable[Awaitable[_Result]]) -> list[_Result]:
    """Do all of it at once; return the results in the order given.

    When one fails, the others are cancelled, and its error is raised once they have ended: the
    first one's, where several fail.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
