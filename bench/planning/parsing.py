"""Experiment and suite files: from their text to checked records, with errors that name the key."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from bench.errors import ExperimentFileError
from bench.model.experiment import CommandService, Experiment, ExperimentFile
from bench.model.gate_settings import GateFile
from bench.model.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic_core import ErrorDetails

_Model = TypeVar("_Model", bound=BaseModel)
_UNKNOWN_KEY = "extra_forbidden"


def parse_experiment(text: str, path: Path) -> Experiment:
    """Read the text of an experiment file.

    Args:
        text: TOML.
        path: where it lies, absolute; its stem is the experiment's name.

    Raises:
        ExperimentFileError: no TOML, a wrong key, type or value; each is named.
    """
    file = _parse(text, path, ExperimentFile)
    try:
        return Experiment(name=path.stem, path=path, file=file)
    except ValidationError:
        raise ExperimentFileError(
            f"{path}: {path.stem!r} can't be the name of an experiment.",
            hint="Use up to 64 letters, digits, dots, dashes and underscores for the file's name.",
        ) from None


def parse_suite(text: str, path: Path) -> Suite:
    """Read the text of a suite file.

    Raises:
        ExperimentFileError: as for experiment files.
    """
    return _parse(text, path, Suite)


def parse_gate_file(text: str, path: Path) -> GateFile | None:
    """Read the text of a file that names experiments for a gate; None: it is an experiment itself.

    Raises:
        ExperimentFileError: as for experiment files.
    """
    return _parse(text, path, GateFile) if "experiments" in _load(text, path) else None


def _parse(text: str, path: Path, model: type[_Model]) -> _Model:
    document = _load(text, path)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise ExperimentFileError(
            f"{path} can't be used:",
            evidence=tuple(_explain(error.errors(), model)),
            hint="`bench schema` prints the format as JSON Schema; "
            "`bench show blocking-call` an example.",
        ) from None


def _load(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentFileError(f"{path} is not valid TOML: {error}.") from None
    except RecursionError:
        raise ExperimentFileError(f"{path} is nested too deeply to be read.") from None


def _explain(errors: Iterable[ErrorDetails], model: type[BaseModel]) -> Iterator[str]:
    for error in errors:
        key = _dotted(error["loc"]) or "the file as a whole"
        if error["type"] == _UNKNOWN_KEY:
            yield f"{key}: unknown key{_nearest(error['loc'], model)}"
        else:
            yield f"{key}: {_sentence(error)}"


def _sentence(error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("missing", "value_error"):
        return message[0].lower() + message[1:]
    return f"{message[0].lower()}{message[1:]}, found {_excerpt(error['input'])}"


def _excerpt(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _dotted(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if not _is_union_tag(part))


def _is_union_tag(part: int | str) -> bool:
    """Tell the parts that pydantic adds for members of a union from keys of the file."""
    return isinstance(part, str) and (part == CommandService.__name__ or "[" in part)


def _nearest(location: tuple[int | str, ...], model: type[BaseModel]) -> str:
    known = {name for each in _reachable(model) for name in _keys(each)}
    near = get_close_matches(str(location[-1]), sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name


def _reachable(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield a model and all models in the annotations of its fields; none contains itself."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _reachable(field.annotation)
    for argument in getattr(annotation, "__args__", ()):
        yield from _reachable(argument)
