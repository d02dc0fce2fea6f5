"""Master, workers and target on machines of their own, as far as the kernel can tell.

Each is a network namespace with an address of its own; the master's holds the bridge between them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).parents[1] / "load" / "distributed" / "counting_server.py"
PATIENCE_S = 60.0
PORT = 5557
TOKEN = "of the namespaces test"

NETWORK = "10.77.83"
ADDRESSES = {"master": 1, "one": 2, "two": 3, "target": 4}


class Machines:
    """Four namespaces on one bridge."""

    def __init__(self) -> None:
        self._mark = f"pb{os.getpid() % 100_000}"

    def name(self, machine: str) -> str:
        return f"{self._mark}-{machine}"

    def address(self, machine: str) -> str:
        return f"{NETWORK}.{ADDRESSES[machine]}"

    def build(self) -> None:
        for machine in ADDRESSES:
            _ip("netns", "add", self.name(machine))
            self._within(machine, "link", "set", "lo", "up")
        self._within("master", "link", "add", "bridge", "type", "bridge")
        self._within("master", "addr", "add", f"{self.address('master')}/24", "dev", "bridge")
        self._within("master", "link", "set", "bridge", "up")
        for machine in list(ADDRESSES)[1:]:
            self._connect(machine)

    def remove(self) -> None:
        for machine in ADDRESSES:
            command = ["ip", "netns", "delete", self.name(machine)]
            subprocess.run(command, capture_output=True, check=False)

    def start(self, machine: str, *command: str, **options: Any) -> subprocess.Popen[str]:
        line = ["ip", "netns", "exec", self.name(machine), sys.executable, "-P", *command]
        return subprocess.Popen(line, text=True, **options)

    def _connect(self, machine: str) -> None:
        inside, outside = "eth0", f"to-{machine}"
        _ip(
            *("link", "add", outside, "netns", self.name("master"), "type", "veth"),
            *("peer", "name", inside, "netns", self.name(machine)),
        )
        self._within("master", "link", "set", outside, "master", "bridge", "up")
        self._within(machine, "addr", "add", f"{self.address(machine)}/24", "dev", inside)
        self._within(machine, "link", "set", inside, "up")

    def _within(self, machine: str, *command: str) -> None:
        _ip("-n", self.name(machine), *command)


def _ip(*command: str) -> None:
    subprocess.run(["ip", *command], check=True, capture_output=True, text=True)


@pytest.fixture
def machines() -> Iterator[Machines]:
    if shutil.which("ip") is None:
        pytest.skip("there is no `ip` here (iproute2), which makes network namespaces")
    machines = Machines()
    try:
        machines.build()
        yield machines
    except subprocess.CalledProcessError as error:
        pytest.skip(f"network namespaces are not allowed here: {error.stderr.strip()}")
    finally:
        machines.remove()


class Rig:
    """A master spoken to as the harness would, two `bench worker`s, and the target."""

    def __init__(self, machines: Machines, folder: Path, stack: ExitStack) -> None:
        self._machines = machines
        self._folder = folder
        self._stack = stack
        self.slices_path = folder / "slices.jsonl"
        self._order = folder / "fleet.json"
        self.target = self._start("target", str(SERVER), machines.address("target"))
        assert self.target.stdout
        port = int(self.target.stdout.readline())
        config = folder / "config.json"
        host = f"http://{machines.address('target')}:{port}"
        flow = [{"path": "/", "name": "count"}]
        config.write_text(json.dumps({"host": host, "flow": flow, "allow_remote": True}))
        order = {"workers": 2, "host": machines.address("master"), "port": PORT, "wait_s": 30.0}
        self._order.write_text(json.dumps(order))
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE_S)
        self.socket = stack.enter_context(ours)
        with theirs:
            command = ("-m", "bench.load.distributed", str(config), str(self._order))
            self.master = self._start(
                "master",
                *command,
                pass_fds=[theirs.fileno()],
                env={
                    "PAIRBENCH_CONTROL_FD": str(theirs.fileno()),
                    "PAIRBENCH_SLICES": str(self.slices_path),
                    "PAIRBENCH_SEED": "1",
                },
            )
        self._lines = stack.enter_context(ours.makefile("rb"))
        at = f"{machines.address('master')}:{PORT}"
        self.workers = [
            self._start(machine, "-m", "bench", "worker", "--master", at, "--wait", "60s")
            for machine in ("one", "two")
        ]

    def _start(
        self, machine: str, *command: str, env: dict[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[str]:
        process = self._machines.start(
            machine,
            *command,
            env={
                **os.environ,
                "PAIRBENCH_TOKEN": TOKEN,
                "TMPDIR": str(self._folder),
                **(env or {}),
            },
            stdout=subprocess.PIPE,
            stderr=self._stack.enter_context((self._folder / f"{machine}.log").open("a")),
            **options,
        )
        self._stack.callback(_end, process)
        return process

    def say(self, do: str, **fields: Any) -> None:
        self.socket.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")

    def hear(self, event: str) -> dict[str, Any]:
        while True:
            line = self._lines.readline()
            assert line, (self._folder / "master.log").read_text()[-2000:]
            said: dict[str, Any] = json.loads(line)
            if said["event"] == event:
                return said
            assert said["event"] == "progress", said

    def hear_ready(self) -> list[dict[str, Any]]:
        self.hear("listening")
        workers: list[dict[str, Any]] = self.hear("ready")["workers"]
        return workers

    def open_window(self, load: dict[str, Any], *, step: int = 0) -> None:
        self.say("start", step=step, load=load, spread_s=0.05, seed=8 + step)
        origin_s = self.hear("started")["t_s"]
        self.say(
            "window",
            opens_at_s=origin_s + 1,
            closes_at_s=origin_s + 3,
            deadline_s=origin_s + 8,
        )

    def close_window(self) -> dict[str, Any]:
        self.hear("drained")
        self.say("stop")
        return self.hear("stopped")

    def count_at_target(self) -> int:
        self.target.terminate()
        counted, _ = self.target.communicate(timeout=PATIENCE_S)
        return int(counted)

    def requests(self) -> Counter[int]:
        lines = [json.loads(line) for line in self.slices_path.read_text().splitlines()]
        by_worker: Counter[int] = Counter()
        for line in lines:
            if line["type"] == "requests":
                assert line["outcome"] == "ok"
                by_worker[line["worker"]] += line["requests"]
        return by_worker

    def say_farewell(self) -> None:
        """End the master, and tell the workers that no further one will come."""
        self.say("quit")
        assert self.master.wait(PATIENCE_S) == 0
        command = ("-m", "bench.load.distributed.farewell", str(self._order))
        assert self._start("master", *command).wait(PATIENCE_S) == 0


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


@pytest.fixture
def rig(machines: Machines, tmp_path: Path) -> Iterator[Rig]:
    with ExitStack() as stack:
        yield Rig(machines, tmp_path, stack)


def test_the_target_counts_exactly_the_requests_of_the_merged_result(
    rig: Rig, machines: Machines
) -> None:
    joined = rig.hear_ready()
    assert {worker["host"] for worker in joined} == {
        machines.address("one"),
        machines.address("two"),
    }
    assert len({worker["seed"] for worker in joined}) == 2
    for step, load in enumerate(({"users": 7}, {"rate": 150.0})):
        rig.open_window(load, step=step)
        stopped = rig.close_window()
        assert stopped["problems"] == []
        assert stopped["over"] is None
    rig.say_farewell()
    assert [worker.wait(PATIENCE_S) for worker in rig.workers] == [0, 0]
    by_worker = rig.requests()
    assert set(by_worker) == {0, 1}
    assert rig.count_at_target() == by_worker.total()


def test_a_worker_killed_in_mid_window_makes_the_step_invalid_by_name(
    rig: Rig, machines: Machines
) -> None:
    joined = rig.hear_ready()
    rig.open_window({"users": 6})
    rig.hear("progress")
    rig.workers[1].send_signal(signal.SIGKILL)
    stopped = rig.close_window()
    lost = next(one for one in joined if one["host"] == machines.address("two"))
    named = f"worker {lost['index']} ({lost['host']}, pid {lost['pid']})"
    assert [problem["code"] for problem in stopped["problems"]] == ["worker-lost"]
    assert stopped["problems"][0]["detail"].startswith(f"{named} was lost")
    assert named in stopped["over"]
    rig.say("quit")
    assert rig.master.wait(PATIENCE_S) == 0
    rig.workers[0].send_signal(signal.SIGINT)
    assert rig.workers[0].wait(PATIENCE_S) == 130
