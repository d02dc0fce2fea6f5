"""Choose experiments by the names that were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.errors import UnknownNameError
from bench.model.suite import Suite


def choose_names(
    given: Sequence[str], known: Sequence[str], suite: Suite, default: str
) -> list[str]:
    """Resolve names of experiments and sets to names of experiments, each once, in order.

    Args:
        given: names of experiments or sets; none: those of the set `default`.
        known: the experiments that there are.
        suite: the sets that there are.
        default: the set that is meant where nothing is given.

    Raises:
        UnknownNameError: neither an experiment nor a set has that name.
    """
    chosen: dict[str, None] = {}
    for name in given or (default,):
        chosen |= dict.fromkeys(_resolve(name, known, suite.sets))
    return list(chosen)


def _resolve(name: str, known: Sequence[str], sets: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if name in known:
        return (name,)
    if name in sets:
        return sets[name]
    raise UnknownNameError("experiment", name, [*known, *sets])
