"""The driver: obey the commands of the control socket (docs/reference/driver-protocol.md)."""

from __future__ import annotations

import gc
from functools import partial
from time import perf_counter
from typing import Any

import gevent
from locust.runners import Runner

from bench.load.command_loop import Command, CommandLoop
from bench.load.configuration import LoadConfig
from bench.load.control import ControlChannel
from bench.load.environment import LoadEnvironment
from bench.load.failure import DriverFailure
from bench.load.files_limit import raise_file_limit, require_files
from bench.load.http.client import Endpoint
from bench.load.paced_users import make_paced, route_pauses_to_users
from bench.load.probe import probe
from bench.load.recording.spool import Spool
from bench.load.scenario import choose_users
from bench.load.setting import Setting
from bench.load.step import Step, StepOrder
from bench.load.streams.users import check_stream_users


class Driver:
    """Drive load from this one process, as the harness says."""

    def __init__(self, config: LoadConfig, control: ControlChannel, spool: Spool) -> None:
        self._control = control
        self._loop = CommandLoop(control)
        self._step: Step | None = None
        environment = make_environment(config)
        runner = environment.create_local_runner()
        announce_runner(environment, runner)
        self._setting = Setting(config, environment, runner, spool, control, self._loop.spawn)

    def run(self) -> int:
        """Return the exit code, in the end."""
        gc.collect()
        gc.freeze()  # what set-up made stays; collections under load needn't look at it again
        self._control.say("ready")
        return self._loop.run(
            {
                "probe": self._probe,
                "start": self._start,
                "window": self._announce_window,
                "stop": self._stop,
            }
        )

    def _probe(self, command: Command) -> None:
        answers = probe(
            self._setting.environment,
            self._setting.config.bystander,
            seed=int(command["seed"]),
            tasks=int(command["tasks"]),
        )
        self._control.say("answers", answers=answers)

    def _start(self, command: Command) -> None:
        if self._step is not None:
            raise DriverFailure("generator", "A step was to start before the last was stopped.")
        load = command["load"]
        order = StepOrder(
            step=int(command["step"]),
            spread_s=float(command.get("spread_s", 0.0)),
            seed=int(command["seed"]),
            users=int(load["users"]) if "users" in load else None,
            rate_per_s=None if "users" in load else float(load["rate"]),
            shift=float(command.get("shift", 0.0)),
            take_origin=partial(_await_origin, command.get("at_s")),
        )
        require_files(order.users or 0)
        self._step = Step(order, self._setting)
        self._step.start()

    def _announce_window(self, command: Command) -> None:
        self._running_step("window").announce_window(
            float(command["opens_at_s"]),
            float(command["closes_at_s"]),
            float(command["deadline_s"]),
        )

    def _stop(self, _: Command) -> None:
        step = self._running_step("stop")
        step.stop()
        self._step = None
        self._control.say("stopped", step=step.index)

    def _running_step(self, command: str) -> Step:
        if self._step is None:
            raise DriverFailure("generator", f"No step is under way that {command!r} could mean.")
        return self._step


def _await_origin(at_s: float | None) -> float:
    """Wait for the moment that a step is to begin at; return it, or now, where it is over."""
    now_s = perf_counter()
    if at_s is None or at_s < now_s:
        return now_s
    gevent.sleep(at_s - now_s)
    return at_s


def make_environment(config: LoadConfig) -> LoadEnvironment:
    """Make ready what all steps need: the users' classes, and the target's address.

    Raises:
        DriverFailure: the scenario can't be loaded, or the target can't be addressed.
    """
    raise_file_limit()
    try:
        endpoint = Endpoint.at(
            config.host,
            connections=config.connections,
            timeout_s=config.timeout_s,
            connect_timeout_s=config.connect_timeout_s,
            first_byte_timeout_s=config.first_byte_timeout_s,
            allow_remote=config.allow_remote,
        )
    except (ValueError, OSError) as error:
        raise DriverFailure("generator", f"The target can't be addressed: {error}") from error
    classes = choose_users(config, endpoint)
    check_stream_users(classes, config.host, endpoint)
    route_pauses_to_users()
    return LoadEnvironment(
        endpoint,
        host=config.host,
        user_classes=[make_paced(user_class, config.host) for user_class in classes],
    )


def announce_runner(environment: LoadEnvironment, runner: Runner) -> None:
    """Fire Locust's `init`, for scenarios that listen to it."""
    init: Any = environment.events.init
    init.fire(environment=environment, runner=runner, web_ui=None)
