"""The sheet of `bench show`: one experiment in full."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping

from bench.model.experiment import Experiment, Load, PresetLoad, PresetName, Service
from bench.model.flow import FlowRequest, SeededValue
from bench.model.needs import Needs
from bench.model.same import Same
from bench.model.stream import Stream
from bench.model.threshold import Threshold
from bench.model.variant import Gunicorn, Uvicorn, Variant
from bench.reporting.labels import counted
from bench.reporting.listing import write_ladder
from bench.reporting.number_text import PERCENT, in_unit
from bench.reporting.table import Column, Row, Section, Table, without_empty_columns
from bench.units import format_duration


def build_experiment_sheet(experiment: Experiment) -> Section:
    """Build all that is known of an experiment: its facts, its variants, its flow, its presets."""
    file = experiment.file
    tables = [_facts(experiment), _variants(experiment)]
    if file.flow:
        tables.append(_flow(file.flow))
    if file.stream:
        tables.append(_stream(file.stream))
    if file.values:
        tables.append(_values(file.values))
    if file.thresholds:
        tables.append(_thresholds(file.thresholds))
    if file.presets:
        tables.append(_presets(file.presets))
    return Section(
        title=experiment.name, paragraphs=(f"Question: {file.title}",), tables=tuple(tables)
    )


def _facts(experiment: Experiment) -> Table:
    file = experiment.file
    facts = (
        ("factor", file.factor),
        ("file", str(experiment.path)),
        ("load", write_ladder(experiment)),
        *_load(file.load),
        ("window", format_duration(file.window)),
        ("repetitions", str(file.repetitions)),
        *((f"stratum {name}", ", ".join(map(str, values))) for name, values in file.strata.items()),
        ("needs", _needs(file.needs)),
        ("services", "; ".join(map(_service, file.services))),
        ("scenario", file.scenario or ""),
        ("driver", shlex.join(file.driver or ())),
        ("same answers", _same(file.same)),
        ("target cores", str(file.cores)),
    )
    return Table(
        columns=(Column(title="what"), Column(title="value", foldable=True)),
        rows=tuple(Row(cells=fact) for fact in facts if fact[1]),
    )


def _load(load: Load) -> Iterable[tuple[str, str]]:
    yield "load model", "closed" if load.users else f"open, {load.arrivals} arrivals"
    if load.search:
        yield "rates tried", f"from {load.search_from:g} to at most {load.search_to:g} per second"
    if not load.users:
        yield "requests in flight", f"at most {load.max_users}"
    yield "connections", load.connections
    if load.bystander:
        yield "bystander", f"{load.bystander.path} at {load.bystander.rate:g} per second"
    yield "errors allowed", f"{in_unit(load.max_error_ratio, PERCENT)} %"
    yield "timeout", format_duration(load.timeout)


def _needs(needs: Needs) -> str:
    asked = (
        counted(needs.cores, "core") if needs.cores > 1 else "",
        f"Python {needs.python}" if needs.python else "",
        "ptrace" if needs.ptrace else "",
        *needs.commands,
        *(shlex.join(command) for command in needs.prepare),
    )
    return ", ".join(filter(None, asked))


def _service(service: Service) -> str:
    return service if isinstance(service, str) else f"{service.name}: {shlex.join(service.command)}"


def _same(same: Same) -> str:
    if not same.check:
        return "not checked"
    ignored = f", ignoring {', '.join(same.ignore)}" if same.ignore else ""
    return f"checked for {counted(same.tasks, 'task')}{ignored}"


def _variants(experiment: Experiment) -> Table:
    variants = experiment.file.variants
    table = Table(
        title="Variants",
        columns=(
            Column(title="variant"),
            Column(title="role", rank=1),
            Column(title="started as", foldable=True),
            Column(title="ready", rank=2),
            Column(title="environment", rank=3, foldable=True),
        ),
        rows=tuple(
            Row(
                cells=(
                    name,
                    "baseline" if name == experiment.baseline else "candidate",
                    _start(variant),
                    experiment.ready_path(name) or "accepts connections",
                    ", ".join(f"{key}={value}" for key, value in variant.env.items()),
                )
            )
            for name, variant in variants.items()
        ),
    )
    return without_empty_columns(table)


def _start(variant: Variant) -> str:
    if variant.url is not None:
        return f"runs already at {variant.url}; not fresh: its trials share its state"
    match variant.server:
        case Uvicorn() as server:
            words = ["uvicorn", variant.app or "", "--loop", server.loop, "--http", server.http]
        case Gunicorn() as server:
            words = ["gunicorn", variant.app or "", "--worker-class", server.worker_class]
            words += ["--threads", str(server.threads)]
        case None:  # pragma: no branch - the last of the union
            return shlex.join(variant.command or ())
    return shlex.join([*words, "--workers", str(server.workers), *server.options])


def _flow(flow: Iterable[FlowRequest]) -> Table:
    table = Table(
        title="Flow",
        columns=(
            Column(title="request", foldable=True),
            Column(title="name", foldable=True, rank=2),
            Column(title="body", foldable=True, rank=3),
            Column(title="weight", align="right", rank=1),
            Column(title="think", align="right", rank=1),
            Column(title="right status", align="right", rank=1),
            Column(title="expected", foldable=True, rank=3),
            Column(title="extracted", foldable=True, rank=3),
        ),
        rows=tuple(
            Row(
                cells=(
                    f"{request.method} {request.path}",
                    request.name or "",
                    request.body or _json(request.json_body),
                    "" if request.weight is None else f"{request.weight:g}",
                    format_duration(request.think) if request.think else "",
                    "" if request.status is None else str(request.status),
                    ", ".join(f"{place} = {_json(is_)}" for place, is_ in request.expect.items()),
                    ", ".join(f"{name} = {place}" for name, place in request.extract.items()),
                )
            )
            for request in flow
        ),
    )
    return without_empty_columns(table)


def _stream(stream: Stream) -> Table:
    declared = stream.model_dump(mode="json", exclude_defaults=True)
    durations = {"send_every", "hold", "silence"}
    return Table(
        title="Stream",
        columns=(Column(title="what"), Column(title="value", foldable=True)),
        rows=tuple(
            Row(
                cells=(
                    name,
                    format_duration(value) if name in durations else _plain(value),
                )
            )
            for name, value in declared.items()
        ),
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else _json(value)


def _values(values: Mapping[str, SeededValue]) -> Table:
    return Table(
        title="Values",
        columns=(Column(title="name"), Column(title="drawn for each round", foldable=True)),
        rows=tuple(
            Row(cells=(name, _json(value.model_dump(mode="json", exclude_none=True))))
            for name, value in values.items()
        ),
    )


def _thresholds(thresholds: Iterable[Threshold]) -> Table:
    table = Table(
        title="Thresholds",
        columns=(
            Column(title="check", foldable=True),
            Column(title="load", align="right", rank=1),
            Column(title="request", foldable=True, rank=1),
            Column(title="strata", foldable=True, rank=1),
        ),
        rows=tuple(
            Row(
                cells=(
                    str(threshold.check),
                    ", ".join(map(str, threshold.loads)),
                    threshold.name or "",
                    ", ".join(f"{key}={list(only)}" for key, only in threshold.stratum.items()),
                )
            )
            for threshold in thresholds
        ),
        notes=("Held for every variant, load level and stratum, except as it says.",),
    )
    return without_empty_columns(table)


def _json(body: object) -> str:
    return "" if body is None else json.dumps(body, ensure_ascii=False)


def _presets(presets: Mapping[PresetName, PresetLoad]) -> Table:
    table = Table(
        title="Presets",
        columns=(
            Column(title="preset"),
            Column(title="ladder", foldable=True),
            Column(title="window", align="right"),
            Column(title="repetitions", align="right"),
            Column(title="strata", foldable=True),
        ),
        rows=tuple(_preset(name, change) for name, change in presets.items()),
        notes=("Where a preset says nothing, the experiment's own value holds.",),
    )
    return without_empty_columns(table)


def _preset(name: str, change: PresetLoad) -> Row:
    ladder = change.users or change.rate or ()
    strata = (f"{key}={list(values)}" for key, values in (change.strata or {}).items())
    return Row(
        cells=(
            name,
            ", ".join(f"{level:g}" for level in ladder),
            "" if change.window is None else format_duration(change.window),
            "" if change.repetitions is None else str(change.repetitions),
            ", ".join(strata),
        )
    )
