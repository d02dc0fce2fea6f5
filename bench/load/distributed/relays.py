"""Relays: what a step tells and writes on a worker goes on to the master."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import Any

from bench.load.distributed.ledger import Ledger
from bench.load.distributed.line_file import LineFile

Tell = Callable[[str, dict[str, Any]], None]


class EventRelay:
    """Pass on a step's events; its times are by the worker's clock."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def say(self, event: str, **fields: object) -> None:
        """Tell the master an event; of a step's start it hears how late that was."""
        if event == "started":
            late_s = perf_counter() - float(str(fields["t_s"]))
            self._tell("begun", {"late_s": late_s})
        else:
            self._tell(event, fields)

    def say_now(self, event: str, **fields: object) -> None:
        """Tell the master an event with the present time."""
        self.say(event, t_s=perf_counter(), **fields)


class LineRelay:
    """Spool lines here, and send the same bytes to the master.

    What was spooled is read back when a step is over: it is the file that the master's sums are
    compared with, not what this process remembers of it.
    """

    def __init__(self, spool: LineFile, index: int, tell: Tell) -> None:
        self._spool = spool
        self._index = index
        self._tell = tell
        self._step_begins_at = 0

    def begin_step(self) -> None:
        """Note where a step's lines begin in the file."""
        self._step_begins_at = self._spool.size

    def append(self, lines: Iterable[Mapping[str, object]]) -> None:
        """Write lines at the end, and send them."""
        text = b"".join(_encode({**line, "worker": self._index}) for line in lines)
        if text:
            self._spool.append(text)
            self._tell("slices", {"text": text, "sent_s": perf_counter()})

    def audit_step(self) -> dict[str, Any]:
        """Return the sums of what was spooled since the step began.

        Raises:
            DriverFailure: the file can't be read.
        """
        ledger = Ledger()
        ledger.add(self._spool.read(self._step_begins_at))
        return ledger.as_dict()


def _encode(line: Mapping[str, object]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
