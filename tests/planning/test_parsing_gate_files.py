from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import ExperimentFileError
from bench.planning.parsing import parse_gate_file

PATH = Path("/somewhere/bench.toml")


def complaints(text: str) -> str:
    with pytest.raises(ExperimentFileError) as caught:
        parse_gate_file(text, PATH)
    return "\n".join([caught.value.message, *caught.value.evidence])


def test_a_file_may_name_several_experiments_and_say_how_a_tree_is_made_ready() -> None:
    read = parse_gate_file(
        'experiments = ["a.toml", "b/c.toml"]\n[gate]\nmain = "trunk"\nprepare = [["make"]]\n', PATH
    )
    assert read is not None
    assert read.experiments == ("a.toml", "b/c.toml")
    assert (read.gate.main, read.gate.prepare) == ("trunk", (("make",),))


def test_without_a_table_there_is_nothing_to_make_ready() -> None:
    read = parse_gate_file('experiments = ["a.toml"]', PATH)
    assert read is not None
    assert read.gate.prepare == ()


def test_a_file_that_names_none_is_an_experiment_itself() -> None:
    assert parse_gate_file('title = "A shop"', PATH) is None


def test_a_gate_of_no_experiment_is_refused() -> None:
    assert "experiments" in complaints("experiments = []")


def test_an_unknown_key_is_named_with_the_nearest_one() -> None:
    said = complaints('experiments = ["a.toml"]\n[gate]\nprepair = []\n')
    assert "gate.prepair: unknown key; did you mean prepare?" in said


def test_text_that_is_no_toml_is_named_with_its_line() -> None:
    assert "line 1" in complaints("experiments = = 3")
