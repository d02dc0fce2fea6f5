"""Needs: what a machine must have for an experiment to mean anything on it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bench.model.record import Record


class Needs(Record):
    """What an experiment asks of the machine; where it is missing, the experiment is skipped."""

    cores: Annotated[int, Field(strict=True, ge=1, le=1024)] = Field(
        1, description="usable cores, the generator's included"
    )
    python: str | None = Field(
        None,
        pattern=r"^\d+\.\d+$",
        description="the interpreter that targets run on is at least this one, such as 3.13",
    )
    ptrace: bool = Field(False, description="processes may look into others, as profilers do")
    commands: tuple[str, ...] = Field((), description="programs that are found on the PATH")
    prepare: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = Field(
        (),
        description="commands that get the rest, run before the first trial; where one fails, the "
        "experiment is skipped",
    )
