"""Suite files: which experiments belong together."""

from __future__ import annotations

from pydantic import Field

from bench.model.experiment import Name
from bench.model.record import Record


class Suite(Record):
    """A suite file: named sets of experiments, in the order in which they are run."""

    sets: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
