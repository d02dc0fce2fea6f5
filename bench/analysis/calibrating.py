"""Calibrating: what was seen of a generator becomes the record of what it can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from statistics import median, stdev
from typing import Final

from bench.analysis.crowding import MAX_CPU_RATIO
from bench.analysis.doubting import doubt
from bench.analysis.evidence import StepEvidence
from bench.analysis.failures import describe_failures, rank_failures
from bench.analysis.histograms import Histogram, merge_histograms
from bench.errors import GeneratorError, MeasurementError, TargetError
from bench.model.answers import Answer
from bench.model.calibration import Calibration, CalibrationPart, Throughput
from bench.model.caution import Caution, CautionCode
from bench.model.environment import Environment
from bench.model.load_level import Users

_SPARE_FILES: Final = 100
"""Files that a generator has open beside its connections."""


@dataclass(frozen=True, slots=True)
class CalibrationSubject:
    """What was calibrated, when and on what machine."""

    measured_at: str
    pairbench: str
    url: str | None
    environment: Environment
    users: int
    window_s: float
    shared_core: bool


def calibrate(subject: CalibrationSubject, evidence: Sequence[StepEvidence]) -> Calibration:
    """Put the record together from the steps of all trials.

    Raises:
        MeasurementError: a way to send has no step that succeeded.
    """
    flows = _select(evidence, "flows", subject.users)
    tasks = _select(evidence, "tasks", subject.users)
    floor = _response(_select(evidence, "flows", 1))
    response = _response(flows)
    p50_s, p99_s = response.quantile_s(0.5), response.quantile_s(0.99)
    generator = _median_ratio(flows, lambda step: step.cpu_ratio("generator"))
    bytes_per_user = _bytes_per_user(_select(evidence, "idle-users"))
    if p50_s is None or p99_s is None or generator is None:
        raise MeasurementError("The generator's slices hold no request of a flow.")
    return Calibration(
        measured_at=subject.measured_at,
        pairbench=subject.pairbench,
        fingerprint=subject.environment.fingerprint,
        url=subject.url,
        users=subject.users,
        window_s=subject.window_s,
        flow=_throughput(flows),
        task=_throughput(tasks),
        p50_s=p50_s,
        p99_s=p99_s,
        floor_p50_s=floor.quantile_s(0.5),
        floor_p99_s=floor.quantile_s(0.99),
        generator_cpu_ratio=generator,
        target_cpu_ratio=_median_ratio(flows, lambda step: step.cpu_ratio("target")),
        generator_limited=generator >= MAX_CPU_RATIO,
        noise_ratio=_noise(flows),
        bytes_per_user=bytes_per_user,
        users_per_process=_users_per_process(subject.environment, bytes_per_user),
        shared_core=subject.shared_core,
        cautions=_collect_cautions(evidence, subject.environment.cores),
    )


def refuse_failures(evidence: StepEvidence) -> None:
    """Refuse a step that does not tell what the generator can do.

    A generator that was busy, late or starved is what a calibration looks for, and no failure.

    Raises:
        TargetError: the server failed requests.
        GeneratorError: the generator had no ports or files left for them.
        MeasurementError: the level was skipped, or nothing was answered.
    """
    where = f"{evidence.trial.experiment} at {evidence.step.load}"
    if evidence.step.skipped is not None:
        raise MeasurementError(f"{where} could not be measured: {evidence.step.skipped}.")
    if evidence.exhausted:
        told = describe_failures(evidence.exhausted, ())
        raise GeneratorError(f"{where}: the generator could open no connection: {told}.")
    users = evidence.users
    if users.failed:
        told = describe_failures(users.errors, rank_failures(evidence.failures))
        raise TargetError(
            f"{where}: {users.failed} of {users.requests} requests failed: {told}.",
            hint="A calibration needs a server that answers every request with success.",
        )
    if not users.succeeded and evidence.trial.experiment != "idle-users":
        raise MeasurementError(
            f"{where}: no request was answered in a window of {evidence.window_s:g} s.",
            hint="Name a faster route, or give a longer --duration.",
        )


def refuse_answers(answers: Sequence[Answer], url: str) -> None:
    """Refuse a server whose answers, before load, are not all of success (2xx).

    Raises:
        TargetError: says what was answered.
    """
    for answer in answers:
        if answer.status is None or answer.status // 100 != 2:
            seen = answer.error if answer.status is None else f"status {answer.status}"
            raise TargetError(
                f"{url} answers {answer.method} {answer.path} with {seen}.",
                hint="A calibration needs a route that answers with success (200 to 299).",
            )


def _select(
    evidence: Sequence[StepEvidence], part: CalibrationPart, users: int | None = None
) -> list[StepEvidence]:
    return [
        step
        for step in evidence
        if step.trial.experiment == part and (users is None or step.step.load == Users(users=users))
    ]


def _response(steps: Sequence[StepEvidence]) -> Histogram:
    return merge_histograms(step.users.response for step in steps)


def _throughput(steps: Sequence[StepEvidence]) -> Throughput:
    rates = _rates(steps)
    if not rates:
        raise MeasurementError("No round of the calibration was measured to its end.")
    return Throughput(
        median_per_s=median(rates), low_per_s=min(rates), high_per_s=max(rates), rounds=len(rates)
    )


def _rates(steps: Sequence[StepEvidence]) -> list[float]:
    return [step.users.succeeded / step.window_s for step in steps if step.window_s]


def _noise(steps: Sequence[StepEvidence]) -> float | None:
    logarithms = [log(rate) for rate in _rates(steps) if rate]
    return stdev(logarithms) if len(logarithms) > 1 else None


def _median_ratio(
    steps: Sequence[StepEvidence], ratio_of: Callable[[StepEvidence], float | None]
) -> float | None:
    ratios = [ratio for ratio in map(ratio_of, steps) if ratio is not None]
    return median(ratios) if ratios else None


def _bytes_per_user(steps: Sequence[StepEvidence]) -> float | None:
    """Take the growth of memory between two numbers of users: the rest is the process's own."""
    seen = [
        (step.step.load.users, resident)
        for step in steps
        if isinstance(step.step.load, Users)
        and (resident := step.watched("generator").typical(lambda reading: reading.rss_bytes))
    ]
    if len(seen) < 2:
        return None
    (few, low), *_, (many, high) = sorted(seen)
    return max(high - low, 0) / (many - few)


def _users_per_process(environment: Environment, bytes_per_user: float | None) -> int:
    """Take the lowest of what files, ports and memory allow; each user has one connection."""
    limits = [float(environment.open_files_limit - _SPARE_FILES)]
    if environment.ephemeral_ports is not None:
        limits.append(environment.ephemeral_ports)
    if bytes_per_user:
        memory = environment.cgroup_memory_bytes or environment.memory_bytes
        limits.append(min(memory, environment.memory_bytes) / bytes_per_user)
    return max(int(min(limits)), 0)


def _collect_cautions(evidence: Sequence[StepEvidence], cores: int) -> tuple[Caution, ...]:
    """Keep one caution of each code, with the step that it was first seen in."""
    first: dict[CautionCode, Caution] = {}
    for step in evidence:
        if step.trial.experiment == "idle-users":
            continue  # that nothing is sent there is the point
        for caution in doubt(step, max_error_ratio=0.0, cores=cores):
            if caution.code is CautionCode.NOT_FRESH:
                continue  # a server that was named already ran: that was asked for
            where = f"{step.trial.experiment}, {step.step.load}"
            told = caution.model_copy(update={"detail": f"{where}: {caution.detail}"})
            first.setdefault(caution.code, told)
    return tuple(first[code] for code in CautionCode if code in first)
