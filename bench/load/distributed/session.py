"""A session: one worker under one master, from its kit to its dismissal."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Literal, Self

import gevent
from gevent import Greenlet
from gevent.event import AsyncResult
from gevent.queue import Queue

from bench.load.command_loop import failure_of
from bench.load.configuration import LoadConfig
from bench.load.distributed.line_file import LineFile
from bench.load.distributed.relays import EventRelay, LineRelay
from bench.load.distributed.worker_runner import FleetWorkerRunner
from bench.load.driver import announce_runner, make_environment
from bench.load.failure import DriverFailure
from bench.load.files_limit import require_files
from bench.load.probe import probe
from bench.load.setting import Setting
from bench.load.step import Step, StepOrder

SILENT_S: Final = 10.0
"""A master answers a heartbeat every second; after this long without a word it is lost."""

_GO_WITHIN_S: Final = 60.0

SessionEnd = Literal["dismissed", "master-lost", "failed"]


class Session(AbstractContextManager["Session"]):
    """Obey a master until it lets this worker go, or is gone."""

    def __init__(self, config: LoadConfig, index: int, spool_path: Path) -> None:
        self._environment = make_environment(config)
        self._config = config
        self._index = index
        self._spool = LineFile(spool_path)
        self._commands: Queue[tuple[str, dict[str, Any]]] = Queue()
        self._go: AsyncResult[float] = AsyncResult()
        self._end: AsyncResult[SessionEnd] = AsyncResult()
        self._step: Step | None = None
        self.because = ""
        """Why the session ended."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def serve(self, host: str, port: int) -> SessionEnd:
        """Join the master's workers, and do as it says; return how it ended.

        Raises:
            DriverFailure: the master does not take this worker up.
        """
        self._runner = FleetWorkerRunner(self._environment, host, port, self._hear)
        self._environment.runner = self._runner
        announce_runner(self._environment, self._runner)
        self._lines = LineRelay(self._spool, self._index, self._runner.tell)
        self._setting = Setting(
            self._config,
            self._environment,
            self._runner,
            self._lines,
            EventRelay(self._runner.tell),
            self._spawn,
        )
        gc.collect()
        gc.freeze()  # what set-up made stays; collections under load needn't look at it again
        self._runner.tell("enlist", {"index": self._index})
        self._spawn(self._obey)
        self._spawn(self._watch_master)
        end: SessionEnd = self._end.get()
        if self._step is not None:
            self._step.stop()
        self._runner.hang_up()
        return end

    def _spawn(self, function: Callable[..., object], *args: object) -> Greenlet:
        greenlet = gevent.spawn(function, *args)
        greenlet.link_exception(self._fail)
        return greenlet

    def _fail(self, greenlet: Greenlet) -> None:
        failure = failure_of(greenlet.exception)
        self._runner.tell("failed", {"kind": failure.kind, "message": failure.message})
        self._finish("failed", failure.message)

    def _finish(self, end: SessionEnd, because: str) -> None:
        self.because = self.because or because
        self._end.set(end)

    def _hear(self, kind: str, data: dict[str, Any]) -> None:
        """Take in a command; `go` is for the step that is being prepared, and can't queue."""
        if kind == "go":
            self._go.set(float(data["origin_s"]))
        elif kind == "dismiss":
            self._finish("dismissed", str(data["because"]))
        elif kind == "over":
            self._finish("master-lost", "another one has taken its place")
        else:
            self._commands.put((kind, data))

    def _obey(self) -> None:
        handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "probe": self._probe,
            "prepare": self._prepare,
            "window": self._announce_window,
            "stop": self._stop,
        }
        while True:
            kind, data = self._commands.get()
            handlers[kind](data)

    def _watch_master(self) -> None:
        while True:
            gevent.sleep(1)
            silent_s = perf_counter() - self._runner.heard_s
            if silent_s > SILENT_S:
                self._finish("master-lost", f"nothing was heard of it for {silent_s:.0f} s")

    def _probe(self, data: dict[str, Any]) -> None:
        answers = probe(
            self._environment, self._config.bystander, seed=data["seed"], tasks=data["tasks"]
        )
        self._runner.tell("answers", {"answers": answers})

    def _prepare(self, data: dict[str, Any]) -> None:
        self._go = AsyncResult()
        self._lines.begin_step()
        self._runner.dealt = data["dealt"]
        rate_per_s = data["rate_per_s"]
        users = None if rate_per_s is not None else sum(data["dealt"].values())
        require_files(users or 0)
        order = StepOrder(
            step=data["step"],
            spread_s=data["spread_s"],
            seed=data["seed"],
            users=users,
            rate_per_s=rate_per_s,
            arrivals_phase=data["arrivals_phase"],
            take_origin=self._await_origin,
        )
        self._step = Step(order, self._setting)
        self._step.start()

    def _await_origin(self) -> float:
        """Wait for the moment at which all workers begin, and return it."""
        self._runner.tell("prepared", {})
        origin_s = self._go.wait(timeout=_GO_WITHIN_S)
        if origin_s is None:
            raise DriverFailure("generator", "The master did not say when the step begins.")
        gevent.sleep(max(origin_s - perf_counter(), 0.0))
        return float(origin_s)

    def _announce_window(self, data: dict[str, Any]) -> None:
        if self._step is not None:
            self._step.announce_window(data["opens_at_s"], data["closes_at_s"], data["deadline_s"])

    def _stop(self, _: dict[str, Any]) -> None:
        if self._step is not None:
            step, self._step = self._step, None
            step.stop()
        self._runner.tell("stopped", self._lines.audit_step())
