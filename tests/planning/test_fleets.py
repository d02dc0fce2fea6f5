from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.model.experiment import Experiment, ExperimentFile
from bench.model.plan import Fleet
from bench.planning.limits import check_limits
from bench.planning.options import PlanOptions
from bench.planning.placing import place
from bench.planning.planning import make_plan

FLEET = Fleet(local=2, remote=2)


def experiment(**fields: object) -> Experiment:
    document = {
        "title": "t",
        "factor": "f",
        "load": {"users": [4000]},
        "variants": {"a": {"command": ["serve"]}},
    }
    if "driver" not in fields:
        document["flow"] = [{"path": "/"}]
    file = ExperimentFile.model_validate(document | fields)
    return Experiment(name="one", path=Path("/x/one.toml"), file=file)


def test_a_plan_keeps_its_fleet() -> None:
    assert make_plan("p", [experiment()], PlanOptions(fleet=FLEET)).fleet == FLEET
    assert FLEET.size == 4


def test_a_driver_of_an_experiments_own_takes_no_workers() -> None:
    driven = experiment(driver=["drive"])
    with pytest.raises(UsageError, match="brings its own driver"):
        make_plan("p", [driven], PlanOptions(fleet=FLEET))
    assert make_plan("p", [driven], PlanOptions()).fleet is None


def test_each_worker_holds_its_share_of_the_connections() -> None:
    check_limits(make_plan("p", [experiment()], PlanOptions(fleet=FLEET)), 1100)
    with pytest.raises(UsageError, match="4100 open files"):
        check_limits(make_plan("p", [experiment()], PlanOptions()), 1100)


@pytest.mark.parametrize(
    ("usable", "workers", "generator", "services"),
    [
        (range(4), 2, (1, 2), (3,)),
        (range(4), 8, (1, 2, 3), (1, 2, 3)),
        (range(2), 2, (1,), (1,)),
    ],
)
def test_workers_get_as_many_cores_as_the_target_leaves(
    usable: range, workers: int, generator: tuple[int, ...], services: tuple[int, ...]
) -> None:
    placement = place(usable, 1, "auto", generator_cores=workers)
    assert placement.generator == generator
    assert placement.services == services
