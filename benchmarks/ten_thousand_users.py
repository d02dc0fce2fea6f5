"""Ten thousand users on one generator process, each of whom asks once in ten seconds.

`python -m benchmarks.ten_thousand_users --help`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Final

from bench.errors import MeasurementError
from benchmarks.asks import Ask
from benchmarks.benchmark import Benchmark, run_script
from benchmarks.contenders import FLOW, STOCK, Contender, OurGenerator, StockLocust
from benchmarks.ground import prepare_ground
from benchmarks.keeping import Kept
from benchmarks.measuring import Measured
from benchmarks.options import Options
from benchmarks.rounds import measure_round, medians_table, ratio
from benchmarks.servers import run_waiting_server

_MEGABYTE: Final = 1e6
_MOST_MB: Final = 150.0
_TOLERANCE: Final = 0.01
_OVERHEAD_S: Final = 25.0
"""Of one contender, beside warm-up and window: ten thousand connections opened and closed."""


async def hold_users(options: Options) -> tuple[Ask, ...]:
    """Let our flow hold them, then stock Locust; print and keep it, and return the asks."""
    contenders: tuple[Contender, ...] = (OurGenerator(FLOW), StockLocust())
    async with prepare_ground() as ground:
        kept = Kept("ten_thousand_users", options, ground)
        measured: list[Measured] = []
        serve = partial(run_waiting_server, ground)
        for number in range(options.rounds):
            # One after the other: should stock Locust fail, ours was measured all the same.
            for contender in contenders:
                try:
                    measured += await measure_round(
                        number, [contender], serve, ground, options, kept
                    )
                except MeasurementError as error:
                    print(f"  round {number + 1}  {contender.name}: {error.message}")
        return _conclude(measured, options, kept)


def _conclude(measured: Sequence[Measured], options: Options, kept: Kept) -> tuple[Ask, ...]:
    asks = judge_users([one for one in measured if one.contender == FLOW], options)
    memory = ratio(measured, lambda one: one.generator_peak_rss_bytes, FLOW, STOCK)
    kept.finish({"peak RSS, flow / FastHttpUser": memory}, asks)
    if measured:
        print(f"\n{medians_table(measured)}")
    if memory:
        print(f"\nPeak RSS, flow / FastHttpUser: {memory.text()}")
    print(f"Kept in {kept.path}", flush=True)
    return asks


def judge_users(measured: Sequence[Measured], options: Options) -> tuple[Ask, ...]:
    """State what is asked of our generator: the worst round counts, of the rate the median."""
    assert options.period_s is not None
    peaks = [one.generator_peak_rss_bytes for one in measured if one.generator_peak_rss_bytes]
    rates = [one.served_per_s for one in measured]
    asked_per_s = options.users / options.period_s
    users = f"{options.users:,} users"
    return (
        Ask(
            of=f"{users}, connected at once",
            value=min((one.connections for one in measured), default=None),
            at_least=options.users,
        ),
        Ask(
            of=f"{users}, errors",
            value=max((one.own.errors for one in measured), default=None),
            at_most=0,
        ),
        Ask(
            of=f"{users}, peak RSS in MB",
            value=max(peaks) / _MEGABYTE if peaks else None,
            at_most=_MOST_MB,
        ),
        Ask(
            of=f"{users}, requests a second / {asked_per_s:g}",
            value=median(rates) / asked_per_s if rates else None,
            at_least=1 - _TOLERANCE,
            at_most=1 + _TOLERANCE,
        ),
    )


BENCHMARK: Final = Benchmark(
    name="ten_thousand_users",
    question="Does one generator process hold 10,000 users, and at what price in memory?",
    defaults=Options(rounds=1, window_s=20.0, warm_up_s=12.0, users=10_000, period_s=10.0),
    expected_s=lambda options: (
        2 * options.rounds * (options.warm_up_s + options.window_s + _OVERHEAD_S)
    ),
    run=hold_users,
)

if __name__ == "__main__":
    sys.exit(run_script(BENCHMARK, sys.argv[1:]))
