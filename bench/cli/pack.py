"""`bench pack`: a stored run in a fraction of its space."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.cli.parameters import ResultsOption, RunArgument


def pack(run: RunArgument, results: ResultsOption = Path("results")) -> None:
    """Compress the files of a stored run, in place; everything reads it as before."""
    from bench.storage.packing import pack_run, refuse_unfinished
    from bench.storage.reading_runs import find_run, read_run
    from bench.units import format_bytes

    path = find_run(run, results)
    refuse_unfinished(len(read_run(path).unfinished), path)
    before, after = pack_run(path)
    sys.stderr.write(f"{path}: {format_bytes(before)} of files are {format_bytes(after)} now\n")
