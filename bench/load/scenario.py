"""Scenario files: loaded by path, their users found."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Final

import locust

from bench.load.configuration import LoadConfig
from bench.load.failure import DriverFailure
from bench.load.flows.checks import prepare_flow
from bench.load.flows.declared import build_flow_user
from bench.load.flows.tasks import as_tasks
from bench.load.flows.users import FlowUser
from bench.load.flows.values import ValueSource
from bench.load.http.client import Endpoint
from bench.load.parked_users import ParkedUser
from bench.load.streams.declared import build_stream_user, read_stream_plan

_MODULE: Final = "pairbench_scenario"


def choose_users(config: LoadConfig, endpoint: Endpoint) -> list[type[locust.User]]:
    """Return the user classes that a configuration asks for.

    Raises:
        DriverFailure: the scenario can't be loaded, or something in it can't be sent.
    """
    if config.scenario is not None:
        classes = load_user_classes(config.scenario)
    elif config.stream is not None:
        classes = [build_stream_user(read_stream_plan(config.stream))]
    else:
        classes = [build_flow_user(config.flow, config.values)]
    return [_fit(one, endpoint) for one in classes]


def _fit(user_class: type[locust.User], endpoint: Endpoint) -> type[locust.User]:
    """Check a flow before it is sent; over TLS, whose handshakes block, it becomes tasks."""
    if not issubclass(user_class, FlowUser):
        return user_class
    try:
        prepare_flow(user_class.flow, endpoint.builder)
        ValueSource(user_class.values)
    except (ValueError, TypeError) as error:
        raise DriverFailure("scenario", f"The flow can't be sent: {error}") from error
    return user_class if endpoint.tls is None else as_tasks(user_class)


def load_user_classes(path: Path) -> list[type[locust.User]]:
    """Return the concrete user classes that a scenario file defines, in its order.

    Raises:
        DriverFailure: the file can't be imported, or has none.
    """
    module = _import(path)
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, locust.User)
    ]
    concrete = [
        one for one in dict.fromkeys(classes) if not one.abstract and one.__module__ == _MODULE
    ]
    if not concrete:
        raise DriverFailure(
            "scenario",
            f"{path}: the scenario defines no users. A user is a class like HttpUser of "
            "bench.load.users or of locust, with at least one @task.",
        )
    _check(path, concrete)
    return concrete


def choose_user_class(
    user_classes: Sequence[type[locust.User]], source: Random
) -> type[locust.User]:
    """Choose a user class at random, by the classes' weights."""
    if len(user_classes) == 1:
        return user_classes[0]
    weights = [max(one.weight, 0.0) for one in user_classes]
    return source.choices(user_classes, weights if any(weights) else None)[0]


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    if spec is None or spec.loader is None:
        raise DriverFailure("scenario", f"{path}: a scenario is a Python file (.py)")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    sys.path.insert(0, str(path.parent))  # a scenario may import what lies beside it
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the user's code may raise anything
        raise DriverFailure("scenario", _describe(path, error)) from error
    return module


def _describe(path: Path, error: BaseException) -> str:
    """Say where in the user's file it happened."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        line = error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        line = next(
            (frame.lineno for frame in reversed(frames) if frame.filename == str(path)), None
        )
    where = f"{path}, line {line}" if line else str(path)
    return f"{where}: {type(error).__name__}: {getattr(error, 'msg', None) or error}"


def _check(path: Path, classes: list[type[locust.User]]) -> None:
    for one in classes:
        if not one.tasks and not issubclass(one, ParkedUser):
            raise DriverFailure("scenario", f"{path}: the user class {one.__name__} has no tasks")
    names = [one.__name__ for one in classes]
    if len(set(names)) < len(names):
        raise DriverFailure("scenario", f"{path}: two user classes have one name: {sorted(names)}")
    if all(one.weight <= 0 and not one.fixed_count for one in classes):
        raise DriverFailure("scenario", f"{path}: every user class has a weight of 0")
