"""The gate's error rates: `python -m benchmarks.gate record --minutes 60`, then `... replay`.

Records banks of duet trials over as many sittings as it takes, replays the rule over gates drawn
from them, and confirms with live gates (`... live`). Nothing else may run meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from benchmarks.gate_banks.recording import record_banks


def main(arguments: Sequence[str]) -> int:
    """Do what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.add_argument("what", choices=("record",))
    parser.add_argument("--minutes", type=float, default=30.0, help="of a sitting")
    parser.add_argument("--bank", action="append", default=[], help="only this one, and others so")
    given = parser.parse_args(arguments)
    asyncio.run(record_banks(given.minutes, given.bank))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
