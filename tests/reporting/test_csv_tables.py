from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

from bench.model.caution import CautionCode
from bench.model.load_level import ArrivalRate
from bench.model.summary import Failure, ObservedQuantity
from bench.reporting.csv_tables import write_comparisons_csv, write_knees_csv, write_steps_csv

Build = Callable[..., Any]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_each_row_is_a_line_with_all_its_digits(make_step: Build) -> None:
    steps = [make_step(p50_s=0.1 + 0.2), make_step(trial=2, load=ArrivalRate(rate=50))]
    first, second = read(write_steps_csv(steps))
    assert first["p50_s"] == "0.30000000000000004"
    assert (first["load.users"], first["load.rate"]) == ("20", "")
    assert (second["load.users"], second["load.rate"]) == ("", "50.0")
    assert (first["valid"], first["p95_s"]) == ("true", "")


def test_objects_become_columns_for_every_name_that_occurs(make_step: Build) -> None:
    observed = ObservedQuantity(unit="s", n=3, median=1.0, p99=2.0, max=-3.0)
    steps = [
        make_step(stratum={"b": 1, "a": "x"}, errors={"timeout": 2}),
        make_step(observations={"loop_lag": observed}),
    ]
    first, second = read(write_steps_csv(steps))
    assert (first["stratum.a"], first["stratum.b"], second["stratum.a"]) == ("x", "1", "")
    assert (first["errors.timeout"], second["errors.timeout"]) == ("2", "")
    assert (first["observations.loop_lag.max"], second["observations.loop_lag.max"]) == ("", "-3.0")
    header = write_steps_csv(steps).splitlines()[0].split(",")
    assert header.index("stratum.a") < header.index("stratum.b") < header.index("mode")


def test_cautions_are_words_and_nan_is_empty(make_step: Build) -> None:
    codes = (CautionCode.ERRORS, CautionCode.CENSORED)
    (line,) = read(write_steps_csv([make_step(cautions=codes, max_s=float("nan"))]))
    assert line["cautions"] == "errors censored"
    assert line["max_s"] == ""


def test_comparisons_have_a_line_each(make_comparison: Build) -> None:
    (line,) = read(write_comparisons_csv([make_comparison(stratum={"s": True}, low=None)]))
    assert line["trials"] == "1 2"
    assert (line["ratio"], line["low"], line["stratum.s"]) == ("3.912", "", "true")
    assert line["sign_flip_p"] == "0.0625"


def test_lower_bounds_are_named_and_a_step_without_a_window_has_empty_cells(
    make_step: Build,
) -> None:
    steps = [make_step(at_least=("p99_s", "max_s")), make_step(window_s=None, requests=None)]
    bounded, skipped = read(write_steps_csv(steps))
    assert bounded["at_least"] == "p99_s max_s"
    assert (skipped["window_s"], skipped["requests"], skipped["at_least"]) == ("", "", "")


def test_what_a_schedule_missed_always_has_columns(make_step: Build) -> None:
    steps = [make_step(late=1, dropped=2, censored=3, thin=("p99_s",)), make_step(censored=None)]
    opened, closed = read(write_steps_csv(steps))
    names = ("late", "dropped", "censored", "thin")
    assert [opened[name] for name in names] == ["1", "2", "3", "p99_s"]
    assert [closed[name] for name in names] == ["", "", "", ""]


def test_failures_are_one_cell_of_json(make_step: Build, hostile: str) -> None:
    failure = Failure(outcome="check-failed", text=hostile, count=3)
    told, none = read(write_steps_csv([make_step(failures=(failure,)), make_step()]))
    assert json.loads(told["failures"]) == [
        {"outcome": "check-failed", "text": hostile, "count": 3}
    ]
    assert none["failures"] == ""


def test_without_rows_there_is_a_header() -> None:
    (header,) = write_steps_csv([]).splitlines()
    assert header.startswith("trial,experiment,variant,")


def test_hostile_names_are_one_cell_and_no_formula(make_step: Build, hostile: str) -> None:
    text = write_steps_csv([make_step(name=f"=cmd|{hostile}", stratum={"s": "-1+1"})])
    assert len(text.splitlines()) == 2
    (line,) = read(text)
    assert line["name"].startswith("'=cmd|<b>[red]")
    assert line["stratum.s"] == "'-1+1"


def test_a_knee_is_a_line_with_its_conditions_as_they_are_written(make_knee: Build) -> None:
    (line,) = read(write_knees_csv([make_knee(stratum={"wait": 2})]))
    assert line["conditions"] == "p99 < 250ms; error_ratio < 0.1%"
    assert (line["rate_per_s"], line["low_per_s"], line["at_least_per_s"]) == ("198.4", "195.0", "")
    assert (line["stratum.wait"], line["trials"], line["valid"]) == ("2", "1 2 3", "true")
