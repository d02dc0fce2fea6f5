"""Labels: strata, loads, what a trial measures, and counts in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bench.model.experiment import StratumValue
from bench.model.load_level import ArrivalRate, LoadLevel, Users
from bench.model.plan import PlannedTrial

_MODELS = {
    "users": "Closed model: response time with N in flight, from the send to the last byte.",
    "rate": "Open model: response time from the intended send to the last byte.",
}


def label_stratum(stratum: Mapping[str, StratumValue]) -> str:
    """Name a stratum by its conditions, as `latency=0.1, rows=10`; the only one is empty."""
    return ", ".join(f"{name}={_value(value)}" for name, value in stratum.items())


def key_of_stratum(stratum: Mapping[str, StratumValue]) -> str:
    """Return what two equal strata share, whatever the order of their conditions."""
    return repr(sorted((name, repr(value)) for name, value in stratum.items()))


def label_measured(trial: PlannedTrial) -> str:
    """Name what a trial measures: a variant, or the two of a duet."""
    if trial.mode == "solo":
        return trial.variant
    if trial.baseline == trial.variant:
        return f"{trial.variant}, duet"
    return f"{trial.baseline} against {trial.variant}, duet"


def label_load(load: LoadLevel | None) -> str:
    """Name a load level; where there is none, it is the level itself that was looked for."""
    return "knee" if load is None else str(load)


def size_of_load(load: LoadLevel | None) -> tuple[str, float]:
    """Return what sorts load levels: the model, then the size; what has none comes last."""
    match load:
        case None:
            return "without", 0.0
        case Users(users=users):
            return "users", users
        case ArrivalRate(rate=rate):  # pragma: no branch - the last of the union
            return "rate", rate


def describe_load_model(loads: Iterable[LoadLevel | None]) -> str:
    """Say what a response time is under the load models that occur."""
    models = {size_of_load(load)[0] for load in loads}
    return " ".join(text for model, text in _MODELS.items() if model in models)


def counted(number: int, singular: str, plural: str = "") -> str:
    """Write a number with its noun.

    >>> counted(1, "trial"), counted(3, "trial")
    ('1 trial', '3 trials')
    """
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def _value(value: StratumValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
