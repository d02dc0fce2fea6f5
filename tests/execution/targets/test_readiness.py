from __future__ import annotations

import asyncio

import pytest

from bench.errors import TargetStartError
from bench.execution.targets.addresses import locate
from bench.execution.targets.readiness import tell
from bench.execution.targets.running_service import wait_for_service


@pytest.mark.parametrize(
    ("answer", "patience_s", "told"),
    [
        ("kept answering 404", 0.01, "kept answering 404"),
        ("kept answering 404", 5.0, "kept answering 404"),
        (None, 5.0, "got no answer within 5.0 s"),
        (None, 0.01, None),
    ],
)
def test_a_silence_tells_something_if_it_lasted(answer, patience_s, told):
    assert tell(answer, patience_s) == told


def test_a_last_attempt_that_was_cut_short_does_not_hide_what_was_answered_before():
    asked = []

    async def answer_once(reader, writer):
        asked.append(await reader.readline())
        if len(asked) == 1:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await reader.read()
        writer.close()

    async def wait():
        server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        times = iter([0.0, 0.0, 3.99, 5.0])
        async with server:
            await wait_for_service(
                "shop",
                locate(f"http://127.0.0.1:{port}", allow_remote=False),
                "/",
                timeout_s=4.0,
                clock=lambda: next(times),
            )

    with pytest.raises(TargetStartError, match="kept answering 404 Not Found"):
        asyncio.run(wait())
