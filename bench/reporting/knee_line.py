"""One line on a rate that was tried, and on the knee that a search has found."""

from __future__ import annotations

from bench.model.knee import Attempt, Knee


def write_attempt(attempt: Attempt) -> str:
    """Write what became of one rate of a search."""
    rate = f"{attempt.rate_per_s:g}/s"
    match attempt.verdict:
        case "holds":
            return f"{rate} holds"
        case "fails":
            return f"{rate} does not hold: {attempt.because}"
        case "limited":  # pragma: no branch - the last of the verdicts
            return f"{rate} can't be told: {attempt.because}"


def write_knee(knee: Knee) -> str:
    """Write what one trial found, and why it is not more."""
    if knee.holds_per_s is None:
        return f"knee: no rate held; {knee.because}"
    least = "" if knee.end == "found" else "at least "
    return f"knee: {least}{knee.holds_per_s:g}/s; {knee.because}"


def write_conditions(conditions: tuple[object, ...]) -> str:
    """Write conditions as people do.

    >>> write_conditions(("p99 < 250ms", "error_ratio < 0.1%"))
    'p99 < 250ms and error_ratio < 0.1%'
    """
    return " and ".join(map(str, conditions))
