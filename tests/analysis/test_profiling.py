from __future__ import annotations

import doctest

import bench.analysis.profiling
from bench.analysis.profiling import profile_thread

LINES = [
    "thread (0x7f): MainThread;run (base.py:640);handle (app.py:7);work (app.py:12) 60",
    "thread (0x7f): MainThread;run (base.py:641);handle (app.py:8) 15",
    "thread (0x7f): MainThread;run (base.py:640);select (selectors.py:468) 25",
    "thread (0x80): AnyIO worker thread;run (threads.py:1);wait (queue.py:3) 900",
]


def test_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(bench.analysis.profiling).failed == 0


def test_the_functions_of_the_loops_thread_are_ranked_by_their_own_samples() -> None:
    profile = profile_thread(LINES)

    assert (profile.thread, profile.samples) == ("MainThread", 100)
    assert [(f.name, f.file, f.own_ratio, f.total_ratio) for f in profile.functions] == [
        ("work", "app.py", 0.6, 0.6),
        ("select", "selectors.py", 0.25, 0.25),
        ("handle", "app.py", 0.15, 0.75),
        ("run", "base.py", 0.0, 1.0),
    ]


def test_a_function_that_calls_itself_is_counted_once_a_sample() -> None:
    profile = profile_thread(["walk (a.py:1);walk (a.py:1);walk (a.py:2) 4"])

    (function,) = profile.functions
    assert (function.own_ratio, function.total_ratio) == (1.0, 1.0)


def test_without_a_thread_of_that_name_all_are_taken_and_it_is_said() -> None:
    profile = profile_thread(["thread (0x7f);main (a.py:1) 3", "main (a.py:1) 1"])

    assert (profile.thread, profile.samples) == ("", 4)


def test_what_is_no_stack_is_passed_over() -> None:
    profile = profile_thread(["", "nonsense", "main (a.py:1) many", "thread (0x1): MainThread 3"])

    assert (profile.samples, profile.functions) == (0, ())


def test_a_function_without_a_file_has_none() -> None:
    (function,) = profile_thread(["<built-in> 2"]).functions

    assert (function.name, function.file) == ("<built-in>", "")
