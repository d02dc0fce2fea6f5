from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.model.caution import CautionCode
from bench.model.condensed import Spread
from bench.model.load_level import ArrivalRate
from bench.model.summary import Failure
from bench.reporting.step_table import build_step_table
from bench.reporting.table import Table

Build = Callable[..., Any]


def columns(table: Table) -> dict[str, list[str]]:
    return {
        column.heading: [row.cells[index] for row in table.rows]
        for index, column in enumerate(table.columns)
    }


def test_a_line_reads_as_it_was_measured(make_row: Build) -> None:
    row = make_row(
        trials=(1, 2),
        throughput_per_s=Spread(median=9.95, low=9.9, high=10.0),
        p50_s=2.0,
        p99_s=Spread(median=2.12, low=2.1, high=2.14),
        error_ratio=0.0,
        cpu_s_per_request=0.00123,
        memory="PSS",
        memory_bytes=50 * 1024 * 1024,
        threads=41,
        loop_lag_p99_s=0.1,
        bystander_p99_s=1.9,
    )
    assert columns(build_step_table([row])) == {
        "load": ["20 users"],
        "variant": ["blocking-client"],
        "n": ["2/2"],
        "throughput (/s)": ["9.95"],
        "throughput range (/s)": ["9.90-10.0"],
        "p50 (s)": ["2.00"],
        "p50 range (s)": ["2.00-2.00"],
        "p99 (s)": ["2.12"],
        "p99 range (s)": ["2.10-2.14"],
        "errors (%)": ["0"],
        "CPU/req (ms)": ["1.23"],
        "CPU/req range (ms)": ["1.23-1.23"],
        "memory (MiB)": ["50.0"],
        "memory range (MiB)": ["50.0-50.0"],
        "threads": ["41"],
        "loop lag p99 (ms)": ["100"],
        "bystander p99 (s)": ["1.90"],
    }


def test_columns_without_any_value_are_left_out(make_row: Build) -> None:
    found = columns(build_step_table([make_row(p50_s=0.1)]))
    assert list(found) == ["load", "variant", "n", "p50 (ms)"]


def test_a_missing_number_is_a_dash_and_never_0(make_row: Build) -> None:
    rows = [make_row(p50_s=0.1, cautions=(CautionCode.UNPINNED,)), make_row(variant="other")]
    found = columns(build_step_table(rows))
    assert found["p50 (ms)"] == ["100", "-"]
    assert found["cautions"] == ["unpinned", ""]


def test_one_trial_has_no_range(make_row: Build) -> None:
    rows = [make_row(throughput_per_s=1.0), make_row(trials=(1, 2), invalid=(2,), p50_s=1.0)]
    assert not any("range" in heading for heading in columns(build_step_table(rows)))


def test_one_unit_holds_for_the_whole_column(make_row: Build) -> None:
    found = columns(build_step_table([make_row(p99_s=0.0124), make_row(p99_s=12.0)]))
    assert found["p99 (ms)"] == ["12.4", "12,000"]


def test_a_percentile_that_could_be_higher_is_marked(make_row: Build) -> None:
    bound = Spread(median=2, low=2, high=3, at_least=True)
    table = build_step_table([make_row(trials=(1, 2), p50_s=2.0, p99_s=bound)])
    assert columns(table)["p50 (s)"] == ["2.00"]
    assert columns(table)["p99 (s)"] == ["≥2.00"]
    assert columns(table)["p99 range (s)"] == ["≥2.00-3.00"]
    assert any(note.startswith("≥") for note in table.notes)


def test_a_percentile_of_too_few_requests_is_marked_unless_it_is_a_bound(make_row: Build) -> None:
    thin = Spread(median=2, low=2, high=3, thin=True)
    bound = Spread(median=4, low=4, high=4, thin=True, at_least=True)
    table = build_step_table([make_row(trials=(1, 2), p50_s=2.0, p99_s=thin)])
    both = build_step_table([make_row(p95_s=thin, p99_s=bound)])
    assert columns(table)["p50 (s)"] == ["2.00"]
    assert columns(table)["p99 (s)"] == ["~2.00"]
    assert columns(table)["p99 range (s)"] == ["~2.00-3.00"]
    assert table.notes == (
        "~ too few requests for this percentile: it is the longest time of a trial.",
    )
    assert columns(both)["p99 (s)"] == ["≥4.00"]
    assert [note[0] for note in both.notes] == ["≥", "~"]


OPEN_MODEL = {
    "p99_s": 0.2,
    "service_p50_s": 0.01,
    "service_p99_s": 0.02,
    "late": 0,
    "dropped": 1200,
    "censored": 3,
}


