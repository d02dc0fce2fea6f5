from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bench.analysis.json_paths import MISSING, JsonPath, find_json_differences, remove_paths
from bench.model.same import Same

KEYS = st.text(max_size=4)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(KEYS, children, max_size=3),
    max_leaves=12,
)
PATH = r"""\$(\.[a-zé-]+|\[[0-9]{1,9}\]|\[\*\]|\["([^"\\\x00-\x1f]|\\["n]|\\u00e9)*"\])+"""
PIECES = st.lists(
    st.sampled_from([*'$.[]*"\\u0a \n\t\x01\x1c\x85٣é', '["', '"]', ".a", "[0]", "[*]", "\\u00e9"])
).map(lambda pieces: "$" + "".join(pieces))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("$.a.b", ("a", "b")),
        ("$.a[*].c", ("a", None, "c")),
        ("$[0][12]", (0, 12)),
        ('$["a b"].x-y["q\\"."]', ("a b", "x-y", 'q".')),
    ],
)
def test_paths_are_read_step_by_step(text, steps):
    assert JsonPath(text).steps == steps


@pytest.mark.parametrize(
    "text",
    ["", "$", "a.b", "$a", "$.", "$..a", "$.a[", "$.a[-1]", "$.a[x]", "$.*", "$.a b", "$.a."],
)
def test_a_path_that_cannot_be_understood_is_refused(text):
    with pytest.raises(ValueError, match=r"path|understood"):
        JsonPath(text)


def is_accepted(text):
    try:
        Same(ignore=(f"json:{text}",))
    except ValidationError:
        return False
    return True


def is_parsed(text):
    try:
        return bool(JsonPath(text).steps)
    except ValueError:
        return False


@given(st.from_regex(PATH, fullmatch=True, alphabet=st.characters(codec="utf-8")))
def test_an_experiment_file_accepts_what_is_parsed(text):
    assert is_accepted(text)
    assert is_parsed(text)


@given(PIECES)
def test_an_experiment_file_accepts_a_path_if_and_only_if_it_is_parsed(text):
    assert is_accepted(text) == is_parsed(text)


@pytest.mark.parametrize(
    "text",
    ["$", "$..x", "$.items[].id", "$a", "$.a ", "$.a\n", "$[-1]", '$["\\x"]', "$[٣]", "$.a\x01"],
)
def test_an_experiment_file_refuses_odd_paths(text):
    assert (is_accepted(text), is_parsed(text)) == (False, False)


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("$.a", {"b": [{"c": 1, "d": 2}, {"c": 3}]}),
        ("$.b[0]", {"a": 0, "b": [{"c": 3}]}),
        ("$.b[*]", {"a": 0, "b": []}),
        ("$.b[1].c", {"a": 0, "b": [{"c": 1, "d": 2}, {}]}),
        ("$.b[*].d", {"a": 0, "b": [{"c": 1}, {"c": 3}]}),
        ("$[*][0]", {"a": 0, "b": [{"c": 3}]}),
        ("$.a.b.c", {"a": 0, "b": [{"c": 1, "d": 2}, {"c": 3}]}),
        ("$.nowhere", {"a": 0, "b": [{"c": 1, "d": 2}, {"c": 3}]}),
    ],
)
def test_what_a_path_leads_to_is_removed(path, left):
    document = {"a": 0, "b": [{"c": 1, "d": 2}, {"c": 3}]}

    assert remove_paths(document, [JsonPath(path)]) == left


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document):
    assert list(find_json_differences(document, document)) == []


@given(DOCUMENTS, DOCUMENTS)
def test_documents_without_a_difference_are_equal(left, right):
    differences = list(find_json_differences(left, right))

    if not differences:
        assert left == right


@given(DOCUMENTS, DOCUMENTS)
def test_removing_every_path_that_differs_leaves_no_difference(left, right):
    paths = [path for path, _, _ in find_json_differences(left, right)]
    if "$" in paths or '[""]' in "".join(paths):
        return

    stripped = [remove_paths(document, map(JsonPath, paths)) for document in (left, right)]

    assert list(find_json_differences(*stripped)) == []


def test_what_only_one_document_has_is_a_difference():
    found = list(find_json_differences({"a": None, "c": [1]}, {"b b": 2, "c": [1, 2]}))

    assert found == [
        ("$.a", None, MISSING),
        ("$.c[1]", MISSING, 2),
        ('$["b b"]', MISSING, 2),
    ]
    assert repr(MISSING) == "nothing"


@pytest.mark.parametrize(("left", "right"), [(True, 1), (0, False), ([], {}), ("1", 1), (None, 0)])
def test_values_of_different_kinds_differ(left, right):
    assert list(find_json_differences(left, right)) == [("$", left, right)]


def test_documents_may_be_nested_deeper_than_pythons_stack():
    left, right = 1, 2
    for _ in range(5000):
        left, right = [left], [right]

    ((path, _, _),) = find_json_differences(left, right)

    assert path == "$" + "[0]" * 5000
