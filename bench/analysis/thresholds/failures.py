"""Failures: a threshold on the share of requests that fail, counted over all trials together."""

from __future__ import annotations

from collections.abc import Sequence

from bench.analysis.thresholds.deciding import decide, is_upper
from bench.analysis.thresholds.estimates import (
    METHOD_EXACT,
    Estimate,
    count_requests_needed,
    estimate_error_ratio,
)
from bench.analysis.thresholds.outcome import Outcome, Unit
from bench.analysis.thresholds.readings import find_row
from bench.model.threshold import Finding, Threshold


def look_at_failures(threshold: Threshold, units: Sequence[Unit], level: float) -> Outcome:
    """Judge a threshold of the error ratio by the requests of all steps that count.

    `error_ratio <= 0` is a count: it is held if no request failed and none was left unanswered.
    """
    check = threshold.check
    rows = [find_row(sample.step, threshold.name) for unit in units for sample in unit]
    known = [row for row in rows if row is not None and row.requests is not None]
    requests = sum(row.requests or 0 for row in known)
    failed = sum(sum(row.errors.values()) for row in known)
    unanswered = sum(row.censored or 0 for row in known)
    if not requests + unanswered:
        of_name = "" if threshold.name is None else f" named {threshold.name!r}"
        return Outcome(Finding.NOT_MEASURED, f"no step has requests{of_name}")
    estimate = estimate_error_ratio(failed, unanswered, requests, level)
    if not check.bound and not failed + unanswered:
        estimate = Estimate(0.0, 0.0, 0.0, METHOD_EXACT)
    finding = decide(check.operator, check.bound, estimate.low, estimate.high)
    because = ""
    if finding is not Finding.HELD:
        because = f"{failed} of {requests} requests failed"
    if unanswered:
        because += f"{'; ' if because else ''}{unanswered} had no answer when their step ended"
    elif finding is Finding.INCONCLUSIVE and not failed and is_upper(check.operator):
        needed = count_requests_needed(check.bound, level)
        because += f"; without a failure it takes {needed} to tell"
    return Outcome(finding, because, estimate, tuple(units))
