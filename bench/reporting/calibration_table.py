"""The report of `bench calibrate`: what the generator did, and what to make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.model.calibration import Calibration, Throughput
from bench.model.caution import CautionCode
from bench.reporting.labels import counted
from bench.reporting.number_text import NOTHING, PERCENT, in_unit, three_digits, whole
from bench.reporting.table import Column, Row, Section, Table
from bench.units import format_duration

_OWN: Final = "our null target"
_KIBIBYTE: Final = 1024.0


def build_calibration_section(calibration: Calibration) -> Section:
    """Build the figures of a calibration, and its doubts where there are any."""
    tables = [_figures(calibration)]
    if calibration.cautions:
        tables.append(_cautions(calibration))
    how = (
        f"Against {calibration.url or _OWN}: {counted(calibration.users, 'user')}, "
        f"windows of {format_duration(calibration.window_s)}, "
        f"{counted(calibration.flow.rounds, 'round')}"
    )
    return Section(
        title="generator",
        paragraphs=(how, f"Fingerprint of the machine: {calibration.fingerprint}"),
        tables=tuple(tables),
    )


def _figures(calibration: Calibration) -> Table:
    figures = (
        ("declared flows", _throughput(calibration.flow)),
        ("tasks in Python", _throughput(calibration.task)),
        ("response time", _times(calibration.p50_s, calibration.p99_s)),
        ("of a single user", _times(calibration.floor_p50_s, calibration.floor_p99_s)),
        ("generator's CPU", f"{in_unit(calibration.generator_cpu_ratio, PERCENT)} % of a core"),
        ("target's CPU", _ratio(calibration.target_cpu_ratio, "of a core")),
        ("noise of rounds", _ratio(calibration.noise_ratio, "standard deviation")),
        ("memory per user", _memory(calibration.bytes_per_user)),
        ("users per process", _users(calibration.users_per_process)),
    )
    return Table(
        columns=(Column(title="what"), Column(title="measured", foldable=True)),
        rows=tuple(Row(cells=figure) for figure in figures if figure[1] != NOTHING),
        notes=tuple(_notes(calibration)),
    )


def _notes(calibration: Calibration) -> Iterator[str]:
    if calibration.shared_core:
        yield (
            "Generator and server share one core, unless the server has another that is not "
            "allowed here: either would do more on a core of its own, and the response times "
            "hold the wait for the other."
        )
    elif calibration.generator_limited:
        yield "The generator used up its core while it sent flows: this is its ceiling."
    elif CautionCode.GENERATOR_STARVED in {caution.code for caution in calibration.cautions}:
        yield (
            "The generator had to wait for its core: other work on this machine took it. "
            "Calibrate again when it is quiet."
        )
    else:
        yield (
            "The generator had time left while it sent flows: the server, or the number of users, "
            "was the limit, and the generator can do more."
        )


def _cautions(calibration: Calibration) -> Table:
    return Table(
        title="Cautions",
        columns=(Column(title="caution", cautions=True), Column(title="where", foldable=True)),
        rows=tuple(
            Row(cells=(caution.code.value, caution.detail)) for caution in calibration.cautions
        ),
        notes=("A calibration is meant to make the generator busy.",),
    )


def _throughput(throughput: Throughput) -> str:
    rate = f"{three_digits(throughput.median_per_s)} per second"
    if throughput.rounds == 1:
        return rate
    low, high = three_digits(throughput.low_per_s), three_digits(throughput.high_per_s)
    return f"{rate} ({low} to {high})"


def _times(p50_s: float | None, p99_s: float | None) -> str:
    if p50_s is None or p99_s is None:
        return NOTHING
    return f"p50 {format_duration(p50_s)}, p99 {format_duration(p99_s)}"


def _ratio(ratio: float | None, of: str) -> str:
    return NOTHING if ratio is None else f"{in_unit(ratio, PERCENT)} % {of}"


def _memory(bytes_per_user: float | None) -> str:
    if bytes_per_user is None:
        return NOTHING
    return f"{three_digits(bytes_per_user / _KIBIBYTE)} KiB"


def _users(users: int | None) -> str:
    return NOTHING if users is None else f"{whole(users)}, by the limits of this system"
