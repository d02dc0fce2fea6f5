"""The report of `bench doctor`: what a machine is, who runs where on it, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from bench.model.advice import Advice
from bench.model.calibration import Calibration
from bench.model.environment import Environment
from bench.model.plan import Placement
from bench.reporting.calibration_line import write_calibration_line
from bench.reporting.number_text import NOTHING
from bench.reporting.table import Column, Row, Section, Table
from bench.units import format_capacity


def build_machine_report(
    machine: Environment,
    placement: Placement,
    advice: Sequence[Advice],
    calibration: Calibration | None = None,
) -> Section:
    """Build the facts of a machine, the placement of a one-core target, and the advice.

    Args:
        machine: what it is.
        placement: who would run where.
        advice: what gets in the way.
        calibration: what its generator can do; None: nobody has measured it.
    """
    return Section(
        title="this machine",
        paragraphs=(
            f"{machine.cpu_model}, {machine.cores} cores, {format_capacity(machine.memory_bytes)}",
            f"{machine.system} {machine.kernel}, {machine.python}",
            f"Fingerprint: {machine.fingerprint}",
            f"Generator: {write_calibration_line(calibration)}",
        ),
        tables=(_placement(placement), _advice(advice)),
    )


def _placement(placement: Placement) -> Table:
    parties = (
        ("target", placement.target),
        ("generator", placement.generator),
        ("services and harness", placement.services),
    )
    return Table(
        title="Who runs on which core",
        columns=(Column(title="party"), Column(title="cores")),
        rows=tuple(Row(cells=(party, _cores(cores))) for party, cores in parties),
    )


def _advice(advice: Sequence[Advice]) -> Table:
    return Table(
        title="What measuring depends on",
        columns=(
            Column(title="what"),
            Column(title="state"),
            Column(title="found", foldable=True),
            Column(title="what to do", foldable=True),
        ),
        rows=tuple(
            Row(cells=(each.topic, each.state, each.finding, each.remedy or NOTHING))
            for each in advice
        ),
    )


def _cores(cores: Sequence[int]) -> str:
    return ", ".join(map(str, cores)) or "any"
