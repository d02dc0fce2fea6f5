"""The driver: obey the commands of the control socket (docs/reference/driver-protocol.md)."""

from __future__ import annotations

import gc
import logging
import resource
from collections.abc import Callable
from typing import Any, Final

import gevent
from gevent import Greenlet
from gevent.event import AsyncResult
from gevent.queue import Queue

from bench.load.configuration import LoadConfig
from bench.load.control import ControlChannel
from bench.load.environment import LoadEnvironment
from bench.load.failure import DriverFailure
from bench.load.flow import build_flow_user
from bench.load.http.client import Endpoint
from bench.load.paced_users import make_paced, route_pauses_to_users
from bench.load.probe import probe
from bench.load.recording.spool import Spool
from bench.load.scenario import load_user_classes
from bench.load.setting import Setting
from bench.load.step import Step, StepOrder

logger = logging.getLogger(__name__)

EXIT_FAILED: Final = 1
_SPARE_FILES: Final = 64
"""File descriptors that the interpreter, the log and the bystander's first callers need."""


class Driver:
    """Obey commands until told to quit, until the socket closes, or until something fails."""

    def __init__(self, config: LoadConfig, control: ControlChannel, spool: Spool) -> None:
        self._control = control
        self._commands: Queue[dict[str, Any]] = Queue()
        self._exit_code: AsyncResult[int] = AsyncResult()
        self._step: Step | None = None
        self._setting = _set_up(config, control, spool, self._spawn)

    def run(self) -> int:
        """Return the exit code, in the end."""
        gc.collect()
        gc.freeze()  # what set-up made stays; collections under load needn't look at it again
        self._control.say("ready")
        self._spawn(self._listen)
        self._spawn(self._obey)
        exit_code: int = self._exit_code.get()
        return exit_code

    def _spawn(self, function: Callable[..., object], *args: object) -> Greenlet:
        greenlet = gevent.spawn(function, *args)
        greenlet.link_exception(self._fail)
        return greenlet

    def _fail(self, greenlet: Greenlet) -> None:
        error = greenlet.exception
        if isinstance(error, DriverFailure):
            self._control.say("error", kind=error.kind, message=error.message)
        else:
            message = f"The generator has a defect: {type(error).__name__}: {error}"
            self._control.say("error", kind="generator", message=message)
        self._exit_code.set(EXIT_FAILED)

    def _listen(self) -> None:
        for command in self._control.commands():
            if command["do"] == "quit":
                break
            self._commands.put(command)
        self._exit_code.set(0)

    def _obey(self) -> None:
        while True:
            command = self._commands.get()
            obey = getattr(self, f"_do_{command['do']}", None)
            if obey is None:
                raise DriverFailure("generator", f"There is no command {command['do']!r}.")
            try:
                obey(command)
            except (KeyError, TypeError, ValueError) as error:
                logger.exception("in command %s", command)
                raise DriverFailure(
                    "generator", f"The command {command} can't be obeyed: {error!r}"
                ) from error

    def _do_probe(self, command: dict[str, Any]) -> None:
        answers = probe(
            self._setting.environment,
            self._setting.config.bystander,
            seed=int(command["seed"]),
            tasks=int(command["tasks"]),
        )
        self._control.say("answers", answers=answers)

    def _do_start(self, command: dict[str, Any]) -> None:
        if self._step is not None:
            raise DriverFailure("generator", "A step was to start before the last was stopped.")
        load = command["load"]
        order = StepOrder(
            step=int(command["step"]),
            spread_s=float(command.get("spread_s", 0.0)),
            seed=int(command["seed"]),
            users=int(load["users"]) if "users" in load else None,
            rate_per_s=None if "users" in load else float(load["rate"]),
        )
        _require_files(order.users or 0)
        self._step = Step(order, self._setting)
        self._step.start()

    def _do_window(self, command: dict[str, Any]) -> None:
        self._running_step("window").announce_window(
            float(command["opens_at_s"]),
            float(command["closes_at_s"]),
            float(command["deadline_s"]),
        )

    def _do_stop(self, _: dict[str, Any]) -> None:
        step = self._running_step("stop")
        step.stop()
        self._step = None
        self._control.say("stopped", step=step.index)

    def _running_step(self, command: str) -> Step:
        if self._step is None:
            raise DriverFailure("generator", f"No step is under way that {command!r} could mean.")
        return self._step


def _set_up(
    config: LoadConfig,
    control: ControlChannel,
    spool: Spool,
    spawn: Callable[..., Greenlet],
) -> Setting:
    _raise_file_limit()
    classes = (
        load_user_classes(config.scenario) if config.scenario else [build_flow_user(config.flow)]
    )
    try:
        endpoint = Endpoint.at(
            config.host, connections=config.connections, timeout_s=config.timeout_s
        )
    except (ValueError, OSError) as error:
        raise DriverFailure("generator", f"The target can't be addressed: {error}") from error
    route_pauses_to_users()
    environment = LoadEnvironment(
        endpoint,
        host=config.host,
        user_classes=[make_paced(user_class, config.host) for user_class in classes],
    )
    runner = environment.create_local_runner()
    init: Any = environment.events.init
    init.fire(environment=environment, runner=runner, web_ui=None)
    return Setting(config, environment, runner, spool, control, spawn)


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _require_files(users: int) -> None:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and users + _SPARE_FILES > limit:
        raise DriverFailure(
            "resources",
            f"{users} users need more file descriptors than the {limit} that a process may have "
            "here (ulimit -n).",
        )
