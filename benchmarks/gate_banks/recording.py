"""Record trials: banks in turn, so that whenever it ends all of them are equally far."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.cli.measuring import measure_trial
from bench.execution.machine.environment import read_environment
from bench.execution.machine.pinning import can_pin, pin_self
from bench.execution.machine.source_version import read_source_version
from bench.execution.supervision.processes import Supervisor, supervise
from bench.execution.trials.comparing_answers import References
from bench.execution.trials.setting import Side, TrialSetting
from bench.model.experiment import Experiment
from bench.model.plan import PlannedTrial
from bench.model.trial import JudgedStep, TrialRecord
from bench.planning.conditions import list_steps
from bench.planning.duets import plan_duet
from bench.planning.parsing import parse_experiment
from bench.planning.placing import place
from bench.planning.planning import plan_trials
from bench.planning.seeds import derive_seed
from bench.storage.run_folder import RunFolder
from benchmarks.gate_banks.bank_files import KEPT, BankedTrial, BankFolder
from benchmarks.gate_banks.plans import BANKS, BankPlan, environments

ROOT = Path(__file__).parents[2]
WINDOW_S = 3.0
IN_A_ROW = 20
"""Trials of a bank that follow one another, as those of a gate do: what they have in common by that
is in the bank, too."""
CALIBRATING_LOOPS = 4000

_SERVERS = {
    "async": 'app = "benchmarks.gate_targets.async_target:app"\n'
    'server = { name = "uvicorn", loop = "uvloop", http = "httptools" }',
    "threaded": 'app = "benchmarks.gate_targets.threaded_target:app"\n'
    'server = { name = "gunicorn", worker_class = "gthread", threads = 8 }',
}


class Recorder:
    """One sitting: a supervisor, a folder for what trials leave behind, and the banks."""

    def __init__(self, supervisor: Supervisor, banks: BankFolder) -> None:
        self._supervisor = supervisor
        self._banks = banks
        self._environment = read_environment()
        self._folder = RunFolder(supervisor.temp_folder / "bank")
        self._sitting = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        banks.add_sitting(self._sitting, *read_source_version(ROOT), self._environment)
        self._placement = place(self._environment.usable_cores, 1, "auto", can_pin=can_pin())
        pin_self(self._placement.services or self._placement.generator)

    async def calibrate(self, target: str) -> float:
        """Return how many turns of the loop double a request's CPU time; noted once and for all."""
        note = self._banks.read_note(f"spin-{target}")
        if note is None:
            plan = BankPlan("calibration", target, 5, "cpu")  # type: ignore[arg-type]
            sides: tuple[dict[str, str], dict[str, str]] = (
                {},
                {"SPIN_LOOPS": str(CALIBRATING_LOOPS)},
            )
            ratios = []
            for number in range(plan.trials):
                trial = await self._measure(plan, sides, number)
                ratio = trial.candidate["cpu_s_per_request"] / trial.baseline["cpu_s_per_request"]
                ratios.append(ratio)
            extra = sorted(ratios)[len(ratios) // 2] - 1
            note = {"loops_per_ratio": CALIBRATING_LOOPS / extra, "ratios": ratios}
            self._banks.write_note(f"spin-{target}", note)
        return float(note["loops_per_ratio"])

    async def record(self, plan: BankPlan, number: int, loops_per_ratio: float) -> BankedTrial:
        """Measure one trial of a bank, and add it."""
        with _neighbour(number) if plan.noisy else _nobody():
            trial = await self._measure(plan, environments(plan, loops_per_ratio), number)
        self._banks.append(plan.name, trial)
        return trial

    async def _measure(
        self, plan: BankPlan, sides: tuple[dict[str, str], dict[str, str]], number: int
    ) -> BankedTrial:
        began_s, at = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
        seed = derive_seed(plan.name, number)
        if plan.mode == "duet":
            steps = await self._duet(plan, sides, number, seed)
        else:
            steps = [await self._solo(plan, side, seed) for side in sides]
        baseline, candidate = steps
        return BankedTrial(
            machine=self._banks.machine,
            at=at,
            sitting=self._sitting,
            seconds=round(time.monotonic() - began_s, 2),
            seed=seed,
            starts_first=("baseline", "candidate")[number % 2],
            baseline=_keep(baseline),
            candidate=_keep(candidate),
            cautions=tuple(
                dict.fromkeys(
                    caution.code.value
                    for step in steps
                    for caution in step.cautions
                    if caution.code.invalidates
                )
            ),
        )

    async def _duet(
        self,
        plan: BankPlan,
        sides: tuple[dict[str, str], dict[str, str]],
        number: int,
        seed: int,
    ) -> list[JudgedStep]:
        baseline, candidate = (_experiment(plan, side) for side in sides)
        trial = plan_duet(
            candidate, "service", "service", {}, number, seed=seed, steps=list_steps(candidate.file)
        )
        record = await self._conduct(trial, baseline, candidate)
        return [record.steps_of("baseline")[0], record.steps_of("candidate")[0]]

    async def _solo(self, plan: BankPlan, side: dict[str, str], seed: int) -> JudgedStep:
        experiment = _experiment(plan, side)
        (trial,) = plan_trials(experiment, seed)
        record = await self._conduct(trial, experiment, experiment)
        return record.steps[0]

    async def _conduct(
        self, trial: PlannedTrial, baseline: Experiment, candidate: Experiment
    ) -> TrialRecord:
        setting = TrialSetting(
            supervisor=self._supervisor,
            experiment=candidate,
            sides={
                None: Side(candidate),
                "baseline": Side(baseline),
                "candidate": Side(candidate),
            },
            placement=self._placement,
            probe_seed=trial.seed,
            references=References(),
            announce=lambda _: None,
            cores=self._environment.cores,
        )
        try:
            return await measure_trial(setting, trial, self._folder)
        finally:
            await asyncio.to_thread(shutil.rmtree, self._folder.path, ignore_errors=True)


async def record_banks(minutes: float, names: list[str]) -> None:
    """Record trials for so long, each for the bank that is furthest behind."""
    banks = BankFolder(read_environment().fingerprint)
    until_s = time.monotonic() + 60 * minutes
    plans = [plan for plan in BANKS if not names or plan.name in names]
    async with supervise() as supervisor:
        recorder = Recorder(supervisor, banks)
        recorded = banks.find_alike()
        done = {plan.name: len(recorded.read(plan.name)) for plan in BANKS}
        loops = {target: await recorder.calibrate(target) for target in _SERVERS}
        while time.monotonic() < until_s:
            waiting = [plan for plan in plans if done[plan.name] < plan.trials]
            if not waiting:
                break
            plan = min(waiting, key=lambda each: done[each.name] / each.trials)
            for number in range(done[plan.name], min(done[plan.name] + IN_A_ROW, plan.trials)):
                if time.monotonic() > until_s:
                    break
                trial = await recorder.record(plan, number, loops[plan.target])
                done[plan.name] = number + 1
                _tell(plan, number + 1, trial)


def _experiment(plan: BankPlan, env: dict[str, str]) -> Experiment:
    variables = ", ".join(f'{name} = "{value}"' for name, value in env.items())
    text = f"""
title = "a bank of the gate"
flow = [{{ path = "/ping" }}]
ready = "/ping"
root = "."
window = {WINDOW_S}
repetitions = 1
[load]
users = [{plan.users}]
[variants.service]
{_SERVERS[plan.target]}
env = {{ {variables} }}
"""
    return parse_experiment(text, ROOT / f"{plan.name}.toml")


def _keep(step: JudgedStep) -> dict[str, Any]:
    row = step.rows[0]
    return {name: getattr(row, name) for name in KEPT}


@contextmanager
def _neighbour(seed: int) -> Iterator[None]:
    """Have somebody beside the trial who burns a core in bursts, on whichever core it gets."""
    command = [sys.executable, "-m", "benchmarks.gate_banks.neighbour", str(seed)]
    start = partial(subprocess.Popen, command, stdin=subprocess.PIPE, cwd=ROOT)
    with start(preexec_fn=_unpin) as process:
        try:
            yield
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _unpin() -> None:
    import os

    os.sched_setaffinity(0, range(os.cpu_count() or 1))


@contextmanager
def _nobody() -> Iterator[None]:
    yield


def _tell(plan: BankPlan, done: int, trial: BankedTrial) -> None:
    ratios = ", ".join(
        f"{name} {trial.candidate[field] / trial.baseline[field] - 1:+.2%}"
        for name, field in (
            ("throughput", "throughput_per_s"),
            ("cpu", "cpu_s_per_request"),
            ("memory", "pss_bytes"),
        )
        if trial.baseline[field] and trial.candidate[field]
    )
    doubts = f" [{', '.join(trial.cautions)}]" if trial.cautions else ""
    print(f"{plan.name} {done}/{plan.trials}: {ratios}, {trial.seconds} s{doubts}", flush=True)
