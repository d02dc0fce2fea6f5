"""Gate settings: the `[gate]` table of an experiment file, and files that name several of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bench.model.duration import Duration
from bench.model.record import Record
from bench.units import parse_ratio

GatedQuantity = Literal[
    "throughput", "cpu", "memory", "p50", "p90", "p95", "p99", "bystander", "loop_lag"
]
"""What a gate can look at; errors are looked at in any case."""


def _ratio(given: Any) -> Any:
    return parse_ratio(given) if isinstance(given, str) else given


Effect = Annotated[
    float,
    BeforeValidator(_ratio),
    Field(gt=0, le=10, json_schema_extra={"type": ["number", "string"]}),
]
"""A worsening, as a ratio or as text such as `3%`."""

Command = Annotated[tuple[str, ...], Field(min_length=1)]


class GateSettings(Record):
    """What `bench gate` looks at, under which load, and how it makes a tree ready.

    In commands `{python}` stands for the tree's interpreter and `{tree}` for its folder, which is
    also where they run.
    """

    variants: tuple[str, ...] = Field((), description="the variants that are gated; default: all")
    quantities: tuple[GatedQuantity, ...] | None = Field(
        None,
        description="what is gated; default: throughput (closed model), cpu, memory, p95 (open "
        "model) and bystander, where there is one",
    )
    min_effect: dict[GatedQuantity, Effect] = Field(
        default_factory=dict,
        description="the smallest worsening that matters, by quantity, such as 3%",
    )
    users: Annotated[int, Field(strict=True, gt=0, le=1_000_000)] | None = Field(
        None, description="closed model: how many; default: the top of the ladder"
    )
    rate: Annotated[float, Field(strict=True, gt=0, le=10_000_000)] | None = Field(
        None,
        description="open model: tasks begun per second in each arm; default: the top of the "
        "ladder, or chosen by a pilot of the baseline where response times of a closed model's "
        "experiment are gated",
    )
    window: Duration = Field(3.0, description="the length of a duet's window")
    main: str | None = Field(
        None, description="the branch whose merge base is the baseline; default: main or master"
    )
    prepare: tuple[Command, ...] = Field(
        (),
        description="commands that make a tree ready, such as an installation; with them each tree "
        "gets a virtual environment",
    )
    dependencies: tuple[str, ...] = Field(
        (
            *("pyproject.toml", "setup.py", "setup.cfg", "requirements*.txt", "constraints*.txt"),
            *("uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock", "pixi.lock"),
            *("environment*.yml", "tox.ini", "noxfile.py", "Makefile", "justfile"),
        ),
        description="files (patterns) that an environment depends on; where they are equal, the "
        "trees share one",
    )
    migrate: tuple[Command, ...] = Field(
        (), description="commands that bring a tree's own database to its state, once"
    )

    @model_validator(mode="after")
    def _has_one_load(self) -> GateSettings:
        if self.window < 1:
            raise ValueError(f"a window lasts 1 s at least, not {self.window:g} s")
        return self


class GateFile(Record):
    """A file that names several experiments for one gate, such as a repository's `bench.toml`."""

    experiments: Annotated[tuple[str, ...], Field(min_length=1)]
    """Experiment files, relative to this one; each may have a `[gate]` table of its own."""
    gate: GateSettings = GateSettings()
    """How trees are made ready; what is looked at is up to each experiment's own table."""
