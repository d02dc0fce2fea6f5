from __future__ import annotations

from bench.analysis.failures import OTHER_TEXTS, describe_failures, rank_failures, write_failure
from bench.model.summary import Failure


def told(text: str, count: int, outcome: str = "check-failed") -> Failure:
    return Failure(outcome=outcome, text=text, count=count)


def test_failures_add_up_by_outcome_and_text_the_most_frequent_first(build):
    ranked = rank_failures(
        [
            build.failure("b", 2),
            build.failure("a", 2),
            build.failure("b", 1, worker=1),
            build.failure("b", 9, outcome="timeout"),
            build.failure("never mind", 0),
        ]
    )

    assert ranked == (told("b", 9, "timeout"), told("b", 3), told("a", 2))


def test_three_texts_are_told_at_most():
    text = describe_failures({"check-failed": 9}, [told(name, 1) for name in "abcd"])

    assert (
        text == "9 check-failed; most often check-failed 1: a; check-failed 1: b; check-failed 1: c"
    )


def test_a_long_text_is_cut():
    assert len(write_failure(told("x" * 10_000, 1))) < 250
    assert write_failure(told("x" * 200, 1)).endswith("x")


def test_texts_without_a_name_of_their_own_come_last() -> None:
    lines = [
        Failure(outcome="check-failed", text=OTHER_TEXTS, count=900),
        Failure(outcome="check-failed", text="price is 7", count=1),
    ]
    assert [each.text for each in rank_failures(lines)] == ["price is 7", OTHER_TEXTS]
