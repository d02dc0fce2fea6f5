"""`bench calibrate`: what this machine's generator can do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.parameters import AllowRemoteOption, DurationOption, ResultsOption
from bench.errors import EXIT_INTERRUPTED


def calibrate(
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            metavar="URL",
            help="Measure against this server, which already runs; default: our own null target.",
        ),
    ] = None,
    users: Annotated[
        int, typer.Option("--users", min=1, max=1_000_000, help="Users, each with a connection.")
    ] = 64,
    duration: DurationOption = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            "--rounds",
            min=1,
            max=1000,
            help="Alternating measurements of flows and tasks; default: 3, with --url 1.",
        ),
    ] = None,
    allow_remote: AllowRemoteOption = False,
    results: ResultsOption = Path("results"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on stdout.")
    ] = False,
) -> None:
    """Measure the load generator: its ceiling, floor, noise, and what a user costs.

    Without --url the result is kept in the results folder, for runs on this machine to show.
    """
    from rich.console import Console

    from bench.cli.calibrating import calibrate_named_server, calibrate_null_target
    from bench.reporting.calibration_document import write_calibration_document
    from bench.reporting.calibration_table import build_calibration_section
    from bench.reporting.terminal import print_sections
    from bench.storage.calibrations import keep_calibration

    try:
        if url is None:
            calibration = calibrate_null_target(users, duration, rounds)
            kept = keep_calibration(results, calibration)
            sys.stderr.write(f"Kept in {kept}; runs below {results} will show it.\n")
        else:
            calibration = calibrate_named_server(
                url, users, duration, rounds, allow_remote=allow_remote
            )
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: nothing is kept.\n")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if as_json:
        sys.stdout.write(write_calibration_document(calibration))
    else:
        print_sections(Console(), [build_calibration_section(calibration)])
