"""What our generator spooled of a window, added up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bench.analysis.histograms import merge_encoded
from bench.analysis.tallies import OK
from benchmarks.figures import Figures


def sum_window(lines: Iterable[str], window_s: float) -> Figures:
    """Add up the users' slices of the window.

    Lines are read as plain JSON, not as records: the five fields that are needed here have been the
    same since the first version, so that older generators can be measured beside this one.

    Args:
        lines: of `slices.jsonl`.
        window_s: how long the window was open.
    """
    slices = [json.loads(line) for line in lines]
    window = [one for one in slices if _belongs(one)]
    response = merge_encoded(one["response_us"] for one in window if one["outcome"] == OK)
    requests = sum(int(one["completed"]) for one in window)
    failed = sum(int(one["requests"]) for one in window if one["outcome"] != OK)
    censored = sum(int(one["count"]) for one in slices if one["type"] == "censored")
    return Figures(
        requests=requests,
        per_s=requests / window_s,
        errors=failed + censored,
        p50_s=response.quantile_s(0.5),
        p99_s=response.quantile_s(0.99),
    )


def _belongs(line: Mapping[str, Any]) -> bool:
    return bool(
        line["type"] == "requests" and line["phase"] == "window" and line["group"] == "users"
    )
