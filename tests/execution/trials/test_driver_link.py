from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bench.errors import BenchError, GeneratorError, StorageError, UsageError
from bench.execution.trials.driver_link import DriverLink, link_driver


def converse(talk: Callable[[DriverLink, socket.socket], Awaitable[Any]]) -> Any:
    """Run a talk between a link and the driver's raw end of its socket."""

    async def run() -> Any:
        ours, theirs = socket.socketpair()
        with theirs:
            async with link_driver(ours, last_words=lambda: ["its last words"]) as link:
                return await talk(link, theirs)

    return asyncio.run(run())


def lines(*events: object) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def hearing(sent: bytes, event: str = "ready", *, hang_up: bool = False) -> Any:
    async def talk(link: DriverLink, driver: socket.socket) -> dict[str, Any]:
        driver.sendall(sent)
        if hang_up:
            driver.shutdown(socket.SHUT_WR)
        return await link.hear(event, within_s=5)

    return converse(talk)


def test_a_command_is_one_line_of_json() -> None:
    async def talk(link: DriverLink, driver: socket.socket) -> bytes:
        await link.say("probe", seed=7, tasks=8)
        return driver.recv(1000)

    assert json.loads(converse(talk)) == {"do": "probe", "seed": 7, "tasks": 8}


def test_an_event_is_heard_with_its_details() -> None:
    assert hearing(lines({"event": "ready", "t_s": 5})) == {"event": "ready", "t_s": 5}


def test_progress_is_passed_on_while_something_else_is_waited_for() -> None:
    async def talk(link: DriverLink, driver: socket.socket) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = []
        link.on_progress = seen.append
        driver.sendall(lines({"event": "progress", "completed": 3}, {"event": "drained"}))
        await link.hear("drained", within_s=5)
        return seen

    assert converse(talk) == [{"event": "progress", "completed": 3}]


def test_progress_can_be_waited_for_itself() -> None:
    assert hearing(lines({"event": "progress", "completed": 3}), "progress")["completed"] == 3


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("scenario", UsageError),
        ("resources", UsageError),
        ("storage", StorageError),
        ("generator", GeneratorError),
        ("something new", GeneratorError),
    ],
)
def test_a_drivers_error_becomes_ours(kind: str, error: type[BenchError]) -> None:
    with pytest.raises(error, match="no users in it"):
        hearing(lines({"event": "error", "kind": kind, "message": "no users in it"}))


def test_a_driver_that_ends_leaves_its_last_words() -> None:
    with pytest.raises(GeneratorError, match="ended before its time") as caught:
        hearing(b"", hang_up=True)
    assert caught.value.evidence == ("its last words",)


def test_a_driver_that_ends_in_the_middle_of_a_line_has_ended() -> None:
    with pytest.raises(GeneratorError, match="ended before its time"):
        hearing(b'{"event": "re', hang_up=True)


def test_an_event_out_of_turn_is_an_error() -> None:
    with pytest.raises(GeneratorError, match="said 'stopped' where 'ready' was due"):
        hearing(lines({"event": "stopped"}))


@pytest.mark.parametrize("sent", [b"not json\n", b"[1]\n"])
def test_a_line_that_is_no_object_is_an_error(sent: bytes) -> None:
    with pytest.raises(GeneratorError, match="no JSON object"):
        hearing(sent)


def test_a_silent_driver_is_not_waited_for_without_end() -> None:
    async def talk(link: DriverLink, driver: socket.socket) -> None:
        await link.hear("ready", within_s=0.05)

    with pytest.raises(GeneratorError, match="did not say 'ready'"):
        converse(talk)


def test_a_command_to_a_driver_that_is_gone_is_an_error() -> None:
    async def talk(link: DriverLink, driver: socket.socket) -> None:
        driver.close()
        for _ in range(3):
            await link.say("stop")
            await asyncio.sleep(0)

    with pytest.raises(GeneratorError):
        converse(talk)


def test_what_was_on_its_way_is_passed_over() -> None:
    async def talk(link: DriverLink, driver: socket.socket) -> dict[str, Any]:
        driver.sendall(lines({"event": "drained"}, {"event": "stopped", "over": None}))
        return await link.hear("stopped", within_s=5, ignoring="drained")

    assert converse(talk)["event"] == "stopped"
