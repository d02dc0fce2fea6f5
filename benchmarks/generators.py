"""Our generator beside stock Locust and wrk, against nginx's static answer.

`python -m benchmarks.generators --help`
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from benchmarks.asks import Ask
from benchmarks.benchmark import Benchmark, run_script
from benchmarks.contenders import (
    FLOW,
    FLOW_UNLIKE,
    STOCK,
    TASK,
    WRK,
    WRK_UNLIKE,
    Contender,
    OurGenerator,
    StockLocust,
    find_wrk,
)
from benchmarks.ground import prepare_ground
from benchmarks.keeping import Kept
from benchmarks.measuring import Measured
from benchmarks.options import Options
from benchmarks.ratios import Spread
from benchmarks.rounds import measure_round, medians_table, ratio
from benchmarks.servers import find_nginx, run_nginx, run_waiting_server

_ASKED: Final = ((FLOW, WRK, 0.7), (FLOW, STOCK, 14.0), (TASK, WRK, 0.3), (TASK, STOCK, 6.0))
_UNLIKE: Final = (FLOW_UNLIKE, WRK_UNLIKE)
_WHOLE_CORE: Final = 0.9
"""CPU seconds per second above which a process is taken to have had its core for itself."""
_OVERHEAD_S: Final = 5.0
"""Of one contender in one round, beside warm-up and window: starts and ends of processes."""


async def compare_generators(options: Options) -> tuple[Ask, ...]:
    """Measure all contenders in alternating rounds, print and keep it, and return the asks."""
    nginx, wrk = find_nginx(), find_wrk()
    contenders: list[Contender] = [
        *(OurGenerator(name) for name in (FLOW, TASK, FLOW_UNLIKE)),
        StockLocust(),
    ]
    if wrk is None:
        print("wrk isn't installed, so nothing is compared with it: apt-get install wrk")
    else:
        contenders += [wrk, replace(wrk, name=WRK_UNLIKE)]
    if nginx is None:
        print("nginx isn't installed; our own server, which is slower, stands in for it:")
        print("apt-get install nginx-light")
    async with prepare_ground() as ground:
        serve = partial(run_nginx, ground, nginx) if nginx else partial(run_waiting_server, ground)
        kept = Kept("generators", options, ground)
        measured: list[Measured] = []
        for number in range(options.rounds):
            measured += await measure_round(number, contenders, serve, ground, options, kept)
        return _conclude(measured, kept, has_nginx=nginx is not None)


def _conclude(measured: Sequence[Measured], kept: Kept, *, has_nginx: bool) -> tuple[Ask, ...]:
    ratios = {
        f"{above} / {below}": ratio(measured, lambda one: one.served_per_s, above, below)
        for above, below in (*((above, below) for above, below, _ in _ASKED), _UNLIKE)
    }
    asks = tuple(
        _ask(f"{above} / {below}", ratios[f"{above} / {below}"], at_least, has_nginx=has_nginx)
        for above, below, at_least in _ASKED
    )
    kept.finish(ratios, asks)
    print(f"\n{medians_table(measured)}\n\nRatios of requests served, taken in each round:")
    for name, spread in ratios.items():
        print(f"  {name:<20}{spread.text() if spread else 'not measured'}")
    if disturbed := count_disturbed(measured):
        print(
            f"{disturbed} of {len(measured)} measurements were disturbed: neither side had a core."
        )
    print(f"Kept in {kept.path}", flush=True)
    return asks


def count_disturbed(measured: Sequence[Measured]) -> int:
    """Count the measurements in which neither generator nor server used up its core.

    All contenders send as fast as they can, so one of the two is the limit, unless something else
    ran on its core.
    """
    return sum(max(one.generator_cpu_ratio, one.server_cpu_ratio) < _WHOLE_CORE for one in measured)


def _ask(name: str, spread: Spread | None, at_least: float, *, has_nginx: bool) -> Ask:
    """State what is asked of a ratio; it is asked against nginx only."""
    if not has_nginx or spread is None:
        missing = "nginx isn't installed" if not has_nginx else "wrk isn't installed"
        return Ask(of=name, value=None, at_least=at_least, detail=missing)
    return Ask(of=name, value=spread.median, at_least=at_least, detail=spread.range_text())


BENCHMARK: Final = Benchmark(
    name="generators",
    question="How many requests a second does each generator send from one core?",
    defaults=Options(),
    expected_s=lambda options: (
        6 * options.rounds * (options.warm_up_s + options.window_s + _OVERHEAD_S)
    ),
    run=compare_generators,
)

if __name__ == "__main__":
    sys.exit(run_script(BENCHMARK, sys.argv[1:]))
