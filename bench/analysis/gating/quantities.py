"""Gated quantities: where a row has them, which way is worse, and how much of it matters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bench.model.gate_settings import GatedQuantity, GateSettings
from bench.model.load_level import LoadLevel, Users
from bench.model.summary import StepRow


@dataclass(frozen=True, slots=True)
class Gated:
    """One quantity that a gate looks at."""

    name: GatedQuantity
    field: str
    """Of the row of all requests."""
    unit: str
    min_effect: float
    """The smallest worsening that matters, as a ratio."""
    floor: float = 0.0
    """A difference in its own unit below which nothing matters."""
    more_is_better: bool = False

    def read(self, row: StepRow) -> float | None:
        """Return the quantity of a row; None where the row doesn't have it."""
        value: float | None = getattr(row, self.field)
        return value

    def worsening(self, baseline: float, candidate: float) -> float:
        """Return the logarithm of how much worse the candidate is; both are above 0.

        Of throughput it is that of the time per request, so that half as many requests are as bad
        as twice the CPU seconds for each.
        """
        log_ratio = math.log(candidate / baseline)
        return -log_ratio if self.more_is_better else log_ratio

    def widen(self, min_effect: float, baseline: float) -> float:
        """Return the smallest worsening that matters at a baseline's level, as a ratio.

        A tenth of 2 ms is more than a tenth in relation, and nothing that anybody would notice.
        """
        return max(min_effect, self.floor / baseline)


_MEBIBYTE: Final = 1024 * 1024
_RESPONSE_FLOOR_S: Final = 0.001
_STALL_FLOOR_S: Final = 0.010

PSS: Final = Gated("memory", "pss_bytes", "bytes", 0.03, 2 * _MEBIBYTE)
RSS: Final = Gated("memory", "rss_bytes", "bytes", 0.03, 2 * _MEBIBYTE)

GATED: Final[dict[GatedQuantity, Gated]] = {
    gated.name: gated
    for gated in (
        Gated("throughput", "throughput_per_s", "1/s", 0.03, more_is_better=True),
        Gated("cpu", "cpu_s_per_request", "s", 0.03),
        PSS,
        Gated("p50", "p50_s", "s", 0.10, _RESPONSE_FLOOR_S),
        Gated("p90", "p90_s", "s", 0.10, _RESPONSE_FLOOR_S),
        Gated("p95", "p95_s", "s", 0.10, _RESPONSE_FLOOR_S),
        Gated("p99", "p99_s", "s", 0.10, _RESPONSE_FLOOR_S),
        Gated("bystander", "bystander_p99_s", "s", 0.50, _STALL_FLOOR_S),
        Gated("loop_lag", "loop_lag_p99_s", "s", 0.50, _STALL_FLOOR_S),
    )
}
"""In the order of tables. Memory is `PSS` or `RSS`, as `weigh` chooses."""

RESPONSE_TIMES: Final[frozenset[GatedQuantity]] = frozenset({"p50", "p90", "p95", "p99"})


def choose_gated(
    settings: GateSettings,
    load: LoadLevel,
    *,
    has_bystander: bool = False,
    has_other_model: bool = False,
) -> tuple[Gated, ...]:
    """Choose what is gated in a step: what the settings ask for, or what fits its load model.

    Response times belong to the open model: at saturation they say how the scheduler shares a core
    between the arms. Throughput belongs to the closed one: in the open model it is what was asked
    for. Where a trial has steps of both models, the open one is there for response times alone.

    Args:
        settings: the experiment's `[gate]` table.
        load: the step's load.
        has_bystander: whether the experiment has one.
        has_other_model: whether the trial has a step of the other load model beside this one.
    """
    is_closed = isinstance(load, Users)
    fitting = _fit(is_closed=is_closed, has_other_model=has_other_model)
    asked = settings.quantities or _default(is_closed=is_closed, has_bystander=has_bystander)
    return tuple(GATED[name] for name in GATED if name in asked and name in fitting)


def find_unfitting(
    settings: GateSettings, loads: Iterable[LoadLevel]
) -> tuple[tuple[Gated, str], ...]:
    """Find what the settings ask for and none of these loads can give, and why not."""
    closed = [isinstance(load, Users) for load in loads]
    unfitting = []
    for name in settings.quantities or ():
        if name in RESPONSE_TIMES and all(closed):
            why = "at saturation response times are not gated, and no step has a fixed rate"
            unfitting.append((GATED[name], why))
        if name == "throughput" and not any(closed):
            why = "in the open model throughput is what was asked for"
            unfitting.append((GATED[name], why))
    return tuple(unfitting)


def weigh(gated: Gated, rows: Iterable[StepRow]) -> Gated:
    """Return memory as PSS where all rows that weighed a target have it, and else as RSS.

    Other quantities are returned as they are.
    """
    if gated.name != "memory":
        return gated
    weighed = [row for row in rows if row.rss_bytes is not None]
    return RSS if any(row.pss_bytes is None for row in weighed) else PSS


def is_absent(gated: Gated, rows: Iterable[StepRow]) -> bool:
    """Tell whether no row has a quantity, not even a bound of it, though something was measured."""
    measured = [row for row in rows if row.requests is not None]
    looked_for = weigh(gated, measured)
    return bool(measured) and all(
        looked_for.read(row) is None and looked_for.field not in row.at_least for row in measured
    )


def _fit(*, is_closed: bool, has_other_model: bool) -> frozenset[GatedQuantity]:
    if is_closed:
        return frozenset(GATED) - RESPONSE_TIMES
    return RESPONSE_TIMES if has_other_model else frozenset(GATED) - {"throughput"}


def _default(*, is_closed: bool, has_bystander: bool) -> tuple[GatedQuantity, ...]:
    of_model: tuple[GatedQuantity, ...] = ("throughput",) if is_closed else ("p95",)
    stalled: tuple[GatedQuantity, ...] = ("bystander",) if has_bystander else ()
    return (*of_model, "cpu", "memory", *stalled)
