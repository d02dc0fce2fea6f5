"""What wrk prints: throughput, percentiles, errors."""

from __future__ import annotations

import re
from typing import Final

from bench.errors import GeneratorError
from benchmarks.figures import Figures

_SECONDS_PER: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_TOTAL: Final = re.compile(r"(?P<requests>\d+) requests in ")
_RATE: Final = re.compile(r"Requests/sec:\s+(?P<rate>[\d.]+)")
_PERCENTILE: Final = re.compile(
    r"^\s+(?P<percent>[\d.]+)%\s+(?P<number>[\d.]+)(?P<unit>us|ms|s|m|h)\s*$", re.MULTILINE
)
_SOCKET_ERRORS: Final = re.compile(
    r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)"
)
_BAD_STATUS: Final = re.compile(r"Non-2xx or 3xx responses: (\d+)")


def parse_wrk(text: str) -> Figures:
    """Read the output of `wrk --latency`.

    Raises:
        GeneratorError: it is no such output.
    """
    total, rate = _TOTAL.search(text), _RATE.search(text)
    percentiles = {
        float(line["percent"]): float(line["number"]) * _SECONDS_PER[line["unit"]]
        for line in _PERCENTILE.finditer(text)
    }
    if total is None or rate is None or not {50.0, 99.0} <= percentiles.keys():
        raise GeneratorError(
            f"wrk printed no totals or no percentiles: {text[-300:]!r}.",
            hint="Run the command by hand; it is in the benchmark's JSON.",
        )
    return Figures(
        requests=int(total["requests"]),
        per_s=float(rate["rate"]),
        errors=_count_errors(text),
        p50_s=percentiles[50.0],
        p99_s=percentiles[99.0],
    )


def _count_errors(text: str) -> int:
    socket_errors, bad_status = _SOCKET_ERRORS.search(text), _BAD_STATUS.search(text)
    counts = [*(socket_errors.groups() if socket_errors else ())]
    counts += bad_status.groups() if bad_status else ()
    return sum(map(int, counts))
