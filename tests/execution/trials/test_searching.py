from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from bench.execution.trials.driver_link import DriverLink
from bench.execution.trials.searching import Search, limit_drain
from bench.model.condition import Condition
from bench.model.experiment import Experiment
from bench.model.knee import Attempt, StepVerdict
from bench.model.load_level import ArrivalRate
from bench.model.plan import PlannedSearch, PlannedTrial
from bench.model.progress import ProgressEvent, StepSearched
from bench.model.trial import MeasuredStep, StepTimes

BuildExperiment = Callable[..., Experiment]

P99 = Condition(quantity="p99", below=0.25)
ERRORS = Condition(quantity="error_ratio", below=0.01)


class FakeDriver:
    """Answers probes with service times of its own, one after the other."""

    def __init__(self, services_s: Sequence[float | None] | None = None) -> None:
        self.said: list[dict[str, Any]] = []
        self._services_s = list(services_s or ())

    async def say(self, do: str, **details: object) -> None:
        self.said.append({"do": do, **details})

    async def hear(self, event: str, within_s: float) -> dict[str, Any]:
        assert event == "answers"
        service_s = self._services_s.pop(0) if self._services_s else 0.05
        status = None if service_s is None else 200
        answers = [
            {"group": "users", "status": status, "service_s": service_s or 0.0},
            {"group": "bystander", "status": 200, "service_s": 9.0},
        ]
        return {"event": event, "answers": answers}


def trial() -> PlannedTrial:
    search = PlannedSearch(conditions=(P99,), from_per_s=10, to_per_s=1000, window_s=4.0)
    return PlannedTrial(
        number=1,
        experiment="waiting",
        variant="loop",
        stratum={},
        repetition=0,
        seed=7,
        steps=(),
        search=search,
    )


def measured(step: Any, *, skipped: str | None = None) -> MeasuredStep:
    times = StepTimes(started_s=0, opens_at_s=2, closes_at_s=6, drained_at_s=7)
    return MeasuredStep(
        index=step.index,
        load=step.load,
        times=None if skipped else times,
        pilot_throughput_per_s=None,
        skipped=skipped,
    )


def capacity(of_per_s: float) -> Callable[[MeasuredStep], Attempt]:
    def judge(step: MeasuredStep) -> Attempt:
        assert isinstance(step.load, ArrivalRate)
        verdict: StepVerdict = "holds" if step.load.rate <= of_per_s else "fails"
        return Attempt(rate_per_s=step.load.rate, verdict=verdict, because="p99 was 300ms")

    return judge


class Fixture:
    def __init__(self, build_experiment: BuildExperiment) -> None:
        self.file = build_experiment(load={"search": "p99 < 250ms"}).file
        self.driver = FakeDriver()
        self.events: list[ProgressEvent] = []
        self.steps: list[MeasuredStep] = []
        self.now_s = 100.0

    def search(
        self,
        of_per_s: float = 200,
        service_time_s: float | None = 0.05,
    ) -> Search:
        return Search(
            trial(),
            self.file,
            cast("DriverLink", self.driver),
            capacity(of_per_s),
            self.events.append,
            service_time_s,
            clock=lambda: self.now_s,
            sleep=self.sleep,
        )

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    async def drive(self, search: Search, *, skip_from: int | None = None) -> None:
        while (step := await search.choose(self.steps)) is not None:
            skipped = "too short a window" if step.index == skip_from else None
            self.steps.append(measured(step, skipped=skipped))


@pytest.fixture
def fixture(build_experiment: BuildExperiment) -> Fixture:
    return Fixture(build_experiment)


def test_each_step_decides_the_rate_of_the_next_until_the_knee_is_known(fixture: Fixture) -> None:
    search = fixture.search()
    asyncio.run(fixture.drive(search))
    assert [step.index for step in fixture.steps] == list(range(len(fixture.steps)))
    assert [str(step.load) for step in fixture.steps[:3]] == ["10/s", "20/s", "40/s"]
    knee = search.find_knee()
    assert knee.end == "found"
    assert 195 <= (knee.holds_per_s or 0) <= 200
    assert len(knee.attempts) == len(fixture.steps)


def test_every_attempt_is_told_as_it_comes(fixture: Fixture) -> None:
    search = fixture.search()
    asyncio.run(fixture.drive(search))
    told = [event.attempt for event in fixture.events if isinstance(event, StepSearched)]
    assert tuple(told) == search.find_knee().attempts


def test_a_target_is_asked_by_a_lone_user_after_what_did_not_hold_alone(fixture: Fixture) -> None:
    search = fixture.search()
    asyncio.run(fixture.drive(search))
    failed = [each for each in search.attempts if each.verdict == "fails"]
    assert [each["do"] for each in fixture.driver.said] == ["probe"] * len(failed)


def test_the_next_rate_waits_until_the_lone_user_is_served_as_before(fixture: Fixture) -> None:
    fixture.driver = FakeDriver([3.0, None, 0.4, 0.11])
    search = fixture.search(15)
    asyncio.run(search.choose([]))
    twenty = measured(search.list_ahead(0)[0].model_copy(update={"load": ArrivalRate(rate=20)}))
    asyncio.run(search.choose([twenty]))
    assert len(fixture.driver.said) == 4


def test_a_target_that_does_not_recover_ends_the_search(fixture: Fixture) -> None:
    fixture.driver = FakeDriver([3.0] * 1000)
    search = fixture.search(15)
    asyncio.run(fixture.drive(search))
    knee = search.find_knee()
    assert (knee.end, knee.holds_per_s) == ("not-settled", 10)
    assert "did not recover" in knee.because
    assert "20/s" in knee.because


def test_a_driver_that_can_not_probe_is_given_a_pause_instead(fixture: Fixture) -> None:
    search = fixture.search(service_time_s=None)
    asyncio.run(fixture.drive(search))
    assert search.find_knee().end == "found"
    assert fixture.driver.said == []
    assert fixture.now_s > 100


def test_a_step_that_was_not_run_ends_the_search(fixture: Fixture) -> None:
    search = fixture.search()
    asyncio.run(fixture.drive(search, skip_from=2))
    knee = search.find_knee()
    assert (knee.end, knee.holds_per_s, knee.because) == ("not-settled", 20, "too short a window")


def test_what_was_under_way_when_the_target_died_is_known(fixture: Fixture) -> None:
    search = fixture.search()
    first = asyncio.run(search.choose([]))
    assert search.list_ahead(0) == [first]
    assert search.list_ahead(1) == []
    knee = search.find_knee("the target ended with exit code 1")
    assert (knee.end, knee.because) == ("not-settled", "the target ended with exit code 1")


@pytest.mark.parametrize(
    ("conditions", "max_drain_s", "drain_s"),
    [
        ((P99,), 30.0, 1.0),
        ((P99, Condition(quantity="max", below=2.0)), 30.0, 4.0),
        ((P99, ERRORS), 30.0, 1.0),
        ((P99,), 0.5, 0.5),
        ((ERRORS,), 30.0, 30.0),
    ],
)
def test_a_step_waits_no_longer_for_answers_than_its_conditions_need(
    conditions: tuple[Condition, ...], max_drain_s: float, drain_s: float
) -> None:
    assert limit_drain(conditions, max_drain_s) == drain_s
