"""Summarising: the evidence of a step becomes its rows, one for all requests and one per name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bench.analysis.evidence import StepEvidence
from bench.analysis.failures import rank_failures
from bench.analysis.histograms import Histogram, merge_histograms
from bench.analysis.observed import summarise_observations, take_loop_lag_p99_s
from bench.analysis.ranks import is_longest, is_reached_by_censored
from bench.analysis.schedules import ScheduleTally
from bench.analysis.streams import observe_streams
from bench.analysis.tallies import RequestTally, merge_tallies
from bench.model.caution import Caution
from bench.model.load_level import ArrivalRate, Users
from bench.model.slices import Group
from bench.model.summary import Failure, ObservedQuantity, StepRow

QUANTILES: Final = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95, "p99_s": 0.99, "p999_s": 0.999}

_OF_THE_WHOLE_STEP: Final = (
    "cpu_s_per_request",
    "rss_bytes",
    "rss_peak_bytes",
    "pss_bytes",
    "uss_bytes",
    "vms_bytes",
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

_SERVICE_QUANTILES: Final = {"service_p50_s": 0.5, "service_p99_s": 0.99}
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
    bystander = evidence.bystander
    seen, censored = bystander.response.count, bystander.censored
    of_all["at_least"] += _find_bounds(seen, censored, _BYSTANDER_QUANTILES)
    of_all["thin"] += _find_thin(_bound_response(bystander).count, _BYSTANDER_QUANTILES)
    rows = [StepRow(**identity, **of_all, **_describe_step(evidence))]
    rows += (StepRow(**identity, **of_name) for of_name in _describe_names(evidence))
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
    empty: dict[str, Any] = {"failures": (), "at_least": (), "thin": ()}
    return nothing | empty | {"group": "users", "errors": {}, "observations": {}}


def _describe_names(evidence: StepEvidence) -> Iterator[dict[str, Any]]:
    nothing: dict[str, Any] = dict.fromkeys(_OF_THE_WHOLE_STEP)
    users, bystanders = evidence.names["users"], evidence.names["bystander"]
    for name in sorted(users.keys() | evidence.streams.keys()):
        of_name = _describe_requests(evidence, name, "users", users.get(name) or merge_tallies(()))
        streams = evidence.streams.get(name)
        observed = observe_streams(streams, evidence.window_s) if streams else {}
        yield {**of_name, **nothing, **_describe_schedule(None), "observations": observed}
    # What was never sent has no name: the schedule stands with what most of it became.
    main = max(bystanders, key=lambda name: bystanders[name].requests, default=None)
    for name, tally in bystanders.items():
        of_name = _describe_requests(evidence, name, "bystander", tally)
        schedule = evidence.schedules.get("bystander") if name == main else None
        yield {**of_name, **nothing, **_describe_schedule(schedule), "observations": {}}


def _describe_requests(
    evidence: StepEvidence, name: str | None, group: Group, tally: RequestTally
) -> dict[str, Any]:
    response, service = _bound_response(tally), tally.service
    seen, serviced, censored = tally.response.count, service.count, tally.censored
    if group == "users" and isinstance(evidence.step.load, Users):
        # closed model: the two are one, and the generator writes it once
        service, serviced = response, seen
    return {
        "name": name,
        "group": group,
        "requests": tally.requests,
        "throughput_per_s": _take_throughput(evidence, name, tally),
        "error_ratio": tally.error_ratio,
        "errors": dict(tally.errors),
        "failures": _rank_failures(evidence, name, group),
        "censored": censored,
        **{field: response.quantile_s(q) for field, q in QUANTILES.items()},
        "max_s": response.max_s,
        "at_least": _find_bounds(seen, censored, QUANTILES)
        + (("max_s",) if censored else ())
        + (_find_bounds(serviced, censored, _SERVICE_QUANTILES) if service.count else ()),
        "thin": _find_thin(response.count, QUANTILES)
        + _find_thin(service.count, _SERVICE_QUANTILES),
        "mean_s": tally.response.mean_s,
        **{field: service.quantile_s(q) for field, q in _SERVICE_QUANTILES.items()},
    }


def _take_throughput(evidence: StepEvidence, name: str | None, tally: RequestTally) -> float | None:
    """Return successes per second; None where streams are all there is, and none was opened."""
    has_streams = bool(evidence.streams) if name is None else name in evidence.streams
    if not evidence.has_slices or (has_streams and not tally.completed):
        return None
    return tally.succeeded / evidence.window_s


def _rank_failures(evidence: StepEvidence, name: str | None, group: Group) -> tuple[Failure, ...]:
    return rank_failures(
        failure
        for failure in evidence.failures
        if failure.group == group and name in (None, failure.name)
    )


def _bound_response(tally: RequestTally) -> Histogram:
    """Return response times with the ages of censored requests: they took at least as long."""
    return merge_histograms((tally.response, tally.censored_age))


def _find_bounds(seen: int, censored: int, quantiles: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(
        field for field, q in quantiles.items() if is_reached_by_censored(q, seen, censored)
    )


def _find_thin(count: int, quantiles: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(field for field, q in quantiles.items() if is_longest(q, count))


def _describe_step(evidence: StepEvidence) -> dict[str, Any]:
    # In the closed model only bystanders have a schedule, and theirs is not the users'.
    is_open = isinstance(evidence.step.load, ArrivalRate)
    busiest = evidence.busiest_generator()
    return {
        **_describe_schedule(evidence.schedules.get("users") if is_open else None),
        **_describe_target(evidence),
        "target_cpu_ratio": evidence.cpu_ratio("target"),
        "generator_cpu_ratio": busiest[1] if busiest else None,
        "services_cpu_ratio": evidence.cpu_ratio("services"),
        "loop_lag_p99_s": take_loop_lag_p99_s(evidence.observations),
        **{
            field: _bound_response(evidence.bystander).quantile_s(q)
            for field, q in _BYSTANDER_QUANTILES.items()
        },
        "observations": _describe_observations(evidence),
    }


def _describe_schedule(schedule: ScheduleTally | None) -> dict[str, int | None]:
    if schedule is None:
        return {"late": None, "dropped": None}
    return {"late": schedule.late, "dropped": schedule.dropped}


def _describe_observations(evidence: StepEvidence) -> dict[str, ObservedQuantity]:
    told = summarise_observations(evidence.observations)
    if evidence.all_streams is None:
        return told
    seen = observe_streams(evidence.all_streams, evidence.window_s)
    return {f"{name} (told)" if name in seen else name: told[name] for name in told} | seen


def _describe_target(evidence: StepEvidence) -> dict[str, float | None]:
    target, completed = evidence.watched("target"), evidence.completed
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
        "vms_bytes": target.typical(lambda reading: reading.vms_bytes),
        "threads": target.typical(lambda reading: reading.threads),
        "threads_peak": target.peak(lambda reading: reading.threads),
        "fds": target.typical(lambda reading: reading.fds),
    }


def _per(completed: int, spent: float | None) -> float | None:
    return None if spent is None or not completed else spent / completed
