"""Doubts about what surrounds the numbers: the target, its services, the machine."""

from __future__ import annotations

from typing import Final

from bench.analysis.crowding import MAX_CPU_RATIO, count_cores, find_crowd
from bench.analysis.evidence import StepEvidence
from bench.model.caution import Caution, CautionCode
from bench.units import format_duration

MAX_STOLEN_RATIO: Final = 0.10
"""More than this share of the machine's CPU time given to others moves throughput as much."""

MAX_SWAPPED_PAGES: Final = 256
"""1 MiB in pages of 4 KiB: the kernel's own housekeeping; above it, memory was short."""

MAX_THROTTLED_RATIO: Final = 0.10
"""Processes that stand still for longer are measured against the quota, and not by their work."""


def doubt_service_busy(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose services had used up their cores, alone or with the generator.

    Where the generator is the larger part on shared cores, it is to blame and not they. Without
    pinning nobody knows which cores were theirs, and nothing is said.
    """
    services, own = evidence.cpu_ratio("services"), len(evidence.trial.placement.services)
    if services is None or not own:
        return None
    if services >= MAX_CPU_RATIO * own:
        return _service_busy(f"the services used {services:.0%} of {count_cores(own)}")
    crowd = find_crowd(evidence)
    if crowd is None or crowd.services <= crowd.generator:
        return None
    return _service_busy(f"{crowd}, the services most of it")


def doubt_target_died(evidence: StepEvidence) -> Caution | None:
    """Doubt a step whose window never closed, or closed on a target without processes."""
    target = evidence.watched("target")
    gone = target.closes is not None and not target.closes.pids
    if evidence.step.times is not None and not gone:
        return None
    return Caution(
        code=CautionCode.TARGET_DIED,
        detail=evidence.trial.failure or "the target ended before the window closed",
    )


def doubt_target_changed(evidence: StepEvidence) -> Caution | None:
    """Doubt a step in whose window processes of the target ended or came up."""
    target = evidence.watched("target")
    if target.opens is None or target.closes is None or not target.closes.pids:
        return None
    before, after = set(target.opens.pids), set(target.closes.pids)
    if before == after:
        return None
    return Caution(
        code=CautionCode.TARGET_CHANGED,
        detail=f"of the target's {len(before)} processes {len(before - after)} ended within the "
        f"window, and {len(after - before)} came up",
    )


def doubt_cpu_stolen(evidence: StepEvidence, cores: int | None) -> Caution | None:
    """Doubt a step during which the hypervisor gave the machine's cores to others.

    The share is that of `cores` times the window. Where their number is unknown, those count that
    somebody was pinned to; where nobody was, one.
    """
    stolen_s = evidence.machine.spent(lambda reading: reading.steal_s)
    if stolen_s is None or not evidence.window_s:
        return None
    placement = evidence.trial.placement
    pinned = {*placement.target, *placement.generator, *placement.services}
    count = cores or len(pinned) or 1
    ratio = stolen_s / (count * evidence.window_s)
    if ratio <= MAX_STOLEN_RATIO:
        return None
    return Caution(
        code=CautionCode.CPU_STOLEN,
        detail=f"the hypervisor took {format_duration(stolen_s)} of {count_cores(count)}, "
        f"{ratio:.0%} of the window; up to {MAX_STOLEN_RATIO:.0%} does no harm",
    )


def doubt_swapping(evidence: StepEvidence) -> Caution | None:
    """Doubt a step during which the machine moved memory to disk or back."""
    pages = evidence.machine.spent(lambda reading: reading.swapped_pages)
    if pages is None or pages <= MAX_SWAPPED_PAGES:
        return None
    return Caution(
        code=CautionCode.SWAPPING,
        detail=f"the machine swapped {pages:.0f} pages within the window; "
        f"up to {MAX_SWAPPED_PAGES} does no harm",
    )


def doubt_throttled(evidence: StepEvidence) -> Caution | None:
    """Doubt a step during which a CPU quota held processes back, be they target or generator.

    The kernel adds up what each core of the control group stood still, so that the time may be
    longer than the window.
    """
    throttled_s = evidence.machine.spent(lambda reading: reading.throttled_s)
    if throttled_s is None or not evidence.window_s:
        return None
    if throttled_s <= MAX_THROTTLED_RATIO * evidence.window_s:
        return None
    return Caution(
        code=CautionCode.THROTTLED,
        detail="the CPU quota of the control group (container) held processes back for "
        f"{format_duration(throttled_s)} in a window of {format_duration(evidence.window_s)}; "
        f"up to {MAX_THROTTLED_RATIO:.0%} does no harm",
    )


def doubt_unpinned(evidence: StepEvidence) -> Caution | None:
    """Note that the target ran wherever the scheduler put it."""
    if evidence.trial.placement.target or not evidence.trial.command:
        return None
    return Caution(
        code=CautionCode.UNPINNED, detail="the target was not pinned to cores of its own"
    )


def doubt_shared_cores(evidence: StepEvidence) -> Caution | None:
    """Note that generator and target had to share cores."""
    if not evidence.trial.placement.shared:
        return None
    return Caution(code=CautionCode.SHARED_CORES, detail="generator and target had to share cores")


def doubt_not_fresh(evidence: StepEvidence) -> Caution | None:
    """Note that the target already ran: nobody started it anew, pinned it or watched it."""
    if evidence.trial.command:
        return None
    return Caution(
        code=CautionCode.NOT_FRESH,
        detail=f"the target at {evidence.trial.host}:{evidence.trial.port} already ran, and "
        "carries what earlier trials left in it; it was neither pinned nor watched",
    )


def _service_busy(seen: str) -> Caution:
    return Caution(
        code=CautionCode.SERVICE_BUSY,
        detail=f"{seen}; from {MAX_CPU_RATIO:.0%} on they may be what limits throughput",
    )
