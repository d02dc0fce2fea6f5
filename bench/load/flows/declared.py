"""The user class of a flow that an experiment file declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.load.configuration import FlowStep
from bench.load.flows.users import FlowUser


def build_flow_user(
    flow: Sequence[FlowStep], values: Mapping[str, Mapping[str, Any]]
) -> type[FlowUser]:
    """Return the user class of a declared flow."""
    make_class: Any = type(FlowUser)  # Locust's own metaclass
    made: type[FlowUser] = make_class(
        "FlowUser",
        (FlowUser,),
        {"abstract": False, "flow": tuple(flow), "values": dict(values)},
    )
    return made
