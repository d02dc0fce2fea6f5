"""Checking: what `--check` asks of a run's thresholds, and the exit code that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import EXIT_INCONCLUSIVE, EXIT_NOT_MEASURED, EXIT_OK, EXIT_REGRESSION, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.model.plan import Plan
    from bench.model.threshold import ThresholdVerdict

CheckOption = Annotated[
    bool,
    typer.Option(
        "--check",
        help="Exit with 1 if a threshold is crossed, and with 3 if one was not measured.",
    ),
]
FailOnInconclusiveOption = Annotated[
    bool,
    typer.Option(
        "--fail-on-inconclusive",
        help="With --check: exit with 5 if a threshold is neither held nor crossed.",
    ),
]


@dataclass(frozen=True, slots=True)
class Checking:
    """Thresholds decide the exit code; inconclusive ones only if they are asked to."""

    fail_on_inconclusive: bool

    def exit_code(self, verdicts: Iterable[ThresholdVerdict]) -> int:
        """Return the exit code: crossed goes before not measured, and that before inconclusive."""
        from bench.model.threshold import Finding

        found = {verdict.verdict for verdict in verdicts}
        if Finding.CROSSED in found:
            return EXIT_REGRESSION
        if Finding.NOT_MEASURED in found:
            return EXIT_NOT_MEASURED
        if Finding.INCONCLUSIVE in found and self.fail_on_inconclusive:
            return EXIT_INCONCLUSIVE
        return EXIT_OK


def read_checking(*, check: bool, fail_on_inconclusive: bool) -> Checking | None:
    """Read the options; None: thresholds are shown, and change nothing of the exit code.

    Raises:
        BadParameter: the one without the other.
    """
    if fail_on_inconclusive and not check:
        raise typer.BadParameter("--fail-on-inconclusive says how --check ends: give both")
    return Checking(fail_on_inconclusive=fail_on_inconclusive) if check else None


def require_thresholds(plan: Plan) -> None:
    """Make sure that there is something to check, before anything is measured.

    Raises:
        UsageError: no experiment has a threshold.
    """
    if not any(experiment.file.thresholds for experiment in plan.experiments):
        names = ", ".join(experiment.name for experiment in plan.experiments)
        raise UsageError(
            f"--check has nothing to check: there are no thresholds in {names}.",
            hint='Add a line such as thresholds = ["p99 < 250ms"] to the experiment file.',
        )
