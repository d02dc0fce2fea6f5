"""Whatever becomes of the harness, nothing of a run is left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.errors import SupervisorError
from bench.execution.supervision.process_table import ancestry, read_process_table
from bench.execution.supervision.processes import ProcessSpec, SpawnError, Supervisor, supervise

_PATIENCE_S = 25.0

_STUBBORN = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork() == 0:
        print("grandchild", os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)  # the grandchild is re-parented: out of the session, and nobody's child
time.sleep(600)
"""

_APP = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
"""

_HARNESS = """
import asyncio, json, os, sys
from pathlib import Path
from bench.execution.targets.launching import launch_target
from bench.execution.supervision.processes import ProcessSpec, supervise
from bench.execution.services.starting import start_services
from bench.model.experiment import Experiment, ExperimentFile

folder, stubborn = Path(sys.argv[1]), sys.argv[2]
file = ExperimentFile.model_validate({
    "title": "faults", "services": ["postgres"], "flow": [{"path": "/"}], "load": {"users": [1]},
    "variants": {"only": {"app": "app:app", "server": {"name": "uvicorn", "workers": 2}}},
    "ready": "/",
})
experiment = Experiment(name="faults", path=folder / "faults.toml", file=file)

async def main():
    async with supervise() as supervisor:
        spec = ProcessSpec(
            name="stubborn", argv=(sys.executable, "-c", stubborn), env=dict(os.environ),
            cwd=folder, log=folder / "stubborn.log", grace_s=1.0,
        )
        await supervisor.spawn(spec)
        async with (
            start_services(supervisor, experiment, cores=(), environment={"PATH": os.defpath}),
            launch_target(
                supervisor, experiment, "only", {}, seed=1, cores=(), service_env={},
                log=folder / "target.log", observations=folder / "observations.jsonl",
            ) as target,
        ):
            state = {"supervisor": supervisor.pid, "temp": str(supervisor.temp_folder),
                     "port": target.port, "target": target.process.pid}
            print(json.dumps(state), flush=True)
            await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""


