"""Targets that stand ready for load, with drivers that were started beside them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.errors import TargetStartError
from bench.execution.supervision.processes import supervise
from bench.execution.targets.ports import LOOPBACK
from bench.execution.trials.comparing_answers import References, probe_target
from bench.execution.trials.parts import Part
from bench.execution.trials.setting import Side, TrialSetting
from bench.execution.trials.standing import stand
from bench.model.experiment import Experiment
from bench.model.plan import Placement, PlannedTrial
from bench.planning.parsing import parse_experiment

Write = Callable[[str, str], Path]

TRIAL = PlannedTrial(
    number=1, experiment="shop", variant="shop", stratum={}, repetition=0, seed=7, steps=()
)
FILE = """
title = "Does it stand?"
ready = "/"
flow = [{ path = "/" }]
load = { users = [2] }
variants.shop = { app = "service:app", server = { name = "uvicorn" } }
"""


@pytest.fixture
def experiment(write: Write) -> Experiment:
    path = write("shop.toml", FILE)
    return parse_experiment(path.read_text(), path)


def stand_and_ask(experiment: Experiment, part: Part) -> tuple[int, Any]:
    """Let a target stand; return its port, and what its driver got for an answer."""

    async def run() -> tuple[int, Any]:
        async with supervise() as supervisor:
            setting = TrialSetting(
                supervisor=supervisor,
                experiment=experiment,
                sides={None: Side(experiment)},
                placement=Placement(target=(), generator=(), services=(), shared=False),
                probe_seed=7,
                references=References(),
                announce=lambda _: None,
                cores=2,
            )
            async with stand(setting, (part,)) as (standing,):
                answers = await probe_target(standing.driver.link, experiment.file, seed=7)
                await standing.driver.link.say("quit")
                return standing.target.port, answers

    return asyncio.run(run())


def part_at(folder: Path, **port: int) -> Part:
    (folder / "trial").mkdir()
    return Part(TRIAL, folder / "trial", **port)


def test_a_driver_that_started_beside_its_target_loads_it(
    experiment: Experiment, tmp_path: Path
) -> None:
    part = part_at(tmp_path)
    port, answers = stand_and_ask(experiment, part)
    assert port == part.port
    assert {answer.status for answer in answers} == {200}


def test_where_the_port_was_taken_the_driver_loads_the_target_and_not_the_stranger(
    experiment: Experiment, tmp_path: Path
) -> None:
    with socket.create_server((LOOPBACK, 0)) as stranger:
        taken = stranger.getsockname()[1]
        port, answers = stand_and_ask(experiment, part_at(tmp_path, port=taken))
    assert port != taken
    assert {answer.status for answer in answers} == {200}


def test_a_target_that_does_not_start_is_named_and_its_driver_ended(
    experiment: Experiment, tmp_path: Path
) -> None:
    (experiment.folder / "service.py").write_text("raise SystemExit('out of stock')\n")
    with pytest.raises(TargetStartError) as caught:
        stand_and_ask(experiment, part_at(tmp_path))
    assert "out of stock" in str(caught.value.evidence)
