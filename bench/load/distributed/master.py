"""The master: what the harness commands, done by a fleet of workers."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any, Final

from bench.load.command_loop import Command, CommandLoop
from bench.load.configuration import LoadConfig
from bench.load.control import ControlChannel
from bench.load.distributed.fleet import Fleet
from bench.load.distributed.fleet_step import FleetLoad, FleetStep
from bench.load.distributed.line_file import LineFile
from bench.load.distributed.master_runner import FleetMasterRunner
from bench.load.distributed.member import Member
from bench.load.distributed.orders import FleetOrder
from bench.load.distributed.reception import Reception
from bench.load.driver import announce_runner, make_environment
from bench.load.failure import DriverFailure

_PROBE_WITHIN_S: Final = 600.0
"""Each task of the probe ends by its own deadlines; the harness waits no longer than it likes."""


class Master:
    """Obey the harness's commands, as a driver does, by commanding workers."""

    def __init__(
        self,
        config: LoadConfig,
        order: FleetOrder,
        reception: Reception,
        control: ControlChannel,
        slices: Path,
    ) -> None:
        self._order = order
        self._control = control
        self._loop = CommandLoop(control)
        self._slices = LineFile(slices)
        self._fleet = Fleet(
            reception,
            {
                "slices": self._take_slices,
                "progress": self._pass_progress,
                "drained": self._note_drained,
                "begun": self._note_begun,
            },
        )
        self._step: FleetStep | None = None
        # Its users run elsewhere; it loads the scenario to know their classes, and to fail early.
        environment = make_environment(config)
        runner = FleetMasterRunner(environment, order.host, order.port, self._fleet.hear)
        environment.runner = self._fleet.runner = runner
        announce_runner(environment, runner)

    def run(self) -> int:
        """Return the exit code, in the end; whatever it is, the workers are let go."""
        gc.collect()
        gc.freeze()  # what set-up made stays; collections under load needn't look at it again
        self._loop.spawn(self._fleet.work)
        self._loop.spawn(self._fleet.watch)
        self._loop.spawn(self._assemble)
        try:
            return self._loop.run(
                {
                    "probe": self._probe,
                    "start": self._start,
                    "window": self._announce_window,
                    "stop": self._stop,
                }
            )
        finally:
            self._fleet.dismiss()
            self._fleet.runner.hang_up()
            self._slices.close()

    def _assemble(self) -> None:
        port = self._fleet.runner.port
        self._control.say("listening", host=self._order.host, port=port)
        self._fleet.await_all(self._order.workers, self._order.wait_s)
        for member, clock in self._fleet.measure_clocks().items():
            member.clock = clock
        self._control.say("ready", workers=[each.as_record() for each in self._fleet.members])

    def _probe(self, command: Command) -> None:
        first = self._fleet.present[0]
        answers = self._fleet.ask(
            [first],
            "probe",
            lambda _: {"seed": int(command["seed"]), "tasks": int(command["tasks"])},
            answer="answers",
            within_s=_PROBE_WITHIN_S,
        )
        if first not in answers:
            raise DriverFailure("generator", f"{first.label} was lost: {first.lost}.")
        self._control.say("answers", answers=answers[first]["answers"])

    def _start(self, command: Command) -> None:
        if self._step is not None:
            raise DriverFailure("generator", "A step was to start before the last was stopped.")
        lost = [member for member in self._fleet.members if member.lost]
        if lost:
            raise DriverFailure("generator", f"{lost[0].label} is lost: {lost[0].lost}.")
        load = command["load"]
        self._step = FleetStep(
            self._fleet,
            FleetLoad(
                step=int(command["step"]),
                spread_s=float(command.get("spread_s", 0.0)),
                seed=int(command["seed"]),
                users=int(load["users"]) if "users" in load else None,
                rate_per_s=None if "users" in load else float(load["rate"]),
            ),
        )
        origin_s = self._step.start()
        self._control.say("started", step=self._step.index, t_s=origin_s)

    def _announce_window(self, command: Command) -> None:
        step = self._running()
        deadline_s = float(command["deadline_s"])
        step.announce_window(
            float(command["opens_at_s"]), float(command["closes_at_s"]), deadline_s
        )
        self._loop.spawn(self._drain, step, deadline_s)

    def _drain(self, step: FleetStep, deadline_s: float) -> None:
        censored = step.await_drained(deadline_s)
        self._control.say_now("drained", step=step.index, censored=censored)

    def _stop(self, _: Command) -> None:
        step = self._running()
        problems = step.stop()
        self._step = None
        lost = [member.label for member in self._fleet.members if member.lost]
        over = f"{' and '.join(lost)} had been lost" if lost else None
        self._control.say("stopped", step=step.index, problems=problems, over=over)

    def _take_slices(self, member: Member, data: dict[str, Any], received_s: float) -> None:
        text: bytes = data["text"]
        member.ledger.add(text)
        self._slices.append(text)
        if self._step is not None:
            self._step.note_report(member, data, received_s)

    def _note_begun(self, member: Member, data: dict[str, Any], _: float) -> None:
        if self._step is not None:
            self._step.note_begun(member, data)

    def _note_drained(self, member: Member, data: dict[str, Any], _: float) -> None:
        if self._step is not None:
            self._step.note_drained(member, data)

    def _pass_progress(self, member: Member, data: dict[str, Any], _: float) -> None:
        if self._step is None:
            return
        merged = self._step.note_progress(member, data)
        if merged is not None:
            self._control.say("progress", step=self._step.index, **merged)

    def _running(self) -> FleetStep:
        if self._step is None:
            raise DriverFailure("generator", "No step is under way that this could mean.")
        return self._step
