"""`bench doctor`: what this machine is, and what to do about it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.parameters import ResultsOption


def doctor(
    results: ResultsOption = Path("results"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the environment as JSON on stdout.")
    ] = False,
) -> None:
    """Show cores, limits and noise of this machine, and what to do where they get in the way."""
    from rich.console import Console

    from bench.analysis.advising import advise
    from bench.execution.machine.environment import read_environment
    from bench.execution.machine.pinning import can_pin
    from bench.planning.placing import place
    from bench.reporting.machine import build_machine_report
    from bench.reporting.terminal import print_sections
    from bench.storage.calibrations import find_calibration

    environment = read_environment()
    if as_json:
        sys.stdout.write(environment.model_dump_json(indent=2) + "\n")
        return
    placement = place(environment.usable_cores, 1, "auto", can_pin=can_pin())
    calibration = find_calibration(results, environment.fingerprint)
    report = build_machine_report(environment, placement, advise(environment), calibration)
    print_sections(Console(), [report])
