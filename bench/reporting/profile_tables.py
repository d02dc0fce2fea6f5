"""Tables of a profile: which functions held the loop, and how late the loop was."""

from __future__ import annotations

from bench.model.profile import Profile
from bench.model.summary import StepRow
from bench.reporting.number_text import MILLISECONDS, PERCENT, in_unit, optional, whole
from bench.reporting.table import Column, Row, Section, Table

MOST_FUNCTIONS = 15


def build_profile_section(profile: Profile, row: StepRow | None, options: str) -> Section:
    """Build the section of a profile.

    Args:
        profile: of the thread that the loop runs in.
        row: the step's numbers, while it was looked at; None where it was not measured.
        options: what the profiler was told, in words; empty: nothing.
    """
    whose = profile.thread or "all threads together: none is called MainThread"
    how = f" ({options})" if options else ""
    paragraphs = [f"{whole(profile.samples)} samples of {whose}{how}."]
    if row is not None:
        paragraphs.append(
            f"Meanwhile the loop was {optional(row.loop_lag_p99_s, MILLISECONDS, '{} ms')} late at "
            f"its 99th percentile, and the target used "
            f"{optional(row.target_cpu_ratio, PERCENT, '{} %')} of a core. Both include what it "
            "costs to be looked at."
        )
    return Section(
        title="Where the loop was", paragraphs=tuple(paragraphs), tables=(_build_table(profile),)
    )


def _build_table(profile: Profile) -> Table:
    shown = profile.functions[:MOST_FUNCTIONS]
    more = len(profile.functions) - len(shown)
    return Table(
        caption="Own: samples in which it was the innermost function, so that it held the loop "
        "itself or in C code that it called. Total: in which it was anywhere on the stack.",
        columns=(
            Column(title="function", foldable=True, key=True),
            Column(title="own", unit="%", align="right"),
            Column(title="total", unit="%", align="right"),
            Column(title="file", foldable=True, rank=1),
        ),
        rows=tuple(
            Row(
                cells=(
                    function.name,
                    in_unit(function.own_ratio, PERCENT),
                    in_unit(function.total_ratio, PERCENT),
                    function.file,
                )
            )
            for function in shown
        ),
        notes=(f"{more} more.",) if more > 0 else (),
    )
