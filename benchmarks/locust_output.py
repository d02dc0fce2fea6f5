"""What `locust --json-file` writes: throughput, percentiles, failures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from bench.errors import GeneratorError
from benchmarks.figures import Figures


def parse_locust(text: str) -> Figures:
    """Read Locust's own statistics of a run.

    Locust rounds response times to 1 ms below 100 ms, to 10 ms below 1 s, and so on: its
    percentiles are that coarse.

    Raises:
        GeneratorError: they aren't there.
    """
    try:
        entries = json.loads(text)
        requests = sum(int(entry["num_requests"]) for entry in entries)
        began_s = min(float(entry["start_time"]) for entry in entries)
        ended_s = max(float(entry["last_request_timestamp"]) for entry in entries)
        errors = sum(int(entry["num_failures"]) for entry in entries)
        times_ms: Counter[float] = Counter()
        for entry in entries:
            times_ms.update({float(ms): n for ms, n in entry["response_times"].items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GeneratorError(
            f"Locust's statistics can't be read ({error!r}): {text[:300]!r}."
        ) from error
    return Figures(
        requests=requests,
        per_s=requests / (ended_s - began_s) if ended_s > began_s else 0.0,
        errors=errors,
        p50_s=_quantile_s(times_ms, 0.5),
        p99_s=_quantile_s(times_ms, 0.99),
    )


def _quantile_s(times_ms: Mapping[float, int], q: float) -> float | None:
    """Return a quantile by nearest rank."""
    left = q * sum(times_ms.values())
    for time_ms in sorted(times_ms):
        left -= times_ms[time_ms]
        if left <= 0:
            return time_ms / 1e3
    return None
