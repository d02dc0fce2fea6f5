"""Claims: what somebody says of services, and the checks of measured numbers that decide it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bench.model.record import Record
from bench.model.threshold import Threshold, ThresholdVerdict

ClaimId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
ExperimentName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class Evidence(Threshold):
    """A check on the numbers of one experiment, and what it means for the claim."""

    experiment: ExperimentName
    where: str = Field("", description="the condition that it is about, in a few words")


def _as_tuple(given: Any) -> Any:
    return (given,) if isinstance(given, dict) else given


class Claim(Record):
    """What somebody says, and what has to be found in a run for it to be right.

    `holds` are what the claim comes to when it is taken by its word. `unless` are the exceptions
    that would limit a claim that is right otherwise.
    """

    says: str = Field(min_length=1, description="the claim, in a sentence")
    holds: Annotated[tuple[Evidence, ...], BeforeValidator(_as_tuple)] = Field(
        min_length=1, description="checks that are held where the claim is right"
    )
    unless: Annotated[tuple[Evidence, ...], BeforeValidator(_as_tuple)] = Field(
        (), description="checks that are held where the claim, right as it is, has an exception"
    )

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All checks, those of `holds` first."""
        return (*self.holds, *self.unless)


class ClaimFinding(StrEnum):
    """What became of a claim."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    NUANCED = "nuanced"
    INCONCLUSIVE = "inconclusive"
    NOT_MEASURED = "not-measured"


class EvidenceVerdict(ThresholdVerdict):
    """What was found of one check of a claim in one place."""

    role: Literal["holds", "unless"]
    where: str
    """The condition that it is about, in words."""
    run_id: str | None
    """Of the run that it was measured in; None: no run has the experiment."""


class ClaimVerdict(Record):
    """A claim with its verdict, and all that it stands on."""

    id: str
    says: str
    verdict: ClaimFinding
    because: str
    evidence: tuple[EvidenceVerdict, ...]


class ClaimsDocument(Record):
    """The one JSON document that `bench claims --json` prints."""

    schema_version: int
    runs: tuple[str, ...]
    """Ids of the runs that the evidence is from."""
    claims: tuple[ClaimVerdict, ...]
