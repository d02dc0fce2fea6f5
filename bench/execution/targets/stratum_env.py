"""A stratum's conditions as environment variables, alike for targets, scenarios and drivers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bench.model.experiment import StratumValue


def stratum_env(stratum: Mapping[str, StratumValue]) -> dict[str, str]:
    """Return a stratum's conditions as environment variables.

    >>> stratum_env({"pool-size": 15})
    {'STRATUM_POOL_SIZE': '15'}
    """
    return {f"STRATUM_{variable_name(name)}": value_text(of) for name, of in stratum.items()}


def variable_name(name: str) -> str:
    """Return a name as environment variables are written.

    >>> variable_name("upstream-latency.p99")
    'UPSTREAM_LATENCY_P99'
    """
    return re.sub(r"[-.]", "_", name).upper()


def value_text(value: StratumValue) -> str:
    """Return a stratum's value as text: booleans as in TOML, all else as Python writes it.

    >>> [value_text(value) for value in ("20ms", 15, 0.5, True)]
    ['20ms', '15', '0.5', 'true']
    """
    return str(value).lower() if isinstance(value, bool) else str(value)
