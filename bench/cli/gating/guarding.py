"""Run a gate so that whatever happens ends in a report, or in an error that is no verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bench.cli.gating.findings import Findings
from bench.cli.gating.session import GateSession
from bench.cli.measuring import Outcome, stopping_on_signals
from bench.errors import MeasurementError, TargetError
from bench.execution.supervision.processes import Supervisor, supervise

Stage = Callable[[GateSession, Supervisor, Findings], Awaitable[None]]


class InterruptedGateError(Exception):
    """Somebody stopped the gate; trials that were finished are kept."""


def carry_out(
    stage: Stage, session: GateSession, findings: Findings
) -> MeasurementError | TargetError | None:
    """Carry a gate out; return what kept it from its verdict, if anything did.

    Raises:
        InterruptedGateError: by Ctrl-C, SIGTERM or SIGHUP, with all processes ended.
        BenchError: the caller's own fault (a file, an option, a service), or a defect.
    """
    return asyncio.run(_carry_out(stage, session, findings))


async def _carry_out(
    stage: Stage, session: GateSession, findings: Findings
) -> MeasurementError | TargetError | None:
    outcome = Outcome()
    work = asyncio.ensure_future(_supervised(stage, session, findings))
    with stopping_on_signals(work, outcome):
        try:
            await work
        except asyncio.CancelledError:
            if not outcome.interrupted:
                raise
            raise InterruptedGateError from None
        except (MeasurementError, TargetError) as error:
            if outcome.interrupted:  # whatever came of it
                raise InterruptedGateError from error
            return error
    return None


async def _supervised(stage: Stage, session: GateSession, findings: Findings) -> None:
    async with supervise() as supervisor:
        await stage(session, supervisor, findings)
