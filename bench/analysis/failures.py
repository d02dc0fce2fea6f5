"""Failures: why requests failed, counted by the text that came with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from bench.model.slices import FailureText
from bench.model.summary import Failure

MOST_TOLD: Final = 3
"""A caution is a sentence or two; the rest stands in the JSON document."""

OTHER_TEXTS: Final = "(other texts)"
"""What drivers call all texts beyond the first few."""

_LONGEST_TEXT: Final = 200
"""Texts come from targets and checks; some of them are whole pages."""


def rank_failures(lines: Iterable[FailureText | Failure]) -> tuple[Failure, ...]:
    """Add failures up by outcome and text, the most frequent first, unnamed ones last."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        counts[line.outcome, line.text] += line.count
    ranked = sorted(counts.items(), key=lambda item: (item[0][1] == OTHER_TEXTS, -item[1], item[0]))
    return tuple(
        Failure(outcome=outcome, text=text, count=count)
        for (outcome, text), count in ranked
        if count
    )


def describe_failures(errors: Mapping[str, int], failures: Iterable[Failure]) -> str:
    """Write how many requests failed by outcome, and the most frequent texts among them.

    >>> describe_failures({"check-failed": 12, "timeout": 1}, ())
    '12 check-failed, 1 timeout'
    >>> failure = Failure(outcome="check-failed", text='$.state is "pending"', count=12)
    >>> describe_failures({"check-failed": 12}, [failure])
    '12 check-failed; most often check-failed 12: $.state is "pending"'
    """
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in errors.items())
    texts = "; ".join(map(write_failure, tuple(failures)[:MOST_TOLD]))
    return f"{outcomes}; most often {texts}" if texts else outcomes


def write_failure(failure: Failure) -> str:
    """Write a failure in a line; a long text is cut."""
    text = failure.text
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
    return f"{failure.outcome} {failure.count}: {shown}"
