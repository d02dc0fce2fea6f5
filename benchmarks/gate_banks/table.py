"""The figures of the gate as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any, Final

from benchmarks.gate_banks.labels import describe_bank, describe_question
from benchmarks.gate_banks.plans import plan_of
from benchmarks.gate_banks.practices import PracticeRates
from benchmarks.gate_banks.replayed import Replayed


def write_tables(
    replayed: Sequence[Replayed], practices: Sequence[PracticeRates], live: Sequence[dict[str, Any]]
) -> str:
    """Write the replayed rates, the common practices beside them, and the live gates, if any."""
    parts = [
        _table(
            (
                *("bank", "machines", "trials (left out)", "sd throughput, CPU, memory"),
                *(
                    "regression",
                    "by bank",
                    "in blocks",
                    "pass",
                    "inconclusive",
                    "invalid",
                    "trials",
                    "time",
                ),
            ),
            map(_replayed, replayed),
        ),
        _table(
            ("practice", "bank", "threshold", "runs a side", "alarms", "share"),
            map(_practice, practices),
        ),
    ]
    if live:
        titles = ("live gates", "gates", "verdicts", "trials", "time to verdict", "longest")
        parts.append(_table(titles, _live(live)))
    return "\n".join(parts)


BEGIN: Final = "<!-- from benchmarks/results/gate/tables.md: python -m benchmarks.gate replay -->\n"
END: Final = "<!-- end of the tables -->\n"


def put_tables(page: str, tables: str) -> str:
    r"""Return a page with these tables in place of those between its marks.

    >>> put_tables(f"a\n{BEGIN}old\n{END}b\n", "new\n").splitlines()[2]
    'new'
    """
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{tables}{END}{after}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _replayed(found: Replayed) -> list[str]:
    rates = found.rates
    return [
        describe_question(found.bank, found.min_effect),
        str(found.machines),
        f"{found.trials} ({found.dropped})",
        ", ".join(f"{sd:.2%}" for sd in found.log_sd.values()),
        f"{rates.regressions:.2%} [{rates.regressions_low:.2%}, {rates.regressions_high:.2%}]",
        f"[{found.regressions_by_bank_low:.1%}, {found.regressions_by_bank_high:.1%}]",
        f"{found.regressions_in_blocks:.2%}",
        f"{rates.passed:.1%}",
        f"{rates.inconclusive:.1%}",
        f"{found.invalid:.1%}",
        f"{rates.median_trials:g}",
        f"{found.seconds_to_verdict:.0f} s",
    ]


def _practice(found: PracticeRates) -> list[str]:
    return [
        found.practice,
        describe_bank(plan_of(found.bank)),
        f"{found.threshold:.0%}",
        str(found.runs),
        f"{found.alarms} of {found.verdicts}",
        f"{found.alarms / found.verdicts:.0%}"
        + ("" if found.low is None else f" [{found.low:.0%}, {found.high:.0%}]"),
    ]


def _live(gates: Sequence[dict[str, Any]]) -> Iterable[list[str]]:
    for effect in sorted({gate["effect"] for gate in gates}):
        own = [gate for gate in gates if gate["effect"] == effect]
        verdicts = [str(gate["verdict"]) for gate in own]
        times = [gate["elapsed_s"] for gate in own if gate["elapsed_s"] is not None] or [0.0]
        yield [
            "A/A" if not effect else f"{effect:.0%} more CPU per request",
            str(len(own)),
            ", ".join(f"{verdicts.count(each)} {each}" for each in dict.fromkeys(verdicts)),
            f"{median(gate['trials'] or 0 for gate in own):g}",
            f"{median(times):.0f} s",
            f"{max(times):.0f} s",
        ]
