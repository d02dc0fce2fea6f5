"""Sameness: what may differ between the answers of an experiment's variants."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bench.model.record import Record


class Same(Record):
    """What may differ between the variants' answers to the same seeded requests."""

    check: bool = Field(True, description="false: the answers are not compared before load")
    tasks: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        8, description="how many tasks of one user are compared"
    )
    ignore: tuple[
        Annotated[
            str,
            Field(
                # What bench.analysis.json_paths reads, and no more: .name, [0], [*], ["a name"]
                pattern=r"^(header:[^\s:]+|body|json:\$("
                r"""\.[^.\[\]\s\x00-\x1f"*]+|\[[0-9]{1,9}\]|\[\*\]|"""
                r"""\["([^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*"\]"""
                r")+)$"
            ),
        ],
        ...,
    ] = Field((), description='header:NAME, body, or json:$ with .name, ["a name"], [0], [*]')
