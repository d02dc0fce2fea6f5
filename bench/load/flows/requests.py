"""The requests of a flow, prepared: their bytes, and how their answers are judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

from bench.load.configuration import FlowStep
from bench.load.flows.places import Answered, NoSuchPlaceError, Place, parse_place
from bench.load.flows.template import (
    MissingValueError,
    Template,
    Values,
    as_text,
    fill,
    names_in,
)
from bench.load.http.names import name_as_ours
from bench.load.http.outcomes import CHECK_FAILED, OK, outcome_of_status
from bench.load.http.request_bytes import RequestBuilder

Check = Callable[[Answered, Values], str]
"""Returns what is wrong with an answer; empty, if nothing is."""

_SHOWN: Final = 80


class Verdict(NamedTuple):
    """What an answer is worth."""

    outcome: str
    reason: str
    """In words, why it failed; empty, where it did not."""
    extracted: Mapping[str, Any] | None = None


_GOOD: Final = Verdict(OK, "")


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """A request of a flow, ready to be sent again and again."""

    step: FlowStep
    name: str
    has_body: bool
    """Whether its answer has one: that to HEAD only tells its length."""
    fixed: bytes | None
    """Its bytes, where they are always the same."""
    names: frozenset[str]
    """The values that it needs."""
    depends_on_values: bool
    """Whether the same answer may be right for one round and wrong for another."""
    build: Callable[[Values], bytes]
    """Returns its bytes; raises `MissingValueError` or `ValueError`."""
    judge: Callable[[Answered, Values], Verdict]


def prepare_request(
    step: FlowStep, builder: RequestBuilder, checks: tuple[Check, ...] = ()
) -> PreparedRequest:
    """Prepare a step of a flow.

    Args:
        checks: further ones, of a scenario in Python.

    Raises:
        ValueError: it can't be sent, or names a place that is none.
    """
    names = names_in([step.path, dict(step.headers or {}), step.json, step.body])
    expected = names_in(dict(step.expect))
    build = partial(_build, step, builder)
    all_checks = (*_expectations(step.expect), *checks)
    places = {name: parse_place(place) for name, place in step.extract.items()}
    return PreparedRequest(
        step=step,
        name=name_as_ours(step.method, step.name or step.path),
        has_body=step.method != "HEAD",
        fixed=None if names else build({}),
        names=names | expected,
        depends_on_values=bool(expected or checks),
        build=build,
        judge=partial(_judge, step.status, all_checks, places),
    )


def _build(step: FlowStep, builder: RequestBuilder, values: Values) -> bytes:
    return builder.build(
        step.method,
        Template(step.path).render(values),
        headers={
            Template(name).render(values): Template(value).render(values)
            for name, value in (step.headers or {}).items()
        },
        json_body=fill(step.json, values),
        data=None if step.body is None else Template(step.body).render(values),
    )


def _judge(
    status: int | None,
    checks: tuple[Check, ...],
    places: Mapping[str, Place],
    answer: Answered,
    values: Values,
) -> Verdict:
    if status is None:
        outcome = outcome_of_status(answer.status)
        if outcome != OK:
            return Verdict(outcome, f"status {answer.status}")
    elif answer.status != status:
        return Verdict(CHECK_FAILED, f"status {answer.status} instead of {status}")
    for check in checks:
        if wrong := _run(check, answer, values):
            return Verdict(CHECK_FAILED, wrong)
    if not places:
        return _GOOD
    try:
        return Verdict(OK, "", {name: place(answer) for name, place in places.items()})
    except NoSuchPlaceError as error:
        return Verdict(CHECK_FAILED, f"nothing to extract: {error}")


def _run(check: Check, answer: Answered, values: Values) -> str:
    try:
        return check(answer, values)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's code may raise anything
        return f"a check raised {type(error).__name__}: {error}"


def _expectations(expect: Mapping[str, Any]) -> list[Check]:
    return [
        partial(_compare, place, parse_place(place), wanted) for place, wanted in expect.items()
    ]


def _compare(where: str, place: Place, wanted: Any, answer: Answered, values: Values) -> str:
    try:
        wanted = fill(wanted, values)
        found = place(answer)
    except (NoSuchPlaceError, MissingValueError) as error:
        return str(error)
    if found == wanted and isinstance(found, bool) == isinstance(wanted, bool):
        return ""
    if not where.startswith("json:") and found == as_text(wanted):
        return ""
    return f"{where} is {_shown(found)} instead of {_shown(wanted)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
