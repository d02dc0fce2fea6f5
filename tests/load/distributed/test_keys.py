from __future__ import annotations

import pytest

from bench.load.distributed.keys import derive_keys, read_token
from bench.load.failure import DriverFailure


def test_equal_tokens_give_equal_keys_and_others_others() -> None:
    assert derive_keys("a token of ours") == derive_keys("a token of ours")
    assert derive_keys("a token of ours").public != derive_keys("a token of theirs").public


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "no token"),
        ({"PAIRBENCH_TOKEN": " "}, "no token"),
        ({"PAIRBENCH_TOKEN": "short"}, "too short"),
    ],
)
def test_a_token_is_long_enough_not_to_be_guessed(variables: dict[str, str], said: str) -> None:
    with pytest.raises(DriverFailure, match=said):
        read_token(variables)


def test_the_blanks_around_a_token_are_none_of_it() -> None:
    assert read_token({"PAIRBENCH_TOKEN": " a token of ours\n"}) == "a token of ours"
