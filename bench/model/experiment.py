"""Experiment files: a question, its variants, its scenario and its load."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt
from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from bench.model.condition import SearchedCondition, as_tuple
from bench.model.duration import Duration
from bench.model.flow import FlowRequest, SeededValue, ValueName, refuse_unknown_values
from bench.model.gate_settings import GateSettings
from bench.model.load_level import ArrivalRate, LoadLevel, Users
from bench.model.needs import Needs
from bench.model.record import Record
from bench.model.same import Same
from bench.model.stream import Stream
from bench.model.threshold import Threshold, WrittenThreshold, find_misfits, is_written
from bench.model.variant import Variant

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
StratumValue = str | int | float | bool
UserCount = Annotated[int, Field(strict=True, gt=0, le=1_000_000)]
Rate = Annotated[float, Field(strict=True, gt=0, le=10_000_000)]
PresetName = Literal["smoke", "quick", "article"]


class Bystander(Record):
    """A light user who calls a trivial route while others do the heavy thing."""

    rate: Rate = Field(description="requests per second, evenly spaced")
    path: str = Field(pattern="^/")


class Load(Record):
    """The ladder of load levels, and how each of its steps is driven."""

    users: tuple[UserCount, ...] = Field((), description="closed model: the ladder")
    rate: tuple[Rate, ...] = Field(
        (), description="open model: the ladder of tasks begun per second"
    )
    arrivals: Literal["even", "poisson"] = Field(
        "even", description="open model: the gaps between sends"
    )
    connections: Literal["keep-alive", "close"] = "keep-alive"
    bystander: Bystander | None = None
    search: Annotated[tuple[SearchedCondition, ...], BeforeValidator(as_tuple)] = Field(
        (),
        description="open model, instead of a ladder: find the highest rate at which this holds, "
        'such as "p99 < 250ms" or "error_ratio < 0.1%"; several in a list',
    )
    search_from: Rate = Field(10.0, description="search: the first rate that is tried")
    search_to: Rate = Field(100_000.0, description="search: the highest rate that is tried")
    spawn_rate: Rate | None = Field(
        None,
        description="closed model: users that start per second, on average; default: all of "
        "them within one service time",
    )
    max_error_ratio: Annotated[float, Field(ge=0, le=1)] = 0.0
    timeout: Annotated[Duration, Gt(0)] = Field(
        60.0, description="after this a request counts as failed"
    )
    connect_timeout: Annotated[Duration, Gt(0)] | None = Field(
        None, description="how long opening a connection may take; default: as timeout"
    )
    first_byte_timeout: Annotated[Duration, Gt(0)] | None = Field(
        None, description="how long the first byte of an answer may take; default: as timeout"
    )
    max_users: UserCount = Field(
        1000, description="open model: requests in flight at most; more are dropped"
    )
    max_warm_up: Annotated[Duration, Ge(2)] = Field(
        30.0, description="a level that needs a longer warm-up is skipped"
    )
    max_drain: Duration = Field(
        30.0, description="requests still open this long after the window are censored"
    )

    @model_validator(mode="after")
    def _has_one_ladder(self) -> Load:
        if sum(map(bool, (self.users, self.rate, self.search))) != 1:
            raise ValueError(
                "load has one of users = [...] (closed model), rate = [...] (open model) and "
                'search = "..." (open model, the highest rate that holds)'
            )
        if self.spawn_rate is not None and not self.users:
            raise ValueError("spawn_rate is for users = [...], who are started; rate starts tasks")
        if self.search_from > self.search_to:
            raise ValueError("search_from is at most search_to")
        ladder: tuple[float, ...] = self.users or self.rate
        if list(ladder) != sorted(set(ladder)):
            raise ValueError(f"a ladder rises, each level once; this one is {list(ladder)}")
        return self

    def spread_s(self, level: LoadLevel) -> float:
        """Over how long the users of a level start by the spawn rate; 0: at once."""
        if self.spawn_rate is None or not isinstance(level, Users):
            return 0.0
        return level.users / self.spawn_rate

    @property
    def levels(self) -> tuple[LoadLevel, ...]:
        """The ladder as load levels, lowest first; none, where the highest rate is searched."""
        if self.users:
            return tuple(Users(users=users) for users in self.users)
        return tuple(ArrivalRate(rate=rate) for rate in self.rate)


class PresetLoad(Record):
    """What a preset changes in an experiment: fewer levels, a shorter window."""

    users: tuple[UserCount, ...] | None = None
    rate: tuple[Rate, ...] | None = None
    window: Duration | None = None
    repetitions: Annotated[int, Field(strict=True, ge=1, le=1000)] | None = None
    strata: dict[Name, tuple[StratumValue, ...]] | None = None
    variants: tuple[Name, ...] | None = Field(None, description="only these, and the baseline")


class CommandService(Record):
    """A service of one's own: a command that listens on {host}:{port}."""

    name: Name
    command: Annotated[tuple[str, ...], Field(min_length=1)]
    ready: Annotated[str, Field(pattern="^/")] | None = Field(
        None,
        description="a path that answers below 400 once ready; default: it accepts connections",
    )
    env: dict[str, str] = Field(default_factory=dict)


Service = Literal["postgres", "upstream"] | CommandService


