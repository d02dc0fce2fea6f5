"""The variants of the experiment under way, side by side, for the live view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from bench.reporting.escaping import visible
from bench.reporting.number_text import NOTHING, PER_SECOND, PERCENT, optional
from bench.reporting.run_state import RunState, Trace
from bench.reporting.sparkline import draw_sparkline
from bench.reporting.step_line import write_time
from bench.units import format_bytes

_LABELS: Final = 12
_GAP: Final = 2
_NARROWEST: Final = 20
"""Of a variant's column."""
_WIDEST: Final = 30
_NUMBER: Final = 9
"""Room for a number beside its sparkline."""


def lay_out_variants(state: RunState, *, width: int, plain: bool) -> Table | None:
    """Lay out as many variants as fit, the one under way among them; None between trials.

    Args:
        state: the run's state.
        width: of the terminal.
        plain: whether it knows no bars.
    """
    if state.trial is None:
        return None
    names = _list_variants(state)
    fitting = max(1, (width - _LABELS) // (_NARROWEST + _GAP))
    shown = _choose(names, state.trial.variant, fitting)
    room = min((width - _LABELS) // len(shown) - _GAP, _WIDEST)
    table = Table.grid(padding=(0, _GAP, 0, 0))
    table.add_column(width=_LABELS - _GAP, no_wrap=True)
    for _ in shown:
        table.add_column(width=room, no_wrap=True, overflow="ellipsis")
    current = state.trial.variant
    whose = " (candidate)" if state.trial.mode == "duet" else ""
    table.add_row(
        "",
        *(
            Text(f"{visible(name)}{whose}", style="bold cyan" if name == current else "dim")
            for name in shown
        ),
    )
    traces = [state.traces.get(name, Trace()) for name in shown]
    styles = ["" if name == current else "dim" for name in shown]
    bars = max(room - _NUMBER - 1, 4)
    for label, cells in _rows(traces, bars, plain=plain).items():
        table.add_row(
            Text(label, style="dim"),
            *(
                Text(cell, style="bold red" if label == "errors" and cell != NOTHING else style)
                for cell, style in zip(cells, styles, strict=True)
            ),
        )
    return table


def _list_variants(state: RunState) -> list[str]:
    """List the variants that have trials in this run, in the file's order."""
    assert state.trial is not None
    name = state.trial.experiment
    planned = {trial.variant for trial in state.plan.trials if trial.experiment == name}
    variants = state.plan.experiment(name).file.variants
    return [each for each in variants if each in planned] or [state.trial.variant]


def _choose(names: Sequence[str], current: str, fitting: int) -> Sequence[str]:
    """Choose neighbours of the current variant, where not all have room."""
    place = names.index(current) if current in names else 0
    first = min(max(place - fitting + 1, 0), max(len(names) - fitting, 0))
    return names[first : first + fitting]


def _rows(traces: Sequence[Trace], bars: int, *, plain: bool) -> Mapping[str, list[str]]:
    return {
        "throughput": [_throughput(trace, bars, plain=plain) for trace in traces],
        "p99": [_p99(trace, bars, plain=plain) for trace in traces],
        "errors": [_errors(trace) for trace in traces],
        "CPU": [_cpu(trace) for trace in traces],
        "memory": [_memory(trace) for trace in traces],
    }


def _throughput(trace: Trace, bars: int, *, plain: bool) -> str:
    if trace.latest is None:
        return NOTHING
    number = optional(trace.latest.throughput_per_s, PER_SECOND, "{}/s")
    return _beside(number, draw_sparkline(trace.throughput_per_s, bars, plain=plain))


def _p99(trace: Trace, bars: int, *, plain: bool) -> str:
    if trace.latest is None:
        return NOTHING
    number = write_time(trace.latest.p99_s)
    return _beside(number, draw_sparkline(trace.p99_s, bars, plain=plain))


def _beside(number: str, bars: str) -> str:
    return f"{number:<{_NUMBER}} {bars}"


def _errors(trace: Trace) -> str:
    most = sorted(trace.outcomes.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{visible(outcome)} {count}" for outcome, count in most) or NOTHING


def _cpu(trace: Trace) -> str:
    ratio = None if trace.latest is None else trace.latest.target_cpu_ratio
    return optional(ratio, PERCENT, "{} %")


def _memory(trace: Trace) -> str:
    memory = None if trace.latest is None else trace.latest.target_rss_bytes
    return NOTHING if memory is None else format_bytes(memory)
