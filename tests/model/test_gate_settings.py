from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bench.model.gate_settings import GateFile, GateSettings


def refuse(**given: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        GateSettings.model_validate(given)
    return str(caught.value)


def test_what_matters_is_a_ratio_or_a_percentage() -> None:
    settings = GateSettings.model_validate({"min_effect": {"cpu": "3%", "memory": 0.05}})
    assert settings.min_effect == {"cpu": pytest.approx(0.03), "memory": 0.05}


@pytest.mark.parametrize("effect", ["0%", 0, -0.1, "1100%", "many", "nan", "inf%"])
def test_an_effect_that_can_not_be_is_refused(effect: Any) -> None:
    assert "min_effect.cpu" in refuse(min_effect={"cpu": effect})


def test_a_quantity_that_can_not_be_gated_is_refused() -> None:
    assert "quantities.0" in refuse(quantities=["speed"])
    assert "min_effect.speed" in refuse(min_effect={"speed": "3%"})


def test_a_window_lasts_a_second_at_least() -> None:
    assert GateSettings.model_validate({"window": "1s"}).window == 1.0
    assert "a window lasts 1 s at least, not 0.5 s" in refuse(window="500ms")


def test_a_command_has_a_word_at_least() -> None:
    assert "prepare.0" in refuse(prepare=[[]])
    assert "migrate.0" in refuse(migrate=[[]])


def test_the_usual_files_of_dependencies_are_known() -> None:
    assert {"pyproject.toml", "requirements*.txt", "uv.lock"} <= set(GateSettings().dependencies)


def test_a_gate_of_several_experiments_names_one_at_least() -> None:
    with pytest.raises(ValidationError):
        GateFile.model_validate({"experiments": []})
