"""Environments that are kept: only whole ones are used, and only unused ones go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.execution.trees.environment_cache import EnvironmentCache, open_cache

_KEY = "0" * 32
_DAY_S = 86_400.0


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(tmp_path: Path, clock: Clock) -> EnvironmentCache:
    return EnvironmentCache(tmp_path, clock)


def made(cache: EnvironmentCache) -> Path:
    environment = cache.begin(_KEY)
    (environment.path / "python").touch()
    cache.keep(environment)
    cache.let_go(environment)
    return environment.path


def found(cache: EnvironmentCache, **options: float) -> Path | None:
    environment = cache.find(_KEY, **options)
    if environment is None:
        return None
    cache.let_go(environment)
    return environment.path


def test_a_whole_environment_is_found_again(cache: EnvironmentCache) -> None:
    path = made(cache)
    assert found(cache) == path
    assert (path / "python").exists()
    assert cache.find("1" * 32) is None


def test_one_that_was_broken_off_is_never_used(cache: EnvironmentCache) -> None:
    environment = cache.begin(_KEY)
    assert found(cache) is None
    os.close(environment.lock)  # as when its gate is killed
    assert found(cache) is None


def test_one_that_is_not_kept_goes_when_it_is_let_go(cache: EnvironmentCache) -> None:
    environment = cache.begin(_KEY)
    cache.let_go(environment)
    assert not environment.path.exists()


def test_paths_of_all_environments_are_equally_long(cache: EnvironmentCache) -> None:
    assert len({len(str(made(cache))) for _ in range(3)}) == 1


def test_only_young_ones_are_found_where_that_is_asked_for(
    cache: EnvironmentCache, clock: Clock
) -> None:
    path = made(cache)
    clock.now_s += 2 * _DAY_S
    assert found(cache, made_within_s=_DAY_S) is None
    assert found(cache, made_within_s=3 * _DAY_S) == path


def test_a_month_without_use_is_the_end(cache: EnvironmentCache, clock: Clock) -> None:
    path = made(cache)
    clock.now_s += 29 * _DAY_S
    assert found(cache) == path
    clock.now_s += 29 * _DAY_S
    cache.tidy()
    assert path.exists()
    clock.now_s += 2 * _DAY_S
    cache.tidy()
    assert not path.exists()


def test_one_in_use_is_not_removed_however_old(cache: EnvironmentCache, clock: Clock) -> None:
    path = made(cache)
    held = cache.find(_KEY)
    assert held is not None
    clock.now_s += 99 * _DAY_S
    cache.tidy()
    assert path.exists()
    cache.let_go(held)
    cache.tidy()
    assert not path.exists()


def test_what_was_broken_off_is_removed_and_what_is_being_made_is_not(
    cache: EnvironmentCache, tmp_path: Path
) -> None:
    broken = cache.begin(_KEY)
    os.close(broken.lock)
    making = cache.begin(_KEY)
    later_s = making.path.stat().st_mtime + 7200
    EnvironmentCache(tmp_path, lambda: later_s).tidy()
    assert not broken.path.exists()
    assert making.path.exists()
    cache.let_go(making)


@pytest.mark.parametrize("text", ["", "{}", "half a li"])
def test_a_broken_marker_is_no_marker(cache: EnvironmentCache, text: str) -> None:
    path = made(cache)
    (path / "pairbench-environment.json").write_text(text)
    assert found(cache) is None


def test_the_cache_is_the_users_unless_another_is_chosen(tmp_path: Path) -> None:
    for chosen, environment, expected in (
        (tmp_path / "own", {}, tmp_path / "own"),
        (None, {"XDG_CACHE_HOME": str(tmp_path / "x")}, tmp_path / "x/pairbench/environments"),
        (None, {"HOME": str(tmp_path)}, tmp_path / ".cache/pairbench/environments"),
        (None, {"HOME": "/proc/nowhere"}, tmp_path / "fallback"),
        (None, {}, tmp_path / "fallback"),
    ):
        cache = open_cache(chosen, tmp_path / "fallback", environment)
        environment_made = cache.begin(_KEY)
        assert environment_made.path.parent == expected.resolve()
        cache.let_go(environment_made)
