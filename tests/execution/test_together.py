from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import pytest

from bench.execution.together import SideBySide, together

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


@asynccontextmanager
async def lodging(
    journal: Journal, name: str, leave: Callable[[], Awaitable[object]]
) -> AsyncIterator[str]:
    try:
        yield name
    finally:
        await leave()
        journal.ended.append(name)


async def at_once() -> None:
    await asyncio.sleep(0)


def test_contexts_are_left_all_at_once() -> None:
    journal = Journal()

    async def work() -> None:
        barrier = asyncio.Barrier(2)

        async def meet() -> None:  # leaving can't be cancelled, so that it has to give up itself
            await asyncio.wait_for(barrier.wait(), _PATIENCE_S)

        async with SideBySide() as guests:
            names = await together(
                guests.enter(lodging(journal, name, meet)) for name in ("a", "b")
            )
            assert names == ["a", "b"]
            assert journal.ended == []

    run(work())
    assert sorted(journal.ended) == ["a", "b"]


def test_an_error_of_the_body_is_raised_once_all_are_left_and_no_context_hears_of_it() -> None:
    journal = Journal()

    @asynccontextmanager
    async def listening() -> AsyncIterator[None]:
        try:
            yield
        except ValueError:
            journal.ended.append("heard of it")

    async def work() -> None:
        async with SideBySide() as guests:
            await guests.enter(listening())
            await guests.enter(lodging(journal, "a", at_once))
            raise ValueError("the body's")

    with pytest.raises(ValueError, match="the body's"):
        run(work())
    assert journal.ended == ["a"]


def test_where_leaving_fails_the_others_are_left_all_the_same() -> None:
    journal = Journal()

    async def fail() -> None:
        raise ValueError("the door is stuck")

    async def work() -> None:
        async with SideBySide() as guests:
            await guests.enter(lodging(journal, "a", fail))
            await guests.enter(lodging(journal, "b", at_once))

    with pytest.raises(ValueError, match="stuck"):
        run(work())
    assert journal.ended == ["b"]


def test_a_context_that_could_not_be_entered_is_not_left() -> None:
    journal = Journal()

    @asynccontextmanager
    async def full() -> AsyncIterator[None]:
        raise ValueError("no room")
        yield

    async def work() -> None:
        async with SideBySide() as guests:
            await guests.enter(lodging(journal, "a", at_once))
            await guests.enter(full())

    with pytest.raises(ValueError, match="no room"):
        run(work())
    assert journal.ended == ["a"]


def test_leaving_is_finished_though_somebody_cancels_it() -> None:
    journal = Journal()

    async def work() -> None:
        leaving, may_leave = asyncio.Event(), asyncio.Event()

        async def leave() -> None:
            leaving.set()
            await may_leave.wait()

        async def stay() -> None:
            async with SideBySide() as guests:
                await guests.enter(lodging(journal, "a", leave))

        task = asyncio.ensure_future(stay())
        await leaving.wait()
        task.cancel()
        await at_once()
        may_leave.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(work())
    assert journal.ended == ["a"]
