"""`bench gate`: has this version of a service become worse? For pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.gating.formats import GateFormat
from bench.cli.parameters import Pin, PinOption, ResultsOption, SeedOption, seconds


def gate(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE.toml]",
            help="The experiment, or a file that names several; default: bench.toml at the "
            "repository's root.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="The version to compare with; default: the merge base with the main branch.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|FILE",
            help="Compare with a stored run, or its JSON: a trip-wire, not a measurement.",
        ),
    ] = None,
    self_check: Annotated[
        bool,
        typer.Option(
            "--self-check", help="Compare this version with itself: what can be found here?"
        ),
    ] = False,
    min_effect: Annotated[
        list[str] | None,
        typer.Option(
            "--min-effect",
            metavar="[QUANTITY=]3%",
            help="The smallest worsening that matters; may be given several times.",
        ),
    ] = None,
    budget: Annotated[
        float,
        typer.Option(metavar="5m", parser=seconds, help="How long trials may take in all."),
    ] = 300.0,
    quantities: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...", help="What is gated, such as throughput,cpu,memory,p95,bystander."
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="What was not proven or not measured fails the gate (3)."),
    ] = False,
    fail_on_inconclusive: Annotated[
        bool, typer.Option("--fail-on-inconclusive", help="Exit 5 where nothing can be said.")
    ] = False,
    output: Annotated[
        GateFormat, typer.Option("--format", help="What is printed on stdout.")
    ] = GateFormat.TERMINAL,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JUnit XML as well.")
    ] = None,
    comment: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the body of a pull request's comment as well."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page for the browser as well.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as one JSON document on stdout.")
    ] = False,
    pin: PinOption = None,
    seed: SeedOption = None,
    results: ResultsOption = Path("results"),
) -> None:
    """Compare two versions of a service, measured at the same time, and fail on a regression.

    Exit codes: 0 pass (or inconclusive), 1 regression, 2 usage, 3 nothing valid could be measured,
    4 the candidate does not start or answers otherwise, 5 inconclusive (on request).
    """
    from bench.cli.gating.commanding import GateOrder, run_gate
    from bench.cli.gating.files import Wishes
    from bench.cli.gating.outputs import Outputs
    from bench.cli.gating.wishing import read_effects, read_quantities

    if not budget > 0:
        raise typer.BadParameter("--budget is above 0: without time nothing can be measured")
    chosen = [name for name, given in _kinds(against, baseline, self_check=self_check) if given]
    if len(chosen) > 1:
        raise typer.BadParameter(f"{' and '.join(chosen)} are different gates: give one of them")
    names = None if quantities is None else read_quantities(quantities)
    order = GateOrder(
        file=file,
        against=against,
        baseline=baseline,
        self_check=self_check,
        wishes=Wishes(quantities=names, min_effect=read_effects(min_effect or ())),
        budget_s=budget,
        strict=strict,
        fail_on_inconclusive=fail_on_inconclusive,
        outputs=Outputs(output, as_json, junit, comment, html),
        pin=(pin or Pin.AUTO).value,
        seed=seed,
        results=results,
    )
    code = run_gate(order)
    if code:
        raise typer.Exit(code)


def _kinds(
    against: str | None, baseline: str | None, *, self_check: bool
) -> tuple[tuple[str, bool], ...]:
    return (
        ("--against", against is not None),
        ("--baseline", baseline is not None),
        ("--self-check", self_check),
    )
