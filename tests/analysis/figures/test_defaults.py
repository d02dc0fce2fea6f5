from __future__ import annotations

from typing import Any

from bench.analysis.figures.defaults import list_default_figures
from bench.analysis.figures.misfits import find_figure_misfits


def test_a_ladder_of_users_has_lines_and_one_level_has_bars(runs: Any) -> None:
    ladder = {level: {"p50_s": 1.0} for level in (10, 20, 40)}
    whole = runs.run([runs.climb("sync", ladder)])
    one = runs.run([runs.climb("sync", {10: {}})])

    of_ladder = list_default_figures(whole.record.plan)
    of_one = list_default_figures(one.record.plan)

    assert list(of_ladder) == [
        "shop-throughput", "shop-response", "shop-cpu", "shop-memory", "shop-trade-off",
        "shop-spectrum", "shop-seconds", "shop-ratios",
    ]  # fmt: skip
    assert {each.kind for each in of_one.values()} == {"bars", "spectrum", "timeline", "forest"}
    experiment = whole.record.plan.experiments[0]
    for figure in (*of_ladder.values(), *of_one.values()):
        assert not list(find_figure_misfits(figure, experiment))


def test_in_the_open_model_throughput_is_what_was_asked_for(runs: Any) -> None:
    file = runs.experiment(load={"rate": [10, 20]}, variants={"only": {"command": ["serve"]}})
    ladder = runs.run([runs.climb("only", {10.0: {}, 20.0: {}}, model="rate")], [file])
    one = runs.run([runs.climb("only", {10.0: {}}, model="rate")], [file])

    assert list(list_default_figures(ladder.record.plan)) == [
        "shop-response", "shop-cpu", "shop-memory", "shop-spectrum", "shop-seconds",
    ]  # fmt: skip
    assert "shop-throughput" not in list_default_figures(one.record.plan)


def test_a_search_has_its_trade_off(runs: Any) -> None:
    file = runs.experiment(load={"search": ["p99 < 250ms"]})
    plan = runs.run([], [file]).record.plan
    assert list(list_default_figures(plan)) == ["shop-trade-off", "shop-ratios"]


def test_the_seconds_are_the_bystanders_where_there_is_one(runs: Any) -> None:
    def group(**load: Any) -> str:
        plan = runs.run([], [runs.experiment(load={"users": [1], **load})]).record.plan
        (found,) = (each for each in list_default_figures(plan).values() if each.kind == "timeline")
        told: str = found.group
        return told

    assert group() == "users"
    assert group(bystander={"rate": 20, "path": "/"}) == "bystander"
