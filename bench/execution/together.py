"""Work of several parties that is done at the same time, and fails as one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Self, TypeVar

from bench.execution.supervision.finishing import finish

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


class SideBySide:
    """Contexts that may be entered at the same time, and are all left at once.

    None of them hears of an error in the body: it belongs to nobody of them. Where several fail as
    they are left, all are left, and the first one's error is raised.
    """

    def __init__(self) -> None:
        self._entered: list[AsyncExitStack] = []

    async def enter(self, context: AbstractAsyncContextManager[_Result]) -> _Result:
        """Enter a context, to be left with the others."""
        stack = AsyncExitStack()
        self._entered.append(stack)
        return await stack.enter_async_context(context)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await finish(self._leave())

    async def _leave(self) -> None:
        leaving = (stack.aclose() for stack in self._entered)
        outcomes = await asyncio.gather(*leaving, return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
