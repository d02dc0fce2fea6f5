"""The command loop: obey what comes over the control socket, one command after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

import gevent
from gevent import Greenlet
from gevent.event import AsyncResult
from gevent.queue import Queue

from bench.load.control import ControlChannel
from bench.load.failure import DriverFailure

logger = logging.getLogger(__name__)

EXIT_FAILED: Final = 1

Command = dict[str, Any]
Handlers = Mapping[str, Callable[[Command], None]]


class CommandLoop:
    """Obey commands until told to quit, until the socket closes, or until something fails."""

    def __init__(self, control: ControlChannel) -> None:
        self._control = control
        self._commands: Queue[Command] = Queue()
        self._exit_code: AsyncResult[int] = AsyncResult()

    def spawn(self, function: Callable[..., object], *args: object) -> Greenlet:
        """Start a greenlet whose failure ends the loop."""
        greenlet = gevent.spawn(function, *args)
        greenlet.link_exception(self._fail)
        return greenlet

    def run(self, handlers: Handlers) -> int:
        """Obey by these handlers, by command; return the exit code, in the end."""
        self.spawn(self._listen)
        self.spawn(self._obey, handlers)
        exit_code: int = self._exit_code.get()
        return exit_code

    def _fail(self, greenlet: Greenlet) -> None:
        failure = failure_of(greenlet.exception)
        self._control.say("error", kind=failure.kind, message=failure.message)
        self._exit_code.set(EXIT_FAILED)

    def _listen(self) -> None:
        for command in self._control.commands():
            if command["do"] == "quit":
                break
            self._commands.put(command)
        self._exit_code.set(0)

    def _obey(self, handlers: Handlers) -> None:
        while True:
            command = self._commands.get()
            handle = handlers.get(str(command["do"]))
            if handle is None:
                raise DriverFailure("generator", f"There is no command {command['do']!r}.")
            try:
                handle(command)
            except (KeyError, TypeError, ValueError) as error:
                logger.exception("in command %s", command)
                raise DriverFailure(
                    "generator", f"The command {command} can't be obeyed: {error!r}"
                ) from error


def failure_of(error: BaseException) -> DriverFailure:
    """Return what a greenlet's exception means to the harness."""
    if isinstance(error, DriverFailure):
        return error
    return DriverFailure(
        "generator", f"The generator has a defect: {type(error).__name__}: {error}"
    )
