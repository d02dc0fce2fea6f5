"""The command line as a whole: its commands, and the one place where errors end.

Command modules import what they need inside their functions, so that `bench --help` is quick.
"""

from __future__ import annotations

import sys
import traceback
from importlib import metadata
from typing import Annotated, Final, NoReturn

import typer

from bench.cli import (
    calibrate,
    claims,
    compare,
    delete,
    doctor,
    figures,
    gate,
    init,
    list_experiments,
    pack,
    plan,
    profile,
    report,
    run,
    runs,
    schema,
    serve,
    show,
    worker,
)
from bench.cli.open import open_report
from bench.errors import EXIT_DEFECT, EXIT_INTERRUPTED, EXIT_USAGE, BenchError

app = typer.Typer(
    name="bench",
    help="Measure pairs of web services side by side: which is better, by how much, how sure.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("run")(run.run)
app.command("list")(list_experiments.list_experiments)
app.command("show")(show.show)
app.command("plan")(plan.plan)
app.command("report")(report.report)
app.command("claims")(claims.claims)
app.command("figures")(figures.figures)
app.command("compare")(compare.compare)
app.command("open")(open_report)
app.command("runs")(runs.runs)
app.command("delete")(delete.delete)
app.command("pack")(pack.pack)
app.command("serve")(serve.serve)
app.command("profile")(profile.profile)
app.command("gate")(gate.gate)
app.command("doctor")(doctor.doctor)
app.command("calibrate")(calibrate.calibrate)
app.command("worker")(worker.worker)
app.command("init")(init.init)
app.command("schema")(schema.schema)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"pairbench {metadata.version('pairbench')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


_JUDGING: Final = (["gate"], ["run"])
"""Commands whose 0 says that all was measured, and may be a verdict."""


def main() -> NoReturn:
    """Run the command line, and end with one of the documented exit codes."""
    sys.exit(_run())


def _run() -> int:
    try:
        app()
    except BenchError as error:
        from rich.console import Console

        from bench.reporting.errors_text import print_error

        print_error(Console(stderr=True), error)
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return EXIT_INTERRUPTED
    except SystemExit as end:
        return _exit_code(end)
    except OSError as error:
        sys.stderr.write(f"error: the output can't be written: {error.strerror or error}\n")
        return EXIT_USAGE
    except Exception:  # noqa: BLE001 - whatever else comes up here is a defect of ours: exit 70
        traceback.print_exc()
        sys.stderr.write("This is a defect of pairbench; please report it with the lines above.\n")
        return EXIT_DEFECT
    return 0


def _exit_code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    # Typer ends with 1 for these, which here means a regression.
    if isinstance(end.__context__, BrokenPipeError):
        return EXIT_DEFECT if sys.argv[1:2] in _JUDGING else 0
    if isinstance(end.__context__, typer.Abort):
        return EXIT_INTERRUPTED
    return end.code if isinstance(end.code, int) else EXIT_DEFECT
