from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load.configuration import FlowStep
from bench.load.flows.places import NoSuchPlaceError, parse_place
from bench.load.flows.requests import prepare_request
from bench.load.flows.rounds import choose_rounds, positions_in_round
from bench.load.flows.template import MissingValueError, Template, fill, names_in
from bench.load.flows.values import ValueSource
from bench.load.http.request_bytes import RequestBuilder


class Answered:
    def __init__(
        self, body: bytes = b"", status: int = 200, headers: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        self.body, self.status, self.headers = body, status, headers or []


@given(st.text())
def test_a_text_without_places_stays_as_it_is(text: str) -> None:
    if "${" not in text:
        assert Template(text).render({}) == text
        assert fill(text, {}) == text


def test_places_are_filled_and_doubled_dollars_are_not() -> None:
    assert Template("$${a} ${a} {a} $a").render({"a": True}) == "${a} true {a} $a"


def test_a_lone_place_keeps_the_kind_of_its_value() -> None:
    document = {"n": "${n}", "list": ["${n}", {"${n}": "x${n}"}], "other": 1.5}
    assert fill(document, {"n": 3}) == {"n": 3, "list": [3, {"3": "x3"}], "other": 1.5}
    assert names_in(document) == {"n"}


def test_a_missing_value_is_named() -> None:
    for use in (lambda: Template("${x}").render({}), lambda: fill("${x}", {})):
        with pytest.raises(MissingValueError, match="'x'"):
            use()


def test_values_of_every_kind_are_drawn_from_the_seed() -> None:
    declared = {
        "n": {"between": [5, 6]},
        "c": {"choice": ["a", "b"]},
        "h": {"hex": 8},
        "k": {"count_from": 10},
    }
    first = [ValueSource(declared).draw(Random(1)) for _ in range(2)]
    assert first[0] == first[1]
    drawn = first[0]
    assert drawn["n"] in (5, 6)
    assert drawn["c"] in ("a", "b")
    assert len(drawn["h"]) == 8
    int(drawn["h"], 16)
    assert drawn["k"] == 10


def test_workers_never_count_the_same_number() -> None:
    sources = [ValueSource({"k": {"count_from": 1}}, worker=k, workers=3) for k in range(3)]
    counted = [source.draw(Random(0))["k"] for _ in range(4) for source in sources]
    assert sorted(counted) == list(range(1, 13))


@pytest.mark.parametrize("value", [{}, {"between": [2, 1]}, {"choice": []}, {"hexes": 3}])
def test_a_value_of_no_kind_is_refused_by_name(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="'odd'"):
        ValueSource({"odd": value})


def test_places_find_what_is_there() -> None:
    answer = Answered(
        b'{"a": [{"b": 1}], "t": "x"}', headers=[(b"X-One", b"1"), (b"x-one", b"2")], status=201
    )
    found = {
        text: parse_place(text)(answer)
        for text in ("status", "header:X-ONE", "json:$.a[0].b", "json:$.t", "json:$")
    }
    assert found == {
        "status": 201,
        "header:X-ONE": "1",
        "json:$.a[0].b": 1,
        "json:$.t": "x",
        "json:$": {"a": [{"b": 1}], "t": "x"},
    }
    assert parse_place("body")(Answered(b"\xff")) == "�"


@pytest.mark.parametrize(
    "text", ["header:no", "json:$.b", "json:$.a[1]", "json:$.t[0]", "json:$.a.b"]
)
def test_places_that_are_not_there_say_so(text: str) -> None:
    with pytest.raises(NoSuchPlaceError):
        parse_place(text)(Answered(b'{"a": [1], "t": "x"}'))


def test_a_body_that_is_no_json_has_no_places() -> None:
    with pytest.raises(NoSuchPlaceError, match="no JSON"):
        parse_place("json:$.a")(Answered(b"<html>"))


@pytest.mark.parametrize("text", ["", "cookie:a", "header:", "json:a", "json:$.a..b", "json:$[x]"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"place|can't be read"):
        parse_place(text)


def judge(answer: Answered, values: dict[str, Any] | None = None, **step: Any) -> tuple[str, str]:
    prepared = prepare_request(FlowStep("/", **step), RequestBuilder("h", "keep-alive"))
    verdict = prepared.judge(answer, values or {})
    return verdict.outcome, verdict.reason


@pytest.mark.parametrize(
    ("answer", "step", "outcome"),
    [
        (Answered(), {}, "ok"),
        (Answered(status=503), {}, "http-503"),
        (Answered(status=503), {"status": 503}, "ok"),
        (Answered(status=200), {"status": 201}, "check-failed"),
        (Answered(b'{"n": 1}'), {"expect": {"json:$.n": 1}}, "ok"),
        (Answered(b'{"n": "1"}'), {"expect": {"json:$.n": 1}}, "check-failed"),
        (Answered(b'{"n": true}'), {"expect": {"json:$.n": 1}}, "check-failed"),
        (Answered(b'{"n": true}'), {"expect": {"json:$.n": True}}, "ok"),
        (Answered(headers=[(b"x", b"5")]), {"expect": {"header:x": 5}}, "ok"),
        (Answered(), {"expect": {"header:x": 5}}, "check-failed"),
        (Answered(b"7"), {"expect": {"body": "${n}"}}, "ok"),
        (Answered(b"8"), {"expect": {"body": "${n}"}}, "check-failed"),
    ],
)
def test_an_answer_is_worth_what_was_expected_of_it(
    answer: Answered, step: dict[str, Any], outcome: str
) -> None:
    said, reason = judge(answer, {"n": 7}, **step)
    assert said == outcome
    assert bool(reason) == (outcome != "ok")


def test_a_long_value_is_shown_shortened() -> None:
    _, reason = judge(Answered(b"x" * 500), expect={"body": "short"})
    assert len(reason) < 150
    assert "…" in reason


@given(st.lists(st.one_of(st.none(), st.floats(0.1, 10)), min_size=1, max_size=8), st.integers())
def test_a_round_has_each_place_once_and_one_of_each_choice(
    weights: list[float | None], seed: int
) -> None:
    parts = list(range(len(weights)))
    positions = positions_in_round(weights)
    chosen = choose_rounds(parts, weights)(Random(seed))
    assert [positions[part] for part in chosen] == list(range(max(positions) + 1))
    assert [part for part in parts if weights[part] is None] == [
        part for part in chosen if weights[part] is None
    ]


def test_a_choice_follows_its_weights() -> None:
    choose = choose_rounds(["rare", "often"], [1.0, 3.0])
    random = Random(5)
    often = sum(choose(random) == ["often"] for _ in range(4000))
    assert 2850 < often < 3150
