from __future__ import annotations

import base64
import json

import pytest

from bench.analysis.sameness import TRANSPORT_HEADERS, all_failed, find_differences
from bench.model.answers import Difference

JSON = ("Content-Type", "application/json")


@pytest.fixture
def answer(build):
    def make(body=b"", *headers, **changes):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        encoded = base64.b64encode(content).decode()
        return build.answer(encoded, headers=headers, **changes)

    return make


def differences(left, right, *ignore):
    return find_differences([left], [right], ignore)


def where(left, right, *ignore):
    return [each.where for each in differences(left, right, *ignore)]


def test_equal_answers_do_not_differ(answer):
    one = answer({"a": 1}, JSON)

    assert find_differences([one, one], [one, one], []) == ()


def test_a_different_number_of_answers_is_a_difference(answer):
    found = find_differences([answer(), answer()], [answer()], [])

    assert found == (
        Difference(request="all requests", where="number of requests", reference="2", other="1"),
    )


def test_a_different_request_is_a_difference_of_its_own(answer):
    (found,) = differences(answer(b"a"), answer(b"b", path="/y"))

    assert (found.where, found.reference, found.other) == ("request", "GET /x", "GET /y")


def test_a_different_status_says_both_and_nothing_of_the_body(answer):
    (found,) = differences(answer(b"a"), answer(b"b", status=404))

    assert (found.request, found.where) == ("GET /x", "status")
    assert (found.reference, found.other) == ("200", "404")


def test_no_answer_differs_from_an_answer(answer):
    (found,) = differences(answer(), answer(status=None, error="connection-reset"))

    assert found.other == "no answer (connection-reset)"


def test_headers_are_compared_by_value_whatever_the_case_of_their_names(answer):
    assert where(answer(b"", ("ETag", "1 ")), answer(b"", ("etag", "1"))) == []

    (found,) = differences(answer(b"", ("ETag", "1")), answer(b"", ("etag", "2")))

    assert (found.where, found.reference, found.other) == ("header etag", "1", "2")


def test_a_header_that_only_one_has_is_a_difference(answer):
    (found,) = differences(answer(), answer(b"", ("Vary", "Accept")))

    assert (found.where, found.reference, found.other) == ("header vary", "none", "Accept")


def test_repeated_headers_are_compared_in_their_order(answer):
    one = answer(b"", ("Set-Cookie", "a"), ("Set-Cookie", "b"))
    two = answer(b"", ("Set-Cookie", "b"), ("Set-Cookie", "a"))

    assert where(one, two) == ["header set-cookie"]


@pytest.mark.parametrize("name", sorted(TRANSPORT_HEADERS))
def test_headers_of_the_transport_are_not_compared(answer, name):
    assert where(answer(b"", (name.title(), "1")), answer()) == []


def test_an_ignored_header_is_not_compared(answer):
    assert where(answer(b"", ("X-Trace", "1")), answer(), "header:x-TRACE") == []


def test_bodies_differ_by_their_bytes_where_they_are_no_json(answer):
    (found,) = differences(answer(b"one\n two"), answer(b""))

    assert (found.where, found.reference, found.other) == ("body", "one two", "(no body)")


def test_bodies_are_ignored_on_request(answer):
    assert where(answer(b"one"), answer(b"two"), "body") == []


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON; charset=utf-8", "application/hal+json"]
)
def test_json_is_compared_as_json(answer, media_type):
    header = ("content-type", media_type)

    assert where(answer(b'{"a": 1, "b": 2}', header), answer(b'{"b":2,"a":1.0}', header)) == []


def test_text_that_looks_like_json_is_compared_by_its_bytes(answer):
    assert where(answer(b"[1]"), answer(b"[ 1]")) == ["body"]


def test_what_is_called_json_and_is_none_is_compared_by_its_bytes(answer):
    assert where(answer(b"{", JSON), answer(b"[1]", JSON)) == ["body"]
    assert where(answer(b"[1]", JSON), answer(b"{", JSON)) == ["body"]
    assert where(answer(b"\xff", JSON), answer(b"[1]", JSON)) == ["body"]
    assert where(answer(b"[" * 100_000, JSON), answer(b"[1]", JSON)) == ["body"]


def test_null_is_a_document(answer):
    (found,) = differences(answer(b"null", JSON), answer(b"[]", JSON))

    assert (found.where, found.reference, found.other) == ("json $", "null", "a list of 0 elements")


def test_not_a_number_equals_itself(answer):
    assert where(answer(b"[NaN]", JSON), answer(b"[ NaN ]", JSON)) == []


def test_differences_in_json_say_where(answer):
    one, two = {"a": [{"b": 1}], "c": "é"}, {"a": [{"b": 2}]}

    found = differences(answer(one, JSON), answer(two, JSON))

    assert [(each.where, each.reference, each.other) for each in found] == [
        ("json $.a[0].b", "1", "2"),
        ("json $.c", '"é"', "nothing"),
    ]


def test_a_value_against_a_nested_one_is_told_by_its_kind(answer):
    (found,) = differences(answer({"a": {"b": 1}}, JSON), answer({"a": "b"}, JSON))

    assert (found.reference, found.other) == ("an object of 1 members", '"b"')


def test_ignored_paths_are_taken_out_before_json_is_compared(answer):
    one, two = {"a": [{"b": 1}], "t": 1}, {"a": [{"b": 2}], "t": 2}

    assert where(answer(one, JSON), answer(two, JSON), "json:$.a[*].b", "json:$.t") == []
    assert where(answer(one, JSON), answer(two, JSON), "json:$.a[0]") == ["json $.t"]


def test_of_many_differences_in_one_body_a_few_are_shown(answer):
    assert len(where(answer([1] * 99, JSON), answer([2] * 99, JSON))) == 5


def test_long_values_are_shortened(answer):
    (found,) = differences(answer(b"x" * 500), answer(b"y"))

    assert len(found.reference) == 80
    assert found.reference.endswith("…")


@pytest.mark.parametrize("text", ["header", "header:", "headers:a", "json", "json:a", "bodies"])
def test_what_cannot_be_ignored_is_refused(text):
    with pytest.raises(ValueError, match=r"ignored|path"):
        find_differences([], [], [text])


def test_one_good_answer_is_enough(answer):
    assert all_failed([answer(status=500), answer(status=404)]) is None
    assert all_failed([]) is None


def test_an_error_to_every_request_says_what_the_first_was(answer):
    failed = answer(b"Internal\nServer Error", status=500)

    assert all_failed([failed, answer(status=None)]) == "GET /x answered 500 Internal Server Error"


def test_no_answer_to_any_request_says_why(answer):
    assert all_failed([answer(status=None, error="timeout")]) == "GET /x got no answer: timeout"
    assert all_failed([answer(status=None)]) == "GET /x got no answer: no reason given"
