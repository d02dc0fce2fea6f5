"""Default figures: what is drawn of an experiment of which no suite says what to draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bench.model.experiment import Experiment
from bench.model.figure import (
    BarsFigure,
    Figure,
    ForestFigure,
    LinesFigure,
    SpectrumFigure,
    TimelineFigure,
    TradeOffFigure,
)
from bench.model.plan import Plan
from bench.model.term import Term

_OVER_LOAD: Final = (
    ("throughput", ("throughput",), "Throughput"),
    ("response", ("p50", "p99"), "Response time"),
    ("cpu", ("cpu",), "CPU time per request"),
    ("memory", ("memory",), "Memory"),
)
"""Name, quantities and words."""
_AT_ONE_LEVEL: Final = (
    ("throughput", "throughput", "Throughput"),
    ("p99", "p99", "Response time, p99"),
    ("cpu", "cpu", "CPU time per request"),
    ("memory", "memory", "Memory"),
)


def list_default_figures(plan: Plan) -> dict[str, Figure]:
    """List figures for each experiment of a plan, by names that begin with the experiment's."""
    figures: dict[str, Figure] = {}
    for experiment in plan.experiments:
        for name, figure in figures_of(experiment, plan):
            figures[f"{experiment.name}-{name}"[:64]] = figure
    return figures


def figures_of(experiment: Experiment, plan: Plan) -> Iterator[tuple[str, Figure]]:
    """Yield the figures of one experiment with their names."""
    levels = {
        step.load
        for trial in plan.trials
        if trial.experiment == experiment.name
        for step in trial.steps
    }
    searches = bool(experiment.file.load.search)
    closed = bool(experiment.file.load.users)
    if len(levels) > 1:
        for name, quantities, words in _OVER_LOAD:
            if name == "throughput" and not closed:
                continue
            yield (
                name,
                LinesFigure(
                    kind="lines",
                    quantities=tuple(_term(each) for each in quantities),
                    **_about(experiment, f"{words} over load"),
                ),
            )
    elif not searches:
        for name, quantity, words in _AT_ONE_LEVEL:
            if name == "throughput" and not closed:
                continue
            yield (
                name,
                BarsFigure(kind="bars", quantity=_term(quantity), **_about(experiment, words)),
            )
    if searches or (closed and len(levels) > 2):
        yield (
            "trade-off",
            TradeOffFigure(
                kind="trade-off", **_about(experiment, "Throughput against response time")
            ),
        )
    if not searches:
        yield (
            "spectrum",
            SpectrumFigure(kind="spectrum", **_about(experiment, "Response time by percentile")),
        )
        yield (
            "seconds",
            TimelineFigure(
                kind="timeline",
                group="bystander" if experiment.file.load.bystander else "users",
                **_about(experiment, "Second by second"),
            ),
        )
    if len(experiment.file.variants) > 1:
        yield (
            "ratios",
            ForestFigure(
                kind="forest",
                title=f"{experiment.name}: Ratios to {experiment.baseline}",
                alt=f"Each quantity as a ratio to {experiment.baseline}, with its interval.",
                experiments=(experiment.name,),
            ),
        )


def _term(quantity: str) -> Term:
    return Term.model_validate({"variant": None, "quantity": quantity})


def _about(experiment: Experiment, words: str) -> dict[str, Any]:
    variants = ", ".join(experiment.file.variants)
    return {
        "experiment": experiment.name,
        "title": f"{experiment.name}: {words}",
        "alt": f"{words} of {variants}.",
    }
