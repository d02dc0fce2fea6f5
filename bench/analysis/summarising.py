"""Summarising: the evidence of a step becomes its rows, one for all requests and one per name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.analysis.evidence import StepEvidence
from bench.analysis.histograms import Histogram, merge_histograms
from bench.analysis.observed import summarise_observations, take_loop_lag_p99_s
from bench.analysis.ranks import is_reached_by_censored
from bench.analysis.tallies import RequestTally
from bench.model.caution import Caution
from bench.model.load_level import ArrivalRate, Users
from bench.model.slices import Group
from bench.model.summary import StepRow

QUANTILES: Final = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95, "p99_s": 0.99, "p999_s": 0.999}

_OF_THE_WHOLE_STEP: Final = (
    "late",
    "dropped",
    "cpu_s_per_request",
    "rss_bytes",
    "rss_peak_bytes",
    "pss_bytes",
    "uss_bytes",
    "threads",
    "threads_peak",
    "fds",
    "context_switches_per_request",
    "target_cpu_ratio",
    "generator_cpu_ratio",
    "services_cpu_ratio",
    "loop_lag_p99_s",
    "bystander_p50_s",
    "bystander_p99_s",
)
"""What can't be told apart by request name; it stands in the row of all requests alone."""

_BYSTANDER_QUANTILES: Final = {"bystander_p50_s": 0.5, "bystander_p99_s": 0.99}


def summarise(evidence: StepEvidence, cautions: Sequence[Caution] = ()) -> tuple[StepRow, ...]:
    """Sum a step up: all users' requests together first, then by name, then the bystanders'.

    A step that was skipped, or whose window never closed, has one row, of all requests, in which no
    number exists: what was seen of half a window isn't the window's.
    """
    identity = _identify(evidence, cautions)
    if evidence.step.times is None:
        return (StepRow(**_describe_nothing() | identity),)
    of_all = _describe_requests(evidence, None, "users", evidence.users)
    of_all["at_least"] += _find_bounds(evidence.bystander, _BYSTANDER_QUANTILES)
    rows = [StepRow(**identity, **of_all, **_describe_step(evidence))]
    for group, names in evidence.names.items():
        for name, tally in names.items():
            of_name = _describe_requests(evidence, name, group, tally)
            nothing = dict.fromkeys(_OF_THE_WHOLE_STEP)
            rows.append(StepRow(**identity, **of_name, **nothing, observations={}))
    return tuple(rows)


def _identify(evidence: StepEvidence, cautions: Sequence[Caution]) -> dict[str, Any]:
    trial, step = evidence.trial, evidence.step
    return {
        "trial": trial.number,
        "experiment": trial.experiment,
        "variant": trial.variant,
        "arm": step.arm,
        "repetition": trial.repetition,
        "stratum": trial.stratum,
        "mode": trial.mode,
        "load": step.load,
        "valid": not any(caution.code.invalidates for caution in cautions),
        "cautions": tuple(dict.fromkeys(caution.code for caution in cautions)),
        "window_s": evidence.window_s if evidence.step.times else None,
    }


def _describe_nothing() -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(StepRow.model_fields)
    return nothing | {"group": "users", "errors": {}, "at_least": (), "observations": {}}


def _describe_requests(
    evidence: StepEvidence, name: str | None, group: Group, tally: RequestTally
) -> dict[str, Any]:
    response, service = _bound_response(tally), tally.service
    if group == "users" and isinstance(evidence.step.load, Users):
        service = response  # closed model: the two are one, and the generator writes it once
    return {
        "name": name,
        "group": group,
        "requests": tally.requests,
        "throughput_per_s": tally.succeeded / evidence.window_s if evidence.has_slices else None,
        "error_ratio": tally.error_ratio,
        "errors": dict(tally.errors),
        "censored": tally.censored,
        **{field: response.quantile_s(q) for field, q in QUANTILES.items()},
        "max_s": response.max_s,
        "at_least": _find_bounds(tally, QUANTILES) + (("max_s",) if tally.censored else ()),
        "mean_s": tally.response.mean_s,
        "service_p50_s": service.quantile_s(0.5),
        "service_p99_s": service.quantile_s(0.99),
    }


def _bound_response(tally: RequestTally) -> Histogram:
    """Return response times with the ages of censored requests: they took at least as long."""
    return merge_histograms((tally.response, tally.censored_age))


def _find_bounds(tally: RequestTally, quantiles: Mapping[str, float]) -> tuple[str, ...]:
    seen, censored = tally.response.count, tally.censored
    return tuple(
        field for field, q in quantiles.items() if is_reached_by_censored(q, seen, censored)
    )


def _describe_step(evidence: StepEvidence) -> dict[str, Any]:
    return {
        **_describe_schedule(evidence),
        **_describe_target(evidence),
        "target_cpu_ratio": evidence.cpu_ratio("target"),
        "generator_cpu_ratio": evidence.cpu_ratio("generator"),
        "services_cpu_ratio": evidence.cpu_ratio("services"),
        "loop_lag_p99_s": take_loop_lag_p99_s(evidence.observations),
        **{
            field: _bound_response(evidence.bystander).quantile_s(q)
            for field, q in _BYSTANDER_QUANTILES.items()
        },
        "observations": summarise_observations(evidence.observations),
    }


def _describe_schedule(evidence: StepEvidence) -> dict[str, int | None]:
    # In the closed model only bystanders have a schedule, and theirs is not the users'.
    if evidence.generator is None or not isinstance(evidence.step.load, ArrivalRate):
        return {"late": None, "dropped": None}
    return {"late": evidence.generator.late, "dropped": evidence.generator.dropped}


def _describe_target(evidence: StepEvidence) -> dict[str, float | None]:
    target, completed = evidence.watched("target"), evidence.users.completed
    switches = (
        target.spent(lambda reading: reading.voluntary_switches),
        target.spent(lambda reading: reading.involuntary_switches),
    )
    known = [count for count in switches if count is not None]
    return {
        "cpu_s_per_request": _per(completed, target.spent(lambda reading: reading.cpu_s)),
        "context_switches_per_request": _per(completed, sum(known) if len(known) == 2 else None),
        "rss_bytes": target.typical(lambda reading: reading.rss_bytes),
        "rss_peak_bytes": target.peak(lambda reading: reading.rss_bytes),
        "pss_bytes": target.typical(lambda reading: reading.pss_bytes),
        "uss_bytes": target.typical(lambda reading: reading.uss_bytes),
        "threads": target.typical(lambda reading: reading.threads),
        "threads_peak": target.peak(lambda reading: reading.threads),
        "fds": target.typical(lambda reading: reading.fds),
    }


def _per(completed: int, spent: float | None) -> float | None:
    return None if spent is None or not completed else spent / completed
