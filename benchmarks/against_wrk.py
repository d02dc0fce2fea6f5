"""Response times as we see them beside those that wrk sees, from a server that waits 20 ms.

`python -m benchmarks.against_wrk --help`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Final

from benchmarks.asks import Ask
from benchmarks.benchmark import Benchmark, run_script
from benchmarks.contenders import FLOW, WRK, OurGenerator, find_wrk
from benchmarks.ground import prepare_ground
from benchmarks.keeping import Kept
from benchmarks.measuring import Measured
from benchmarks.options import Options
from benchmarks.ratios import Spread
from benchmarks.rounds import Figure, measure_round, medians_table, ratio
from benchmarks.servers import run_waiting_server

_WAIT_S: Final = 0.02
_TOLERANCE: Final = 0.05
_FIGURES: Final[dict[str, Figure]] = {
    "p50": lambda one: one.own.p50_s,
    "p99": lambda one: one.own.p99_s,
}
_OVERHEAD_S: Final = 4.0
"""Of one contender in one round, beside warm-up and window: starts and ends of processes."""


async def compare_response_times(options: Options) -> tuple[Ask, ...]:
    """Measure with both in alternating rounds, print and keep it, and return the asks."""
    wrk = find_wrk()
    if wrk is None:
        print("wrk isn't installed: apt-get install wrk")
        return tuple(_ask(name, None) for name in _FIGURES)
    async with prepare_ground() as ground:
        kept = Kept("against_wrk", options, ground)
        serve = partial(run_waiting_server, ground, _WAIT_S)
        measured: list[Measured] = []
        for number in range(options.rounds):
            contenders = (OurGenerator(FLOW), wrk)
            measured += await measure_round(number, contenders, serve, ground, options, kept)
        return _conclude(measured, kept)


def _conclude(measured: Sequence[Measured], kept: Kept) -> tuple[Ask, ...]:
    ratios = {name: ratio(measured, figure, FLOW, WRK) for name, figure in _FIGURES.items()}
    asks = tuple(_ask(name, spread) for name, spread in ratios.items())
    kept.finish({f"{name} flow / wrk": spread for name, spread in ratios.items()}, asks)
    print(f"\n{medians_table(measured)}\n\nflow / wrk, in each round and as their median:")
    for name, figure in _FIGURES.items():
        rounds = sorted({one.round for one in measured})
        each = [
            ratio([one for one in measured if one.round == number], figure, FLOW, WRK)
            for number in rounds
        ]
        texts = [f"{spread.median:.3f}" if spread else "-" for spread in each]
        spread = ratios[name]
        print(f"  {name}  {'  '.join(texts)}  median {spread.text(3) if spread else '-'}")
    print(f"Kept in {kept.path}", flush=True)
    return asks


def _ask(name: str, spread: Spread | None) -> Ask:
    return Ask(
        of=f"{name}, flow / wrk",
        value=spread.median if spread else None,
        at_least=1 - _TOLERANCE,
        at_most=1 + _TOLERANCE,
        detail=spread.range_text(3) if spread else "wrk isn't installed",
    )


BENCHMARK: Final = Benchmark(
    name="against_wrk",
    question="Do we see the response times that wrk sees, where 64 users wait 20 ms each?",
    defaults=Options(),
    expected_s=lambda options: (
        2 * options.rounds * (options.warm_up_s + options.window_s + _OVERHEAD_S)
    ),
    run=compare_response_times,
)

if __name__ == "__main__":
    sys.exit(run_script(BENCHMARK, sys.argv[1:]))
