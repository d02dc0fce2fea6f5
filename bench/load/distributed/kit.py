"""The kit: all that a worker needs beside an installed pairbench, packed by the master.

It holds the load configuration, the scenario's source and the environment variables that scenarios
read. A worker that finds the same scenario file in the same place uses that one, with what lies
beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.load.configuration import LoadConfig
from bench.load.failure import DriverFailure

Kit = dict[str, Any]


def pack_kit(config_path: Path, variables: Iterable[str], environment: Mapping[str, str]) -> Kit:
    """Pack a kit.

    Raises:
        DriverFailure: a file can't be read.
    """
    try:
        config = json.loads(config_path.read_text())
        scenario = _pack_scenario(config.pop("scenario", None))
    except (OSError, ValueError) as error:
        raise DriverFailure("scenario", f"What workers need can't be read: {error}") from error
    given = {name: environment[name] for name in variables if name in environment}
    return {"config": config, "scenario": scenario, "environment": given}


def share_kit(kit: Kit, index: int, workers: int) -> Kit:
    """Return a worker's share of a kit: part of the users allowed; the bystander, if the first."""
    config = dict(kit["config"])
    if config.get("max_users"):
        config["max_users"] = share(int(config["max_users"]), index, workers) or 1
    if index > 0:
        config["bystander"] = None
    return kit | {"config": config}


def share(total: int, index: int, workers: int) -> int:
    """Return one of so many parts of a whole, as equal as can be.

    >>> [share(10, index, 4) for index in range(4)]
    [3, 3, 2, 2]
    """
    return total // workers + (index < total % workers)


def unpack_kit(kit: Kit, folder: Path) -> LoadConfig:
    """Unpack a kit into a folder of the worker's own, and read its configuration.

    Raises:
        DriverFailure: it can't be written, or something in it is not as it must be.
    """
    config = dict(kit["config"])
    try:
        if kit["scenario"] is not None:
            config["scenario"] = str(_unpack_scenario(kit["scenario"], folder))
        path = folder / "generator.json"
        path.write_text(json.dumps(config, indent=1))
    except OSError as error:
        raise DriverFailure("storage", f"A worker can't write to {folder}: {error}") from error
    return LoadConfig.read(path)


def _pack_scenario(given: str | None) -> dict[str, str] | None:
    if not given:
        return None
    path = Path(given)
    source = path.read_text()
    return {
        "path": str(path),
        "source": source,
        "sha256": sha256(source.encode()).hexdigest(),
    }


def _unpack_scenario(scenario: Mapping[str, str], folder: Path) -> Path:
    source = scenario["source"]
    if sha256(source.encode()).hexdigest() != scenario["sha256"]:
        raise DriverFailure("generator", "The scenario was changed on its way to the worker.")
    own = Path(scenario["path"])
    if _read(own) == source:
        return own
    copy = folder / own.name
    copy.write_text(source)
    return copy


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except (OSError, ValueError):
        return None
