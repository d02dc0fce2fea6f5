"""Suite files: which experiments belong together, the claims that they decide, and figures."""

from __future__ import annotations

from pydantic import Field

from bench.model.claim import Claim, ClaimId
from bench.model.experiment import Name
from bench.model.figure import Figure, FigureName
from bench.model.record import Record


class Suite(Record):
    """A suite file: sets of experiments, in the order in which they are run; claims; figures."""

    sets: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    claims: dict[ClaimId, Claim] = Field(
        default_factory=dict, description="what is said, and the checks that decide it"
    )
    figures: dict[FigureName, Figure] = Field(
        default_factory=dict, description="what is drawn of runs, and how"
    )
