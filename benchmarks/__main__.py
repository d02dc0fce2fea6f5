"""`python -m benchmarks [NAME ...]`: run benchmarks in turn; without names, all of them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from benchmarks import against_wrk, generators, ten_thousand_users
from benchmarks.benchmark import Benchmark, run_all
from benchmarks.options import add_options

BENCHMARKS: Final[dict[str, Benchmark]] = {
    module.BENCHMARK.name: module.BENCHMARK
    for module in (generators, ten_thousand_users, against_wrk)
}


def main(arguments: Sequence[str]) -> int:
    """Run what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    add_options(parser)
    given = parser.parse_args(arguments)
    unknown = [name for name in given.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is named {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    chosen = [BENCHMARKS[name] for name in given.names or BENCHMARKS]
    return run_all(
        [(benchmark, benchmark.defaults.with_given(given)) for benchmark in chosen],
        check=given.check,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
