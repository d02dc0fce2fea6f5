from __future__ import annotations

import pytest

from bench.errors import GeneratorError
from benchmarks.wrk_output import parse_wrk

PRINTED = """\
Running 5s test @ http://127.0.0.1:9200/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   706.02us  294.09us   9.18ms   79.23%
    Req/Sec    90.89k     5.67k   99.42k    72.55%
  Latency Distribution
     50%  190.00us
     75%    1.25ms
     90%    0.95s
     99%    1.02m
  460931 requests in 5.10s, 65.93MB read
Requests/sec:  90391.24
Transfer/sec:     12.93MB
"""


def test_totals_and_percentiles_are_read_in_seconds() -> None:
    figures = parse_wrk(PRINTED)

    assert (figures.requests, figures.per_s, figures.errors) == (460_931, 90_391.24, 0)
    assert figures.p50_s == pytest.approx(190e-6)
    assert figures.p99_s == pytest.approx(61.2)


def test_broken_connections_and_bad_statuses_are_errors() -> None:
    printed = PRINTED.replace(
        "Requests/sec",
        "  Socket errors: connect 1, read 20, write 300, timeout 4000\n"
        "  Non-2xx or 3xx responses: 50000\nRequests/sec",
    )

    assert parse_wrk(printed).errors == 54_321


@pytest.mark.parametrize(
    "printed",
    [
        "unable to connect to 127.0.0.1:1 Connection refused\n",
        PRINTED.replace("  Latency Distribution", "").replace("99%", "98%"),
    ],
)
def test_what_is_not_wrks_summary_is_refused_with_what_it_says(printed: str) -> None:
    with pytest.raises(GeneratorError, match="printed no totals or no percentiles"):
        parse_wrk(printed)
