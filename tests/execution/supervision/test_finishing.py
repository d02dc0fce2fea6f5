from __future__ import annotations

import asyncio

import pytest

from bench.execution.supervision.finishing import finish


def test_work_is_finished_though_its_caller_is_cancelled_twice() -> None:
    async def main() -> list[str]:
        done: list[str] = []
        go_on = asyncio.Event()

        async def work() -> None:
            await go_on.wait()
            done.append("work")

        caller = asyncio.create_task(finish(work()))
        for _ in range(2):
            await asyncio.sleep(0)
            caller.cancel()
        await asyncio.sleep(0)
        assert not caller.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await caller
        return done

    assert asyncio.run(main()) == ["work"]


def test_results_and_errors_pass_through() -> None:
    async def answer() -> int:
        return 42

    async def fail() -> None:
        raise LookupError("nothing there")

    assert asyncio.run(finish(answer())) == 42
    with pytest.raises(LookupError, match="nothing there"):
        asyncio.run(finish(fail()))


def test_an_error_of_the_work_is_the_cause_of_the_cancellation() -> None:
    async def main() -> BaseException | None:
        async def fail() -> None:
            await asyncio.sleep(0.01)
            raise LookupError("nothing there")

        caller = asyncio.create_task(finish(fail()))
        await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError) as raised:
            await caller
        return raised.value.__cause__

    assert isinstance(asyncio.run(main()), LookupError)
