"""The legend of cautions: what each doubt means, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from bench.model.caution import CautionCode
from bench.model.condensed import CondensedRow
from bench.reporting.labels import counted
from bench.reporting.table import Column, Row, Table


class Explanation(NamedTuple):
    """One sentence on what a caution means, and one on what to do."""

    means: str
    do: str


EXPLANATIONS: Final[Mapping[CautionCode, Explanation]] = MappingProxyType(
    {
        CautionCode.GENERATOR_LAG: Explanation(
            "The load generator's own loop was late, so part of the response time is its own.",
            "Lower the load, give the generator a core of its own, or use a declared flow.",
        ),
        CautionCode.GENERATOR_STARVED: Explanation(
            "The load generator waited for a core, so it could not send or read in time.",
            "Stop other work on this machine, or pin target and generator to different cores.",
        ),
        CautionCode.GENERATOR_BUSY: Explanation(
            "The load generator had used up its cores, so the throughput may be its limit.",
            "Lower the load, or give the target more to do per request.",
        ),
        CautionCode.RATE_MISSED: Explanation(
            "Too many requests were sent late, or not at all, so the rate was not offered.",
            "Lower the rate; or raise max_users, if requests were dropped.",
        ),
        CautionCode.GENERATOR_RESOURCES: Explanation(
            "The load generator ran out of ports or file descriptors: not the target's fault.",
            "Use keep-alive, fewer users or more workers, or raise the limits of the system.",
        ),
        CautionCode.WORKER_LOST: Explanation(
            "A worker of the load generator was lost or late, so part of the load is missing.",
            "Its detail names the worker: look at its log, and repeat the step.",
        ),
        CautionCode.WORKER_CLOCK: Explanation(
            "The clocks of the load generator's workers were too far apart to tell the window.",
            "Let the machines keep their clocks in step, and bring them nearer to each other.",
        ),
        CautionCode.SERVICE_BUSY: Explanation(
            "A service beside the target (database, upstream) was the limit, not the target.",
            "Give the service more cores, or a lighter query, before comparing targets with it.",
        ),
        CautionCode.LITTLES_LAW: Explanation(
            "Users, throughput and response time contradict each other: something was not counted.",
            "Look at the trial's generator.log, and repeat the step with a longer window.",
        ),
        CautionCode.NO_STEADY_STATE: Explanation(
            "Throughput changed between the two halves of the window.",
            "Take a longer window, and look for a target that still warms up, leaks or fills up.",
        ),
        CautionCode.NOTHING_MEASURED: Explanation(
            "No request of the window succeeded.",
            "Look at the errors and the trial's target.log; take a window longer than a response.",
        ),
        CautionCode.CPU_STOLEN: Explanation(
            "The hypervisor gave this machine's CPU time to others.",
            "Repeat at a quieter time or on a machine of your own.",
        ),
        CautionCode.SWAPPING: Explanation(
            "Memory was swapped to disk during the window.",
            "Free memory, or lower the load.",
        ),
        CautionCode.THROTTLED: Explanation(
            "A CPU quota, as containers have, held processes back, so it was part of the limit.",
            "Raise the quota (of the container or cgroup), or run outside of it.",
        ),
        CautionCode.TARGET_DIED: Explanation(
            "A process of the target ended while it was measured.",
            "The end of the trial's target.log says why.",
        ),
        CautionCode.TARGET_CHANGED: Explanation(
            "The target's processes changed during the window, as when a worker is restarted.",
            "Switch off reloading and worker recycling, and look at the trial's target.log.",
        ),
        CautionCode.ERRORS: Explanation(
            "More requests failed than the experiment allows, and failing can be fast.",
            "Mend the target, or set max_error_ratio where errors are expected.",
        ),
        CautionCode.LEVEL_SKIPPED: Explanation(
            "The level was not run: its warm-up or window did not fit, or the target had died.",
            "Its detail says which: raise max_warm_up, take a longer window, or see why it died.",
        ),
        CautionCode.OVERLOADED: Explanation(
            "The target did not keep up with the offered rate: requests queue, and response times "
            "grow with the window's length.",
            "Compare response times at a rate that it keeps up with.",
        ),
        CautionCode.CENSORED: Explanation(
            "Some requests had no answer when the step ended: "
            "percentiles that they could reach are marked with ≥.",
            "Raise max_drain to wait for them.",
        ),
        CautionCode.FEW_STREAMS: Explanation(
            "Many users had no stream open: the step says little about as many as it is named for.",
            "Look at the errors and the trial's target.log; lower the level, or raise max_warm_up.",
        ),
        CautionCode.UNPINNED: Explanation(
            "Target and generator were free to move between cores and could disturb each other.",
            "Run with --pin auto where the system allows it.",
        ),
        CautionCode.SHARED_CORES: Explanation(
            "Target and generator shared cores, so each slowed the other.",
            "Use a machine with more cores; trust ratios more than absolute numbers.",
        ),
        CautionCode.NOT_FRESH: Explanation(
            "The target already ran and was not started anew, so its trials share one state "
            "and are less independent than intervals assume.",
            "Let pairbench start it (app or command), or restart it between runs.",
        ),
        CautionCode.TREE_UNPROVEN: Explanation(
            "Nothing showed that the target ran the files of its own version of the code.",
            "Look whether its command leads into its own tree; Python targets show it by "
            "themselves, unless they are started with -I or -E.",
        ),
    }
)


def build_caution_legend(rows: Sequence[CondensedRow]) -> Table | None:
    """Explain the cautions that occur, with how many lines are under each; None: there are none.

    Args:
        rows: the lines that are shown, one per load level and variant.
    """
    raised = {code for row in rows for code in row.cautions}
    if not raised:
        return None
    return Table(
        title="Cautions",
        columns=(
            Column(title="caution", cautions=True),
            Column(title="where", rank=1),
            Column(title="not counted", rank=2),
            Column(title="what it means, and what to do", foldable=True),
        ),
        rows=tuple(_explain(code, rows) for code in CautionCode if code in raised),
    )


def _explain(code: CautionCode, rows: Sequence[CondensedRow]) -> Row:
    lines = sum(code in row.cautions for row in rows)
    explanation = EXPLANATIONS[code]
    return Row(
        cells=(
            code.value,
            counted(lines, "line"),
            "yes" if code.invalidates else "no",
            f"{explanation.means} {explanation.do}",
        )
    )
