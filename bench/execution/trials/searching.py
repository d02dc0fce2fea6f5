"""Search: the route of a trial that looks for the highest rate its target withstands.

Each step is judged as soon as it was driven, by the same code that judges it for the record, and
decides at which rate the next is driven. Before that, a target that was asked for too much has to
answer a lone user as quickly as at first: what it still works off would be laid at the next rate's
door.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Final

from bench.execution.trials.driver_link import DriverLink
from bench.model.condition import Condition
from bench.model.experiment import ExperimentFile
from bench.model.knee import Attempt, Knee
from bench.model.load_level import ArrivalRate
from bench.model.plan import PlannedSearch, PlannedStep, PlannedTrial
from bench.model.progress import ProgressEvent, StepSearched
from bench.model.trial import MeasuredStep
from bench.planning.searching import choose_rate, conclude
from bench.planning.seeds import derive_seed

DRAIN_PER_BOUND: Final = 2.0
"""A request that is open this many bounds after the window has broken the bound twice over."""

MIN_DRAIN_S: Final = 1.0

_RECOVERS_WITHIN_S: Final = 60.0
"""How long a target may work off what it was asked too much of, once nobody asks any more."""

_RECOVERED_RATIO: Final = 2.0
_RECOVERED_SLACK_S: Final = 0.010
"""A lone user's answer as quick as before load, but for what differs from request to request."""

_ASK_AGAIN_S: Final = 0.1

_BESIDE_REQUESTS_S: Final = 30.0
"""For what a task does beside its requests, each of which has a deadline of its own."""

_PAUSE_S: Final = 5.0
"""In place of looking, where the driver can't send a request of a lone user."""

Judge = Callable[[MeasuredStep], Attempt]


class Search:
    """Choose rates until the highest that holds is known; `attempts` grows as it goes.

    Args:
        trial: a trial that has a search.
        file: its experiment.
        link: to the driver, which sends the lone user's requests between steps.
        judge: says of a step that was driven whether its rate held.
        announce: is told of each attempt.
        service_time_s: of a lone user before load; None where the driver can't tell.
        clock: seconds that only grow.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        trial: PlannedTrial,
        file: ExperimentFile,
        link: DriverLink,
        judge: Judge,
        announce: Callable[[ProgressEvent], None],
        service_time_s: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        assert trial.search is not None
        self.attempts: list[Attempt] = []
        self.max_drain_s = limit_drain(trial.search.conditions, file.load.max_drain)
        self._trial = trial
        self._search: PlannedSearch = trial.search
        self._seed = derive_seed(trial.seed, trial.variant)
        self._file = file
        self._link = link
        self._judge = judge
        self._announce = announce
        self._service_time_s = service_time_s
        self._clock = clock
        self._sleep = sleep
        self._under_way: PlannedStep | None = None
        self._stopped = ""

    def find_knee(self, failure: str | None = None) -> Knee:
        """Say what was found.

        Args:
            failure: why the trial ended before the search did.
        """
        return conclude(self._search, self.attempts, failure or self._stopped)

    async def choose(self, driven: Sequence[MeasuredStep]) -> PlannedStep | None:
        """Judge the last step, and choose the rate of the next."""
        if driven:
            self._under_way = None
            await self._learn(driven[-1])
        if self._stopped:
            return None
        rate_per_s = choose_rate(self._search, self.attempts, self._seed)
        if rate_per_s is None:
            return None
        self._under_way = PlannedStep(
            index=len(driven), load=ArrivalRate(rate=rate_per_s), window_s=self._search.window_s
        )
        return self._under_way

    def list_ahead(self, driven: int) -> Sequence[PlannedStep]:
        """List the step that was under way; nobody knows which ones would have come."""
        step = self._under_way
        return [] if step is None or step.index < driven else [step]

    async def _learn(self, step: MeasuredStep) -> None:
        if step.times is None:
            self._stopped = step.skipped or f"nothing was measured at {step.load}"
            return
        attempt = self._judge(step)
        self.attempts.append(attempt)
        self._announce(StepSearched(trial=self._trial, step=step.index, attempt=attempt))
        if attempt.verdict != "holds" and not await self._recovers():
            self._stopped = (
                f"the target did not recover within {_RECOVERS_WITHIN_S:g} s of {step.load}"
            )

    async def _recovers(self) -> bool:
        """Wait until a lone user is served as before load; say whether that came about."""
        if self._service_time_s is None:
            await self._sleep(_PAUSE_S)
            return True
        quick_s = _RECOVERED_RATIO * self._service_time_s + _RECOVERED_SLACK_S
        give_up_s = self._clock() + _RECOVERS_WITHIN_S
        while self._clock() < give_up_s:
            service_s = await self._ask_alone()
            if service_s is not None and service_s <= quick_s:
                return True
            await self._sleep(_ASK_AGAIN_S)
        return False

    async def _ask_alone(self) -> float | None:
        """Let one user do one task; return the median service time, None if any got no answer."""
        seed = derive_seed(self._trial.seed, "alone")
        await self._link.say("probe", seed=seed, tasks=1)
        requests = max(len(self._file.flow), 1) + 1
        heard = await self._link.hear(
            "answers", _BESIDE_REQUESTS_S + requests * self._file.load.timeout
        )
        answers = [each for each in heard["answers"] or () if each.get("group") != "bystander"]
        if not answers or any(answer["status"] is None for answer in answers):
            return None
        return median(float(answer["service_s"]) for answer in answers)


def limit_drain(conditions: Sequence[Condition], max_drain_s: float) -> float:
    """Return how long after its window a search's step waits for answers.

    What is open for longer than the largest bound on a response time has broken all of them; to
    know by how much would take as long as the target's queue is. Without such a bound only the end
    of a request tells whether it failed.
    """
    bounds_s = [each.below for each in conditions if each.quantity != "error_ratio"]
    if not bounds_s:
        return max_drain_s
    return min(max_drain_s, max(MIN_DRAIN_S, DRAIN_PER_BOUND * max(bounds_s)))
