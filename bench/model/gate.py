"""Gate reports: what a gate found, row by row, and what follows from it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from bench.model.environment import Environment
from bench.model.experiment import StratumValue
from bench.model.load_level import LoadLevel
from bench.model.record import Record

GateKind = Literal["against", "stored", "self-check"]
"""Two versions side by side, one against a stored run, or one against itself."""


class GateVerdict(StrEnum):
    """What a gate, or a row of one, says of a candidate."""

    PASS = "pass"  # noqa: S105 - no password
    REGRESSION = "regression"
    INCONCLUSIVE = "inconclusive"
    INVALID = "invalid"


class GateRow(Record):
    """One variant, load and quantity: baseline against candidate.

    `ratio` is candidate / baseline as measured; whether more of it is better or worse is up to the
    quantity, and `worsening` says it one way: above 0 is worse.
    """

    experiment: str
    stratum: dict[str, StratumValue]
    variant: str
    load: LoadLevel
    quantity: str
    """As `[gate] quantities` has it, or `errors`."""
    unit: str
    """Of `baseline` and `candidate`: `1/s`, `s`, `bytes`, or nothing for counts."""
    baseline: float | None
    """Geometric mean over trials; of errors the sum."""
    candidate: float | None
    ratio: float | None
    low: float | None
    high: float | None
    level: float
    """Of the interval from `low` to `high`."""
    sign_flip_p: float | None
    """Two-sided."""
    n: int
    """Duet trials; of a stored baseline the smaller number of the two sides."""
    dropped: int
    """Trials that were left out since a step of theirs was invalid."""
    method: str
    worsening: float | None
    """Of the ratio, as a ratio: 0.05 is five per cent worse, negative is better."""
    min_effect: float | None
    """The smallest worsening that matters, absolute floors included; None for counts."""
    detectable: float | None
    """The smallest true worsening that so many trials of this spread would find 9 times in 10."""
    trials_needed: int | None
    """Trials after which a candidate that is no worse would have passed; None: unknown."""
    verdict: GateVerdict
    because: str
    """In words, how the verdict came about."""


class TreeVersion(Record):
    """One of the two versions that a gate compares."""

    label: str
    """As a person would name it: `main`, `working tree`, the path of a stored run."""
    commit: str | None
    is_dirty: bool = False
    """Whether there are changes that are not committed."""
    environment: str = ""
    """What its targets run in: `bench's own`, `own`, `shared`."""
    is_proven: bool | None = None
    """Whether its targets were seen to import its own files; None: nobody could see."""


class GateFailure(Record):
    """Why a gate came to no verdict."""

    message: str
    hint: str = ""
    evidence: tuple[str, ...] = ()


class Rates(Record):
    """Shares of gates that came to each verdict, with bounds."""

    gates: int
    passed: float
    regressions: float
    regressions_low: float
    regressions_high: float
    inconclusive: float
    median_trials: float


class SelfCheckRow(Record):
    """What the trials of an A/A gate say of one quantity's noise."""

    variant: str
    load: LoadLevel
    quantity: str
    n: int
    log_sd: float
    """Standard deviation of the log ratio from trial to trial."""
    min_effect: float
    detectable: dict[int, float]
    """Smallest worsening that is found 9 times in 10, by number of trials."""


class SelfCheck(Record):
    """An A/A gate: the baseline against itself, and what the rule makes of its trials replayed."""

    rows: tuple[SelfCheckRow, ...]
    false_alarms: Rates
    """Of gates replayed over resampled trials as they are."""
    detection: dict[str, Rates]
    """Of gates replayed over the same trials with all worsened by so much, such as `5%`."""


class GateReport(Record):
    """The one document that `bench gate --json` prints; also `gate.json` in the run's folder."""

    schema_version: int
    run_id: str
    path: str
    kind: GateKind
    started_at: str
    setup_s: float
    """Until the first trial began."""
    elapsed_s: float
    """From then on."""
    budget_s: float
    environment: Environment
    baseline: TreeVersion | None
    candidate: TreeVersion | None
    verdict: GateVerdict
    exit_code: int
    because: str
    rows: tuple[GateRow, ...]
    trials: int
    notices: tuple[str, ...] = ()
    """What a reader should know: new, removed and renamed experiments, trees that are unproven."""
    failure: GateFailure | None = None
    self_check: SelfCheck | None = None