@contextmanager
def harness(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "app.py").write_text(_APP)
    process = subprocess.Popen(
        [sys.executable, "-c", _HARNESS, str(tmp_path), _STUBBORN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def descendants(pid: int) -> set[int]:
    table = read_process_table()
    return {each for each in table if pid in [entry.pid for entry in ancestry(each, table)]}


def eventually(condition: Callable[[], bool]) -> bool:
    give_up_at_s = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > give_up_at_s:
            return False
        time.sleep(0.05)
    return True


def end_normally(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def interrupt(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    end_normally(process)  # its reading thread can't be cancelled


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()


def terminate(process: subprocess.Popen[str]) -> None:
    process.terminate()


@pytest.mark.parametrize("end", [end_normally, interrupt, terminate, kill])
def test_nothing_is_left_when_the_harness_ends(
    end: Callable[[subprocess.Popen[str]], None], tmp_path: Path
) -> None:
    with harness(tmp_path) as process:
        assert process.stdout is not None
        state: dict[str, Any] = json.loads(process.stdout.readline())
        assert eventually(lambda: "grandchild" in (tmp_path / "stubborn.log").read_text())
        grandchild = int((tmp_path / "stubborn.log").read_text().split()[1])
        ours = descendants(state["supervisor"])
        assert grandchild in ours
        assert len(ours) > 8  # uvicorn and its workers, PostgreSQL and its own, the stubborn ones
        end(process)
        assert eventually(lambda: not ours & read_process_table().keys())
    assert eventually(lambda: not Path(state["temp"]).exists())


def test_workers_of_a_killed_parent_are_ended(tmp_path: Path) -> None:
    with harness(tmp_path) as process:
        assert process.stdout is not None
        state = json.loads(process.stdout.readline())
        tree = descendants(state["target"])
        assert len(tree) >= 3
        os.kill(state["target"], signal.SIGKILL)
        assert eventually(lambda: not tree & read_process_table().keys())
        assert state["supervisor"] in read_process_table()
        end_normally(process)
    assert eventually(lambda: not Path(state["temp"]).exists())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_supervisor_that_is_told_to_go_ends_everything_first(
    number: signal.Signals, tmp_path: Path
) -> None:
    seen: list[object] = []

    async def main() -> None:
        async with supervise() as supervisor:
            spec = python(tmp_path, "import time; time.sleep(600)")
            process = await supervisor.spawn(spec)
            os.kill(supervisor.pid, number)
            seen.append(await process.wait())
            gone = lambda: supervisor.pid not in read_process_table()  # noqa: E731
            assert await asyncio.to_thread(eventually, gone)
            seen.append(supervisor.temp_folder.exists())
            await supervisor.spawn(spec)

    with pytest.raises(SupervisorError, match="supervisor"):
        asyncio.run(main())
    assert seen == [-signal.SIGTERM, False]


def test_a_killed_supervisor_is_an_error_and_its_processes_end(tmp_path: Path) -> None:
    seen: dict[str, Any] = {}

    async def main() -> None:
        async with supervise() as supervisor:
            forks = "import os, time; os.fork(); print(flush=True); time.sleep(600)"
            process = await supervisor.spawn(python(tmp_path, forks))
            both = lambda: len(process.log_tail()) == 2  # noqa: E731
            assert await asyncio.to_thread(eventually, both)
            seen.update(ours=descendants(process.pid), temp=supervisor.temp_folder)
            os.kill(supervisor.pid, signal.SIGKILL)
            await process.wait()

    with pytest.raises(SupervisorError, match="supervisor died"):
        asyncio.run(main())
    assert len(seen["ours"]) == 2
    assert eventually(lambda: not seen["ours"] & read_process_table().keys())
    assert not seen["temp"].exists()


def test_orphans_of_a_child_that_ended_by_itself_are_ended(tmp_path: Path) -> None:
    async def body(supervisor: Supervisor) -> None:
        leaves = _STUBBORN.rpartition("time.sleep")[0] + "time.sleep(0.5)"
        spec = python(tmp_path, leaves)
        bystander = await supervisor.spawn(python(tmp_path, "import time; time.sleep(600)"))
        process = await supervisor.spawn(spec)
        assert await process.wait() == 0
        await process.end()
        assert process.pid not in read_process_table()
        assert int(spec.log.read_text().split()[1]) not in read_process_table()
        assert bystander.pid in read_process_table()

    in_supervision(body)


def test_a_child_gets_what_it_was_promised(tmp_path: Path) -> None:
    code = """
import json, os, resource, sys
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
control = int(os.environ["PAIRBENCH_CONTROL_FD"])
listed = [int(name) for name in os.listdir("/proc/self/fd")]
others = [fd for fd in listed if fd > 2 and fd != control and os.path.exists(f"/dev/fd/{fd}")]
print(json.dumps({
    "session": os.getsid(0) == os.getpid(),
    "cores": sorted(os.sched_getaffinity(0)),
    "limit": soft == hard,
    "cwd": os.getcwd(),
    "stdin": os.readlink("/proc/self/fd/0"),
    "others": others,  # the listing's own descriptor is closed by now
}))
os.write(control, b"hello")
"""
    core = min(os.sched_getaffinity(0))

    async def body(supervisor: Supervisor) -> None:
        spec = python(tmp_path, code, cores=(core,), wants_control=True)
        process = await supervisor.spawn(spec)
        assert process.control is not None
        assert await asyncio.to_thread(process.control.recv, 99) == b"hello"
        assert await process.wait() == 0
        assert json.loads(process.log_tail()[-1]) == {
            "session": True,
            "cores": [core],
            "limit": True,
            "cwd": str(tmp_path),
            "stdin": "/dev/null",
            "others": [],
        }

    in_supervision(body)


@pytest.mark.parametrize("argv", [("no-such-command-anywhere",), ("/etc/hostname",), ("/",)])
def test_a_command_that_cannot_be_started_says_why(argv: tuple[str, ...], tmp_path: Path) -> None:
    async def body(supervisor: Supervisor) -> None:
        with pytest.raises(SpawnError, match="can't be started") as raised:
            await supervisor.spawn(python(tmp_path, "", argv=argv))
        assert argv[0] in raised.value.message

    in_supervision(body)


def test_ending_twice_and_ending_the_dead_is_fine(tmp_path: Path) -> None:
    async def body(supervisor: Supervisor) -> None:
        process = await supervisor.spawn(python(tmp_path, "import time; time.sleep(600)"))
        await asyncio.gather(process.end(), process.end())
        await process.end()
        assert process.returncode == -signal.SIGTERM

    in_supervision(body)


def test_a_start_that_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    async def body(supervisor: Supervisor) -> None:
        starting = asyncio.create_task(
            supervisor.spawn(python(tmp_path, "import time; time.sleep(600)"))
        )
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert descendants(supervisor.pid) == {supervisor.pid}

    in_supervision(body)


def test_a_cancelled_body_ends_its_processes_before_the_cancellation_goes_on(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        seen: list[int] = []

        async def run() -> None:
            async with supervise() as supervisor:
                process = await supervisor.spawn(python(tmp_path, "import time; time.sleep(600)"))
                seen.append(process.pid)
                await process.wait()

        running = asyncio.create_task(run())
        while not seen:  # noqa: ASYNC110 - an event would say no more
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.sleep(0)
        running.cancel()  # as an impatient second Ctrl-C does
        with pytest.raises(asyncio.CancelledError):
            await running
        assert seen[0] not in read_process_table()

    asyncio.run(main())


def test_folders_that_a_program_shut_are_removed(tmp_path: Path) -> None:
    folders: list[Path] = []

    async def body(supervisor: Supervisor) -> None:
        shut = supervisor.temp_folder / "a" / "b"
        shut.mkdir(parents=True)
        (shut / "file").touch()
        shut.chmod(0)
        shut.parent.chmod(0o500)
        folders.append(supervisor.temp_folder)

    in_supervision(body)
    assert not folders[0].exists()


def python(tmp_path: Path, code: str, **changes: Any) -> ProcessSpec:
    fields: dict[str, Any] = {
        "name": "child",
        "argv": (sys.executable, "-c", code),
        "env": dict(os.environ),
        "cwd": tmp_path,
        "log": tmp_path / f"{time.monotonic_ns()}.log",
        "grace_s": 1.0,
        "niceness": 0,
    }
    return ProcessSpec(**fields | changes)


def in_supervision(body: Callable[[Supervisor], Any]) -> None:
    async def main() -> None:
        async with supervise() as supervisor:
            folder = supervisor.temp_folder
            await body(supervisor)
        assert not folder.exists()

    asyncio.run(main())
