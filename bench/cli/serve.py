"""`bench serve`: one target by hand, for curl and a browser."""

from __future__ import annotations

from typing import Annotated

import typer


def serve(
    target: Annotated[
        str, typer.Argument(metavar="NAME/VARIANT", help="Experiment (or file) and variant.")
    ],
) -> None:
    """Start one target with its services, and stop it on Ctrl-C."""
    import asyncio

    from bench.cli.serving import serve_until_stopped

    asyncio.run(serve_until_stopped(target))
