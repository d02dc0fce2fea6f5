"""`bench worker`: generate load for a master on another machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from bench.cli.parameters import HostAndPort, host_and_port, seconds

_WAIT_S: Final = 600.0


def worker(
    master: Annotated[
        HostAndPort,
        typer.Option(
            "--master",
            metavar="HOST:PORT",
            parser=host_and_port,
            help="Where the run's master listens; `bench run` says it.",
        ),
    ],
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help="Holds the run's token; default: the variable PAIRBENCH_TOKEN.",
        ),
    ] = None,
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait",
            metavar="10m",
            parser=seconds,
            help="How long to wait for a master, before the run and between trials; default: 10m.",
        ),
    ] = None,
) -> None:
    """Join a run's master, and send the part of its load that falls to this worker.

    Ends when the run is over.
    """
    from bench.execution.trials.joining import become_worker

    become_worker(
        master.host, master.port, wait_s=_WAIT_S if wait is None else wait, token_file=token_file
    )
