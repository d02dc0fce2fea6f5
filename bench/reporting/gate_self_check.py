"""The tables of a self-check: how noisy its trials were, and what the gate's rule makes of them."""

from __future__ import annotations

from typing import Final

from bench.model.gate import Rates, SelfCheck, SelfCheckRow
from bench.reporting.gate_names import name_quantity
from bench.reporting.gate_numbers import write_share
from bench.reporting.labels import label_load
from bench.reporting.number_text import NOTHING, PERCENT, in_unit, whole
from bench.reporting.table import Column, Row, Table, with_dashes

_NOISE: Final = (
    "sd: standard deviation of the log ratio from trial to trial. n=8 and so on: the smallest true "
    "worsening that so many trials find 9 times in 10. min effect: the smallest worsening that "
    "matters."
)
_REPLAY: Final = (
    "Gates replayed over resampled trials of this self-check. As they are, both sides are the same "
    "version, so each regression is a false alarm; with all trials worsened, each is a detection."
)


def build_self_check_tables(check: SelfCheck) -> tuple[Table, ...]:
    """Build the tables of noise and of replayed gates."""
    return (_noise(check.rows), _replay(check))


def _noise(rows: tuple[SelfCheckRow, ...]) -> Table:
    numbers = sorted({n for row in rows for n in row.detectable})
    return with_dashes(
        Table(
            title="Noise",
            caption=_NOISE,
            columns=(
                Column(title="variant", foldable=True, key=True),
                Column(title="load", align="right", key=True),
                Column(title="quantity", key=True),
                Column(title="n", align="right"),
                Column(title="sd", align="right"),
                Column(title="min effect", align="right", rank=2),
                *(Column(title=f"n={n}", align="right", rank=1) for n in numbers),
            ),
            rows=tuple(_noise_row(row, numbers) for row in rows),
        )
    )


def _noise_row(row: SelfCheckRow, numbers: list[int]) -> Row:
    return Row(
        cells=(
            row.variant,
            label_load(row.load),
            name_quantity(row.quantity),
            str(row.n),
            f"{in_unit(row.log_sd, PERCENT)} %",
            write_share(row.min_effect),
            *(write_share(row.detectable.get(n)) for n in numbers),
        )
    )


def _replay(check: SelfCheck) -> Table:
    worsened = ((f"worsened by {effect}", rates) for effect, rates in check.detection.items())
    return Table(
        title="The gate's rule, replayed",
        caption=_REPLAY,
        columns=(
            Column(title="trials", key=True),
            Column(title="gates", align="right", rank=2),
            Column(title="regression", align="right"),
            Column(title="pass", align="right", rank=1),
            Column(title="inconclusive", align="right", rank=1),
            Column(title="median n", align="right", rank=2),
        ),
        rows=tuple(
            _replay_row(name, rates)
            for name, rates in (("as they are", check.false_alarms), *worsened)
        ),
    )


def _replay_row(name: str, rates: Rates) -> Row:
    return Row(
        cells=(
            name,
            whole(rates.gates),
            _regressions(rates),
            _share(rates.passed),
            _share(rates.inconclusive),
            whole(rates.median_trials),
        )
    )


def _regressions(rates: Rates) -> str:
    bounds = f"[{_share(rates.regressions_low)}, {_share(rates.regressions_high)}]"
    return f"{_share(rates.regressions)} {bounds}" if rates.gates else NOTHING


def _share(share: float) -> str:
    """Write a share to a hundredth of a per cent, as false alarms are rare."""
    return f"{share * 100:.2f} %"