class ExperimentFile(Record):
    """An experiment file as it is written; paths in it are relative to the file."""

    title: str = Field(min_length=1, description="the question, in a few words")
    factor: str = Field("", description="the one thing in which the variants differ")
    root: str = Field(".", description="the folder that import strings start from")
    cores: Annotated[int, Field(strict=True, ge=1, le=1024)] = Field(
        1, description="cores that the target is pinned to"
    )
    needs: Needs = Field(Needs(), description="what a machine must have, or it is skipped there")
    services: tuple[Service, ...] = Field((), description="what targets need beside them")
    scenario: str | None = Field(None, description="a Python file with Locust users")
    flow: tuple[FlowRequest, ...] = Field((), description="a scenario declared right here")
    values: dict[ValueName, SeededValue] = Field(
        default_factory=dict, description="what ${name} in the flow stands for"
    )
    stream: Stream | None = Field(
        None, description="streams that each user opens and holds: WebSocket, server-sent events"
    )
    driver: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None,
        description="a command that speaks the driver protocol, for what Locust can't express",
    )
    strata: dict[Name, Annotated[tuple[StratumValue, ...], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="a named grid of conditions; variants are compared within each",
    )
    load: Load
    same: Same = Same()
    duet: bool = Field(
        False, description="whether the baseline and one other variant at a time share the load"
    )
    window: Duration = Field(10.0, description="the length of the part of a step that is analysed")
    repetitions: Annotated[int, Field(strict=True, ge=1, le=1000)] = 5
    ready: str | None = Field(
        None, pattern="^/", description="the ready path of variants that name none"
    )
    variants: Annotated[dict[Name, Variant], Field(min_length=1)]
    presets: dict[PresetName, PresetLoad] = Field(default_factory=dict)
    gate: GateSettings = Field(GateSettings(), description="what `bench gate` looks at")
    thresholds: tuple[WrittenThreshold, ...] = Field(
        (),
        description="what `bench run --check` holds the numbers against: checks such as "
        '"p99 < 250ms" or "loop.throughput > 2 * threads.throughput", alone or in a table that '
        "narrows them to load levels, a request or strata",
    )

    @field_validator("thresholds", mode="wrap")
    @classmethod
    def _thresholds_fit(
        cls, given: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> tuple[Threshold, ...]:
        given = (given,) if isinstance(given, str | dict) else given
        thresholds: tuple[Threshold, ...] = handler(given)
        for written, threshold in zip(given, thresholds, strict=True):
            # Those of a plan were looked up before it was narrowed to some of the variants.
            if is_written(written):
                _refuse_misfits(threshold, info.data)
        return thresholds

    @field_validator("window")
    @classmethod
    def _window_is_measurable(cls, window_s: float) -> float:
        if not 1 <= window_s <= 86_400:
            raise ValueError("a window lasts between 1 s and 24 h")
        return window_s

    @model_validator(mode="after")
    def _fits_together(self) -> ExperimentFile:
        ways = [self.scenario, self.flow, self.stream, self.driver]
        if sum(map(bool, ways)) != 1:
            raise ValueError("an experiment has exactly one of scenario, flow, stream and driver")
        if self.values and not self.flow:
            raise ValueError("values belong to a flow, and there is none")
        baselines = [name for name, variant in self.variants.items() if variant.baseline]
        if len(baselines) > 1:
            raise ValueError(f"only one variant is the baseline, not {' and '.join(baselines)}")
        if len(self.variants) > 1 and not baselines:
            raise ValueError("one variant is the baseline: give it baseline = true")
        for preset, change in self.presets.items():
            other = change.rate if self.load.users else change.users
            if self.load.search and (change.users or change.rate):
                raise ValueError(f"presets.{preset} gives a ladder, and load has a search")
            if other:
                raise ValueError(f"presets.{preset} gives a ladder of the other kind than load")
            for unknown in set(change.strata or {}) - set(self.strata):
                raise ValueError(f"presets.{preset}.strata.{unknown} is not in strata")
            for unknown in set(change.variants or ()) - set(self.variants):
                raise ValueError(f"presets.{preset}.variants: there is no {unknown}")
        return self

    @model_validator(mode="after")
    def _values_are_given(self) -> ExperimentFile:
        extracted = {name for request in self.flow for name in request.extract}
        for both in extracted & self.values.keys():
            raise ValueError(f"{both!r} is a value and extracted from an answer: rename one")
        refuse_unknown_values(self.flow, self.values)
        return self

    @model_validator(mode="after")
    def _strata_are_told_apart(self) -> ExperimentFile:
        names: dict[str, str] = {}
        for name in self.strata:
            variable = re.sub("[-.]", "_", name).upper()
            if variable in names:
                raise ValueError(f"strata {names[variable]} and {name} would be one variable")
            names[variable] = name
        return self


def _refuse_misfits(threshold: Threshold, fields: Mapping[str, Any]) -> None:
    """Refuse what a threshold names and nothing has, as far as the other fields are sound."""
    if not {"variants", "strata", "load", "presets"} <= fields.keys():
        return
    load: Load = fields["load"]
    presets: Iterable[PresetLoad] = fields["presets"].values()
    misfits = find_misfits(
        threshold,
        variants=tuple(fields["variants"]),
        strata={
            name: [*values, *(v for each in presets for v in (each.strata or {}).get(name, ()))]
            for name, values in fields["strata"].items()
        },
        model="users" if load.users else "rate" if load.rate else "search",
    )
    for misfit in misfits:
        raise ValueError(misfit)


class Experiment(Record):
    """An experiment that can be run: what its file says, its name and where it lies."""

    name: Name
    path: Path
    file: ExperimentFile

    @property
    def folder(self) -> Path:
        """The folder of the experiment file, absolute."""
        return self.path.parent

    @property
    def root(self) -> Path:
        """The folder that import strings start from, absolute."""
        return (self.folder / self.file.root).resolve()

    @property
    def baseline(self) -> str:
        """The name of the variant that the others are compared with."""
        marked = (name for name, variant in self.file.variants.items() if variant.baseline)
        return next(marked, next(iter(self.file.variants)))

    def ready_path(self, variant: str) -> str | None:
        """Return the path that shows a variant's readiness; None: it accepts connections."""
        return self.file.variants[variant].ready or self.file.ready