def test_the_open_model_has_service_time_and_what_was_missed_beside(make_row: Build) -> None:
    table = build_step_table([make_row(load=ArrivalRate(rate=50), **OPEN_MODEL)])
    found = columns(table)
    assert list(found) == [
        "load",
        "variant",
        "n",
        "p99 (ms)",
        "service p50 (ms)",
        "service p99 (ms)",
        "late",
        "dropped",
        "censored",
    ]
    assert (found["late"], found["dropped"], found["censored"]) == (["0"], ["1,200"], ["3"])
    assert "Late, dropped and censored requests are added up." in table.caption


def test_the_closed_model_has_neither(make_row: Build) -> None:
    table = build_step_table([make_row(**OPEN_MODEL)])
    assert list(columns(table)) == ["load", "variant", "n", "p99 (ms)"]
    assert "added up" not in table.caption


def test_a_count_that_is_not_told_by_name_is_a_dash(make_row: Build) -> None:
    rate = ArrivalRate(rate=50)
    table = build_step_table([make_row(load=rate, late=1), make_row(load=rate, late=None)])
    assert columns(table)["late"] == ["1", "-"]


def test_where_streams_are_open_cpu_per_request_says_that_it_counts_events(
    make_row: Build, make_streams: Build
) -> None:
    table = build_step_table([make_row(cpu_s_per_request=0.1, streams=make_streams())])
    assert table.notes == ("CPU/req counts each event of a stream as a request.",)


def test_a_bystanders_percentile_that_could_be_higher_is_marked_too(make_row: Build) -> None:
    bound = Spread(median=2, low=2, high=2, at_least=True)
    table = build_step_table([make_row(p99_s=2.0, bystander_p99_s=bound)])
    assert columns(table)["p99 (s)"] == ["2.00"]
    assert columns(table)["bystander p99 (s)"] == ["≥2.00"]
    assert any(note.startswith("≥") for note in table.notes)


def test_where_there_is_a_bystander_cpu_per_request_says_what_is_in_it(make_row: Build) -> None:
    alone = build_step_table([make_row(cpu_s_per_request=0.1)])
    beside = build_step_table([make_row(cpu_s_per_request=0.1, bystander_p99_s=0.2)])
    assert alone.notes == ()
    (note,) = beside.notes
    assert note == (
        "CPU/req divides all CPU time of the target by the users' requests; "
        "the bystander's calls are part of that time."
    )


def test_a_line_without_a_valid_trial_is_marked_and_explained(make_row: Build) -> None:
    table = build_step_table([make_row(valid=False, invalid=(1,), p50_s=1.0)])
    assert columns(table)["n"] == ["0/1†"]
    assert not table.rows[0].counts
    assert any(note.startswith("†") for note in table.notes)


def test_a_trial_that_was_left_out_is_named(make_row: Build) -> None:
    table = build_step_table([make_row(trials=(3, 7), invalid=(7,), p50_s=1.0)])
    assert columns(table)["n"] == ["1/2"]
    assert table.rows[0].counts
    assert "blocking-client at 20 users: left out as not valid: trial 7." in table.notes


def test_failed_requests_are_told_by_outcome(make_row: Build) -> None:
    row = make_row(errors={"http-500": 11, "timeout": 1}, error_ratio=0.2, name="GET /")
    (note,) = build_step_table([row]).notes
    assert note == (
        "blocking-client at 20 users, GET /: 12 failed requests (20.0 %); http-500: 11, timeout: 1."
    )


def test_failed_requests_are_told_with_their_most_frequent_texts(make_row: Build) -> None:
    failures = tuple(
        Failure(outcome="check-failed", text=text, count=count)
        for text, count in (("$.state is 1", 9), ("b", 3), ("c", 2), ("d", 1))
    )
    row = make_row(errors={"check-failed": 15}, error_ratio=0.2, failures=failures)
    (note,) = build_step_table([row]).notes
    assert note == (
        "blocking-client at 20 users: 15 failed requests (20.0 %); check-failed: 15; most often "
        "check-failed 9: $.state is 1; check-failed 3: b; check-failed 2: c"
    )


def test_the_caption_names_the_load_model_and_the_kind_of_memory(make_row: Build) -> None:
    closed = build_step_table([make_row(memory="RSS", memory_bytes=1e6)]).caption
    opened = build_step_table([make_row(load=ArrivalRate(rate=50))]).caption
    assert "N in flight" in closed
    assert "RSS" in closed
    assert "intended send" in opened
    assert "Memory" not in opened


def test_an_arm_is_told_with_its_variant(make_row: Build) -> None:
    table = build_step_table([make_row(arm="candidate", mode="duet")])
    assert columns(table)["variant"] == ["blocking-client (candidate)"]
    assert "Arms of a duet share a core" in table.notes[-1]
