"""The gate's error rates: `python -m benchmarks.gate`.

record   record trials for the banks, over as many sittings as it takes
live     run live gates: 40 of a version with itself, 20 with 5 % more CPU time per request
replay   replay the rule over gates drawn from the banks; beside it two common practices

Nothing else may run meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from bench.execution.machine.environment import read_environment
from benchmarks.gate_banks.bank_files import FOLDER, BankFolder, Banks, find_banks, write_note
from benchmarks.gate_banks.chart import write_chart
from benchmarks.gate_banks.live import record_live_gates
from benchmarks.gate_banks.practices import judge_practices
from benchmarks.gate_banks.recording import ROOT, record_banks
from benchmarks.gate_banks.replayed import QUESTIONS, replay_question
from benchmarks.gate_banks.table import put_tables, write_tables

PAGE: Final = ROOT / "docs/explanation/the-gate.md"

LIVE: Final = ((0.0, 40), (0.05, 20))
"""Effects on CPU time per request, and how many gates of each."""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=("record", "live", "replay"))
    parser.add_argument("--minutes", type=float, default=30.0, help="of a sitting")
    parser.add_argument("--bank", action="append", default=[], help="only this one, and others so")
    parser.add_argument("--machine", action="append", default=[], help="replay its banks alone")
    given = parser.parse_args(arguments)
    match given.what:
        case "record":
            asyncio.run(record_banks(given.minutes, given.bank))
        case "live":
            until_s = time.monotonic() + 60 * given.minutes
            own = BankFolder(read_environment().fingerprint)
            for effect, count in LIVE:
                record_live_gates(own, effect, count, until_s)
        case _:
            print(_replay(find_banks(given.machine)))
    return 0


def _replay(banks: Banks) -> str:
    replayed = [found for each in QUESTIONS if (found := replay_question(each, banks))]
    practices = judge_practices(banks)
    write_note(
        FOLDER,
        "replayed",
        {
            "machines": [folder.machine for folder in banks.folders],
            "kind": banks.folders[0].kind,
            "replayed": [each.as_json() for each in replayed],
            "practices": [asdict(each) for each in practices],
        },
    )
    tables = write_tables(replayed, practices, banks.read_live())
    write_chart(replayed, FOLDER / "error-rates.svg")
    (FOLDER / "tables.md").write_text(tables, encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(put_tables(page, tables), encoding="utf-8")
    return tables


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
