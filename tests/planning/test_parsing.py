from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import ExperimentFileError
from bench.model.load_level import Users
from bench.planning.parsing import parse_experiment, parse_suite

PATH = Path("/somewhere/shop.toml")
TEN_LINES = """
title = "My shop"
[load]
users = [1, 10, 50]
[[flow]]
path = "/"
[variants.mine]
command = ["node", "server.js", "{port}"]
ready = "/health"
"""


def complaints(text: str) -> str:
    with pytest.raises(ExperimentFileError) as caught:
        parse_experiment(text, PATH)
    return "\n".join([caught.value.message, *caught.value.evidence])


def test_ten_lines_are_enough_for_a_service_of_ones_own() -> None:
    experiment = parse_experiment(TEN_LINES, PATH)
    assert experiment.name == "shop"
    assert experiment.baseline == "mine"
    assert experiment.file.load.levels == (Users(users=1), Users(users=10), Users(users=50))
    assert experiment.ready_path("mine") == "/health"


def test_durations_are_read_as_seconds() -> None:
    experiment = parse_experiment('window = "1.5s"\n' + TEN_LINES, PATH)
    assert experiment.file.window == 1.5


def test_text_that_is_no_toml_is_named_with_its_line() -> None:
    assert "line 2" in complaints("title = 'a'\nload = = 3")


def test_an_unknown_key_is_named_with_the_nearest_one() -> None:
    said = complaints(TEN_LINES.replace("users =", "user ="))
    assert "load.user: unknown key; did you mean users?" in said


def test_an_unknown_key_that_resembles_nothing_is_named_alone() -> None:
    assert "zzz: unknown key" in complaints("zzz = 1\n" + TEN_LINES)


def test_a_wrong_type_is_named_with_the_value_that_was_found() -> None:
    said = complaints(TEN_LINES.replace("[1, 10, 50]", '["many"]'))
    assert "load.users.0" in said
    assert "'many'" in said


def test_a_long_wrong_value_is_cut_in_the_message() -> None:
    said = complaints(TEN_LINES.replace("[1, 10, 50]", f'["{"x" * 200}"]'))
    assert "..." in said
    assert "x" * 100 not in said


def test_a_missing_key_is_named() -> None:
    assert "title: field required" in complaints(TEN_LINES.replace('title = "My shop"', ""))


def test_a_wrong_duration_says_how_to_write_one() -> None:
    assert '"100ms"' in complaints('window = "soon"\n' + TEN_LINES)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("users = [1, 10, 50]", ""), "load has one of users"),
        (("users = [1, 10, 50]", "users = [10, 1]"), "a ladder rises"),
        (('path = "/"', 'path = "x"'), "path starts with a slash"),
        (('path = "/"', 'path = "/"\njson = 1\nbody = "x"'), "json or body"),
        (('[[flow]]\npath = "/"', ""), "exactly one of scenario, flow, stream and driver"),
        (("ready =", "app = 'a:b'\nready ="), "a variant has one of app"),
        (('command = ["node", "server.js", "{port}"]', "app = 'a:b'"), "app and server"),
        (
            ('command = ["node", "server.js", "{port}"]', "app='a'\nserver={name='uvicorn'}"),
            "app is an import string",
        ),
        (('ready = "/health"', 'ready = "health"'), "starts with a slash"),
        (("[load]", 'window = "10ms"\n[load]'), "between 1 s and 24 h"),
        (("[variants.mine]", "[variants.two]\ncommand=['x']\n[variants.mine]"), "baseline = true"),
        (
            (
                "[variants.mine]",
                "[variants.two]\nbaseline=true\ncommand=['x']\n[variants.mine]\nbaseline=true",
            ),
            "only one variant is the baseline",
        ),
        (("[load]", "[presets.quick]\nrate=[1.0]\n[load]"), "a ladder of the other kind"),
        (
            ("[load]\nusers = [1, 10, 50]", "[presets.quick]\nrate=[1.0]\n[load]\nsearch='p99<1s'"),
            "gives a ladder, and load has a search",
        ),
        (
            ("users = [1, 10, 50]", "search='p99<1s'\nsearch_from=9.0\nsearch_to=8.0"),
            "search_from is at most search_to",
        ),
        (("[load]", "[presets.quick.strata]\nsize=[1]\n[load]"), "is not in strata"),
        (("[load]", "[presets.quick]\nvariants=['x']\n[load]"), "variants: there is no x"),
        (("[load]", "window = -1\n[load]"), "duration can't be"),
        (("users = [1, 10, 50]", "users = [1]\ntimeout = 0"), "greater than 0"),
        (("users = [1, 10, 50]", "users = [1]\nmax_warm_up = 1"), "greater than or equal to 2"),
        (("users = [1, 10, 50]", "rate = [1.0]\nspawn_rate = 5.0"), "is for users = [...]"),
        (("[load]", "[strata]\na-b = [1]\na_b = [2]\n[load]"), "would be one variable"),
    ],
)
def test_what_does_not_fit_together_is_explained(change: tuple[str, str], complaint: str) -> None:
    assert complaint in complaints(TEN_LINES.replace(*change))


def test_a_file_name_that_can_not_be_a_name_is_refused() -> None:
    with pytest.raises(ExperimentFileError, match="can't be the name"):
        parse_experiment(TEN_LINES, Path("/somewhere/my shop!.toml"))


def test_keys_with_capitals_are_named_in_full() -> None:
    said = complaints(TEN_LINES.replace("[variants.mine]", "[variants.Mine]\nfoo = 1"))
    assert "variants.Mine.foo: unknown key" in said
    assert "variants.mine.env.FOO" in complaints(TEN_LINES + "env = { FOO = 1 }")


def test_a_service_that_is_none_is_named_by_its_place() -> None:
    said = complaints("services = ['postgre']\n" + TEN_LINES)
    assert "services.0" in said
    assert "CommandService" not in said.replace("instance of CommandService", "")


def test_a_file_nested_without_end_is_no_traceback() -> None:
    assert "nested too deeply" in complaints("x = " + "[" * 5000 + "]" * 5000)


def test_true_is_no_number() -> None:
    assert "load.users.0" in complaints(TEN_LINES.replace("[1, 10, 50]", "[true]"))


def test_a_suite_names_sets_of_experiments() -> None:
    suite = parse_suite('[sets]\ncore = ["a", "b"]', PATH)
    assert suite.sets == {"core": ("a", "b")}


def test_paths_follow_from_where_the_file_lies() -> None:
    experiment = parse_experiment('root = ".."\n' + TEN_LINES, PATH)
    assert experiment.folder == Path("/somewhere")
    assert experiment.root == Path("/")
