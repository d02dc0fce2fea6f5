"""The control socket: commands come in, events go out, one JSON object a line."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from time import perf_counter
from typing import Any, Protocol

from gevent.lock import RLock

from bench.load.failure import DriverFailure


class EventSink(Protocol):
    """Who is told what a step does: the harness, or the master of several workers."""

    def say(self, event: str, **fields: object) -> None:
        """Tell an event."""

    def say_now(self, event: str, **fields: object) -> None:
        """Tell an event with the present time."""


class ControlChannel:
    """The driver's end of the control socket."""

    def __init__(self, fd: int) -> None:
        try:
            self._socket = socket.socket(fileno=fd)
        except OSError as error:
            raise DriverFailure(
                "generator", f"PAIRBENCH_CONTROL_FD={fd} is no socket: {error}"
            ) from error
        # A large answer is written in parts, between which another greenlet may want to write.
        self._turn = RLock()

    def say(self, event: str, **fields: object) -> None:
        """Send an event; nothing happens if nobody listens any more."""
        line = json.dumps({"event": event, **fields}, separators=(",", ":")).encode() + b"\n"
        with self._turn:
            try:
                self._socket.sendall(line)
            except OSError:
                return  # the end of commands, which is read elsewhere, ends the driver

    def say_now(self, event: str, **fields: object) -> None:
        """Send an event with the present time."""
        self.say(event, t_s=perf_counter(), **fields)

    def commands(self) -> Iterator[dict[str, Any]]:
        """Yield commands until the socket closes.

        Raises:
            DriverFailure: a line that is no command.
        """
        with self._socket.makefile("rb") as lines:
            while line := _read_line(lines):
                try:
                    command = json.loads(line)
                except ValueError:
                    command = None
                if not isinstance(command, dict) or "do" not in command:
                    raise DriverFailure("generator", f"{line!r} is no command")
                yield command


def _read_line(lines: Any) -> bytes:
    try:
        line: bytes = lines.readline()
    except OSError:
        return b""
    return line
