"""`python -m benchmarks.gate_banks.neighbour SEED`: burn a core in bursts, half of the time.

It ends when its standard input does, so that it never outlives whoever started it.
"""

from __future__ import annotations

import random
import select
import sys
import time
from typing import Final

MEAN_S: Final = 0.5
"""Of bursts as of pauses; both have exponential lengths."""


def main(seed: int) -> None:
    """Burn and rest in turn until told to end."""
    source = random.Random(seed)
    while not _is_over(source.expovariate(1 / MEAN_S)):
        until_s = time.monotonic() + source.expovariate(1 / MEAN_S)
        while time.monotonic() < until_s:
            sum(range(1000))


def _is_over(pause_s: float) -> bool:
    """Rest, and tell whether standard input was closed meanwhile."""
    return bool(select.select([sys.stdin], [], [], pause_s)[0])


if __name__ == "__main__":
    main(int(sys.argv[1]))
