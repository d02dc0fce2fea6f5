"""Keep what a benchmark measured as JSON: every round's raw values, and what they depend on."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from bench.execution.machine.source_version import read_source_version
from bench.storage.atomic import write_atomically
from benchmarks.asks import Ask
from benchmarks.ground import ROOT, Ground
from benchmarks.options import Options
from benchmarks.ratios import Spread
from benchmarks.servers import find_nginx

RESULTS: Final = ROOT / "benchmarks" / "results"

_FORMAT: Final = 1
_VERSION_WITHIN_S: Final = 10.0


class Kept:
    """A benchmark's document, written anew after each round, so that an abort loses one at most."""

    def __init__(
        self, name: str, options: Options, ground: Ground, *, folder: Path = RESULTS
    ) -> None:
        now = datetime.now(UTC)
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{now:%Y%m%dT%H%M%SZ}-{name}.json"
        commit, changed = read_source_version(ROOT)
        self._document: dict[str, Any] = {
            "format": _FORMAT,
            "benchmark": name,
            "measured_at": now.isoformat(timespec="seconds"),
            "commit": commit,
            "uncommitted_changes": changed,
            "options": asdict(options),
            "cores": {
                "server": ground.placement.target,
                "generator": ground.placement.generator,
                "shared": ground.placement.shared,
            },
            "tools": read_tool_versions(),
            "environment": ground.environment.model_dump(),
            "complete": False,
            "rounds": [],
        }

    def add(self, **values: Any) -> None:
        """Keep values beside the rounds."""
        self._document |= values

    def add_round(self, measured: Sequence[Mapping[str, Any]]) -> None:
        """Keep what a round measured."""
        self._document["rounds"].append(list(measured))
        self._write()

    def finish(self, ratios: Mapping[str, Spread | None], asks: Sequence[Ask]) -> None:
        """Keep what follows from the rounds."""
        self._document["ratios"] = {
            name: spread.model_dump() if spread else None for name, spread in ratios.items()
        }
        self._document["asks"] = [ask.model_dump() | {"reached": ask.reached} for ask in asks]
        self._document["complete"] = True
        self._write()

    def _write(self) -> None:
        write_atomically(self.path, json.dumps(self._document, indent=1) + "\n")


def read_tool_versions() -> dict[str, str | None]:
    """Return the versions of the tools that a number depends on; None where one isn't installed."""
    return {
        "nginx": _first_line(find_nginx(), "-v"),
        "wrk": _first_line(shutil.which("wrk"), "-v"),
        **{name: version(name) for name in ("locust", "gevent", "httptools", "uvloop")},
    }


def _first_line(program: str | None, argument: str) -> str | None:
    if program is None:
        return None
    # Both print their version to whichever stream they like, and wrk exits with 1.
    said = subprocess.run(
        [program, argument],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_VERSION_WITHIN_S,
        check=False,
    )
    return next(iter(said.stdout.splitlines()), "").strip()
