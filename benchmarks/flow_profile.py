"""Where the time of the flow engine goes: functions and lines, against nginx's static answer.

`python -m benchmarks.flow_profile --help`
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.asks import Ask
from benchmarks.benchmark import Benchmark, run_script
from benchmarks.contenders import FLOW, SPREAD_S, OurGenerator
from benchmarks.driving import DrivenGenerator, run_generator, sampled_command
from benchmarks.ground import Ground, prepare_ground
from benchmarks.keeping import Kept
from benchmarks.options import Options
from benchmarks.samples import Profile, Share, read_profile
from benchmarks.servers import find_nginx, run_nginx, run_waiting_server

_SHOWN: Final = 20
_SMALLEST: Final = 0.003
"""A share below this is left out."""
_OVERHEAD_S: Final = 4.0


async def profile_flow(options: Options) -> tuple[Ask, ...]:
    """Sample a flow over a window, print where the time went, and keep it."""
    nginx = find_nginx()
    async with prepare_ground() as ground:
        serve = run_nginx(ground, nginx) if nginx else run_waiting_server(ground)
        async with serve as server:
            config = OurGenerator(FLOW).configuration(server.url, options)
            kept = Kept("flow_profile", options, ground)
            for _ in range(options.rounds):
                profile = await _sample(ground, config, options)
                kept.add_round([_document(profile)])
                _show(profile)
        kept.finish({}, ())
    print(f"Kept in {kept.path}", flush=True)
    return ()


async def _sample(ground: Ground, config: dict[str, object], options: Options) -> Profile:
    async with run_generator(ground, FLOW, config, sampled_command) as generator:
        await generator.start(options.users, SPREAD_S)
        await _watch(generator, options)
        samples = generator.folder / "samples.json"
        return read_profile(samples.read_text(encoding="utf-8"))


async def _watch(generator: DrivenGenerator, options: Options) -> None:
    opens_s = time.monotonic() + options.warm_up_s
    closes_s = opens_s + options.window_s
    await generator.announce(opens_s, closes_s)
    for moment_s, number in ((opens_s, signal.SIGUSR1), (closes_s, signal.SIGUSR2)):
        await asyncio.sleep(max(moment_s - time.monotonic(), 0.0))
        await generator.process.send_signal(number)
    figures = await generator.finish()
    print(f"  {figures.per_s:,.0f} requests a second, sampled, {figures.errors} errors")


def _document(profile: Profile) -> dict[str, Any]:
    return {
        "samples": profile.samples,
        "functions": _kept(profile.functions),
        "lines": _kept(profile.lines),
        "cumulative": _kept(profile.cumulative),
    }


def _kept(shares: Sequence[Share]) -> list[Share]:
    return [share for share in shares if share[1] >= _SMALLEST]


def _show(profile: Profile) -> None:
    print(f"  {profile.samples:,} samples")
    for title, shares in (
        ("Functions, by the time in themselves and in what they call in C", profile.functions),
        ("Lines", profile.lines),
        ("Functions, with all that they call", profile.cumulative),
    ):
        print(f"\n{title}:")
        for place, share in _kept(shares)[:_SHOWN]:
            print(f"  {share:6.1%}  {place}")


BENCHMARK: Final = Benchmark(
    name="flow_profile",
    question="Where does the time of a declared flow go?",
    defaults=Options(rounds=1),
    expected_s=lambda options: (
        options.rounds * (options.warm_up_s + options.window_s + _OVERHEAD_S)
    ),
    run=profile_flow,
)

if __name__ == "__main__":
    sys.exit(run_script(BENCHMARK, sys.argv[1:]))
