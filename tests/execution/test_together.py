from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import pytest

from bench.execution.together import together

_Result = TypeVar("_Result")
_PATIENCE_S: Final = 10.0


class Journal:
    """Workers that say what became of them."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self._began = asyncio.Semaphore(0)

    async def wait_for_ever(self, name: str) -> str:
        self._began.release()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # an end takes its time
            self.ended.append(name)
        return name

    async def fail(self, name: str, after: Callable[[], Awaitable[object]] | None = None) -> str:
        if after is not None:
            await after()
        raise ValueError(name)

    async def until_began(self, number: int) -> None:
        for _ in range(number):
            await self._began.acquire()


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a test that would wait for ever if it failed."""
    return asyncio.run(asyncio.wait_for(work, _PATIENCE_S))


def test_results_come_in_the_order_given_and_not_of_their_ends() -> None:
    async def work() -> list[str]:
        done = asyncio.Event()

        async def first() -> str:
            await done.wait()
            return "first"

        async def second() -> str:
            done.set()
            return "second"

        return await together([first(), second()])

    assert run(work()) == ["first", "second"]


def test_all_of_it_is_done_at_once() -> None:
    async def work() -> None:
        barrier = asyncio.Barrier(3)

        async def meet() -> None:
            await barrier.wait()

        await together(meet() for _ in range(3))

    run(work())


def test_nothing_to_do_has_no_results() -> None:
    async def work() -> list[None]:
        return await together(())

    assert run(work()) == []


def test_when_one_fails_the_others_have_ended_before_its_error_is_raised() -> None:
    journal = Journal()

    async def work() -> None:
        with pytest.raises(ValueError, match="bad"):
            await together(
                [
                    journal.wait_for_ever("first"),
                    journal.fail("bad", lambda: journal.until_began(2)),
                    journal.wait_for_ever("last"),
                ]
            )
        assert journal.ended == ["first", "last"]

    run(work())


def test_the_first_error_is_raised_where_several_fail() -> None:
    journal = Journal()

    async def fail_late() -> str:
        try:
            return await journal.wait_for_ever("late")
        finally:
            raise ValueError("late")

    async def work() -> None:
        with pytest.raises(ValueError, match="early"):
            await together([fail_late(), journal.fail("early", lambda: journal.until_began(1))])
        assert journal.ended == ["late"]

    run(work())


def test_who_is_cancelled_from_outside_cancels_and_awaits_all_of_it() -> None:
    journal = Journal()

    async def work() -> None:
        task = asyncio.ensure_future(together(journal.wait_for_ever(name) for name in ("a", "b")))
        await journal.until_began(2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert journal.ended == ["a", "b"]

    run(work())
