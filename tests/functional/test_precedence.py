"""Who gets a core first, as the kernel tells it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from bench.execution.supervision.processes import ProcessSpec, supervise


def read_group(pid: int) -> str:
    group = Path(f"/proc/{pid}/autogroup")
    return group.read_text() if group.exists() else ""


async def read_precedence(niceness: int, folder: Path) -> tuple[int, str]:
    """Start a process, and return its niceness and that of its session's group."""
    async with supervise() as supervisor:
        process = await supervisor.spawn(
            ProcessSpec(
                name="sleeper",
                argv=(sys.executable, "-c", "import time; time.sleep(30)"),
                env=dict(os.environ),
                cwd=folder,
                log=folder / "log",
                niceness=niceness,
            )
        )
        found = os.getpriority(os.PRIO_PROCESS, process.pid), read_group(process.pid)
        await process.end()
        return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may go before others")
def test_a_process_goes_before_others_with_its_whole_session(tmp_path: Path) -> None:
    own, of_group = asyncio.run(read_precedence(-10, tmp_path))
    assert own == -10
    if of_group:  # the kernel schedules sessions as groups
        assert of_group.split()[-1] == "-10"


def test_a_process_is_one_of_many_unless_it_was_asked_to_go_first(tmp_path: Path) -> None:
    own, of_group = asyncio.run(read_precedence(0, tmp_path))
    assert own == os.getpriority(os.PRIO_PROCESS, 0)
    if of_group:
        assert of_group.split()[-1] == "0"
