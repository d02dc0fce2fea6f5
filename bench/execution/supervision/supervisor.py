"""The supervisor: the one process that starts and ends all others, and outlives the harness.

Run as a module with one argument: the file descriptor of its end of a stream socket; standard
library only, one thread. Commands come in and events go out as JSON objects, one a line:

    spawn {order of a child}          -> spawned {id, pid}, or spawn-failed {id, error}
    end {id}                          -> ended {id, survivors}, when its whole tree is gone
    signal {id, signal}
                                         exited {id, returncode}, when a child's leader has ended
                                         hello {pid, temp}, first of all

A child that wants a control socket has its end sent along (SCM_RIGHTS) with the command. When the
socket closes, for whatever reason, or on SIGTERM, SIGINT or SIGHUP, everything ends: all children
at the same time, then the run's temporary folder, then the supervisor.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bench.execution.supervision.kinship import attribute
from bench.execution.supervision.ladder import Ladder, Rung
from bench.execution.supervision.offspring import (
    TREE_VARIABLE,
    Order,
    become_subreaper,
    raise_file_limit,
    start_child,
)
from bench.execution.supervision.process_table import read_process_table

_TICK_S: Final = 0.02
"""How often endings are looked at while there are any."""
_LAST_SWEEP_S: Final = 10.0
_LEAVE_ON: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_READ_BYTES: Final = 1 << 16
_MAX_FDS: Final = 16


def main() -> None:
    """Supervise until the harness is gone; leave nothing behind."""
    harness = socket.socket(fileno=int(sys.argv[1]))
    become_subreaper()
    raise_file_limit()
    folder = Path(tempfile.mkdtemp(prefix="pairbench-"))
    try:
        folder.chmod(0o711)  # PostgreSQL under another uid passes through to a folder of its own
        _Supervisor(harness, folder).run()
    finally:
        _remove(folder)


class _Child:
    """A started child, and how far its ending has come."""

    def __init__(self, order: Order, tree: str, process: subprocess.Popen[bytes]) -> None:
        self.id = order["id"]
        self.pid = process.pid
        self.stop_signal = order["stop_signal"]
        self.grace_s = order["grace_s"]
        self.mark = f"{TREE_VARIABLE}={tree}".encode()
        self.process = process
        self.ladder: Ladder | None = None

    @property
    def alive(self) -> bool:
        return self.process.returncode is None


class _Supervisor:
    def __init__(self, harness: socket.socket, folder: Path) -> None:
        self._harness = harness
        self._folder = folder
        self._children: dict[int, _Child] = {}
        self._leaving = False
        self._unread = b""
        self._received_fds: deque[int] = deque()
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        self._wake_on_signals()
        self._selector.register(self._harness, selectors.EVENT_READ, self._hear_harness)
        self._say("hello", pid=os.getpid(), temp=str(self._folder))
        while self._children or not self._leaving:
            ending = any(child.ladder for child in self._children.values())
            for key, _events in self._selector.select(_TICK_S if ending else None):
                key.data()
            self._reap()
            self._climb_ladders()
        self._sweep()

    def _wake_on_signals(self) -> None:
        woken, wakes = socket.socketpair()
        for end in (woken, wakes):
            end.setblocking(False)
        signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
        self._wakes = wakes  # keeps it open
        drain: Callable[[], bytes] = lambda: woken.recv(_READ_BYTES)  # noqa: E731
        self._selector.register(woken, selectors.EVENT_READ, drain)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in _LEAVE_ON:
            signal.signal(number, self._leave)

    def _leave(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        self._leaving = True

    # What the harness says

    def _hear_harness(self) -> None:
        try:
            data, fds, _flags, _address = socket.recv_fds(self._harness, _READ_BYTES, _MAX_FDS)
        except OSError:
            data, fds = b"", []
        self._received_fds.extend(fds)
        if not data:
            self._selector.unregister(self._harness)
            self._leave()
            return
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, command: dict[str, Any]) -> None:
        match command.pop("do"):
            case "spawn":
                wants_control = command.pop("wants_control")
                control_fd = self._received_fds.popleft() if wants_control else None
                self._spawn(Order(**command), control_fd)  # type: ignore[typeddict-item]
            case "end" if child := self._children.get(command["id"]):
                self._begin_ending(child)
            case "signal" if child := self._children.get(command["id"]):
                if child.alive:
                    _send(command["signal"], [child.pid])

    def _spawn(self, order: Order, control_fd: int | None) -> None:
        tree = f"{self._folder.name}/{order['id']}"
        try:
            if self._leaving:
                raise InterruptedError("the supervisor was told to end everything")
            process = start_child(order, tree=tree, control_fd=control_fd)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self._say("spawn-failed", id=order["id"], error=str(error))
        else:
            self._children[order["id"]] = _Child(order, tree, process)
            self._say("spawned", id=order["id"], pid=process.pid)
        finally:
            if control_fd is not None:
                os.close(control_fd)

    def _say(self, event: str, **fields: object) -> None:
        line = json.dumps({"event": event, **fields}).encode() + b"\n"
        with contextlib.suppress(OSError):  # the harness is gone, as the next read will tell
            self._harness.sendall(line)

    # How children end

    def _reap(self) -> None:
        """Collect whoever ended: children, and the orphans that became ours."""
        leaders = {child.pid: child for child in self._children.values() if child.alive}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if child := leaders.get(pid):
                child.process.returncode = os.waitstatus_to_exitcode(status)
                self._say("exited", id=child.id, returncode=child.process.returncode)
                self._begin_ending(child)

    def _begin_ending(self, child: _Child) -> None:
        now_s = time.monotonic()
        if child.ladder is None:
            child.ladder = Ladder(child.grace_s, now_s)
            if child.alive:
                _send(child.stop_signal, [child.pid])
        if not child.alive:
            child.ladder.leader_ended(now_s)

    def _climb_ladders(self) -> None:
        if self._leaving:
            for child in self._children.values():
                if child.ladder is None:
                    self._begin_ending(child)
        now_s = time.monotonic()
        for child in [child for child in self._children.values() if child.ladder]:
            assert child.ladder is not None
            rung = child.ladder.climb(now_s)
            if child.alive and rung is Rung.WAIT:
                continue
            tree = self._tree_of(child)
            if rung is Rung.ASK_ALL:
                _send(signal.SIGTERM, tree)
            elif rung is Rung.KILL_ALL:
                _send(signal.SIGKILL, tree)
            elif rung is Rung.GIVE_UP:
                self._forget(child, survivors=tree)
            if not tree and not child.alive:
                self._forget(child, survivors=())

    def _forget(self, child: _Child, survivors: Iterable[int]) -> None:
        if self._children.pop(child.id, None):
            child.process.returncode = child.process.returncode or 0  # nobody waits for it now
            self._say("ended", id=child.id, survivors=sorted(survivors))

    def _tree_of(self, child: _Child) -> list[int]:
        """Find a child's processes, and such of ours as no other living child could own.

        Descendants that left their session and hid their environment are told from those of other
        children only while these live, so they end with the first child that does.
        """
        owners = self._owners().items()
        return [pid for pid, owner in owners if owner is None or owner == child.pid]

    def _owners(self) -> dict[int, int | None]:
        leaders = {child.pid: child.mark for child in self._children.values()}
        return attribute(read_process_table(), supervisor=os.getpid(), leaders=leaders)

    def _sweep(self) -> None:
        """Kill what is left below us when no child is."""
        give_up_at_s = time.monotonic() + _LAST_SWEEP_S
        while time.monotonic() < give_up_at_s:
            self._reap()
            strays = self._owners()
            if not strays:
                return
            _send(signal.SIGKILL, strays)
            time.sleep(_TICK_S)


def _send(number: int, pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except PermissionError:  # a program took the right to change its folders from itself
        for path, names, _files in os.walk(folder):
            for inner in (Path(path, name) for name in names):
                if not inner.is_symlink():
                    inner.chmod(0o700)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
