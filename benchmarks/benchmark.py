"""What a benchmark is, and how one is run from a command line."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bench.errors import EXIT_INTERRUPTED, EXIT_OK, BenchError
from bench.units import format_duration
from benchmarks.asks import Ask, exit_code
from benchmarks.options import Options, add_options


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A question about our own generator, and what answers it."""

    name: str
    question: str
    defaults: Options
    expected_s: Callable[[Options], float]
    """About how long it takes."""
    run: Callable[[Options], Awaitable[tuple[Ask, ...]]]

    def announcement(self, options: Options) -> str:
        """Say what is measured, and how long it takes."""
        takes = format_duration(self.expected_s(options))
        return f"{self.name}: {self.question} About {takes}."


def run_script(benchmark: Benchmark, arguments: Sequence[str]) -> int:
    """Run one benchmark from the command line of its own script; return the exit code."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{benchmark.name}", description=benchmark.question
    )
    add_options(parser, paced=benchmark.defaults.period_s is not None)
    parser.add_argument("--users", type=int, help="connections at a time")
    given = parser.parse_args(arguments)
    return run_all([(benchmark, benchmark.defaults.with_given(given))], check=given.check)


def run_all(chosen: Sequence[tuple[Benchmark, Options]], *, check: bool) -> int:
    """Run benchmarks one after the other, and sum up; return the exit code."""
    for benchmark, options in chosen:
        print(benchmark.announcement(options))
    print("Nothing else should run on this machine meanwhile.", flush=True)
    try:
        asks = [
            ask for benchmark, options in chosen for ask in asyncio.run(_run(benchmark, options))
        ]
    except BenchError as error:
        print(f"\n{error.message}", *error.evidence, error.hint, sep="\n", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\nInterrupted; the rounds that were whole are kept.", file=sys.stderr)
        return EXIT_INTERRUPTED
    if asks:
        print("\nWhat was asked for:", *(ask.text() for ask in asks), sep="\n  ")
    return exit_code(asks, check=check) if asks else EXIT_OK


async def _run(benchmark: Benchmark, options: Options) -> tuple[Ask, ...]:
    print(f"\n{benchmark.name}: {benchmark.question}", flush=True)
    return await benchmark.run(options)
