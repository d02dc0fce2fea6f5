"""py-spy, as a process of ours that looks into a target.

It reads the target's memory by ptrace, and stops it for a moment at each sample; nothing has to be
changed in the target.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bench.errors import ProfilerError
from bench.execution.supervision.processes import ProcessSpec, Supervisor

SAMPLES_PER_S: Final = 100


@dataclass(frozen=True)
class PySpy:
    """Looks into one process.

    Args:
        supervisor: starts it.
        pid: of the target.
        folder: for what it prints.
        cores: away from the target's.
        options: further ones, such as `--gil`.
    """

    supervisor: Supervisor
    pid: int
    folder: Path
    cores: tuple[int, ...] = ()
    options: Sequence[str] = ()

    async def record(
        self, form: Literal["raw", "flamegraph"], output: Path, duration_s: int
    ) -> None:
        """Sample for some seconds, and write what was seen.

        Raises:
            ProfilerError: it can't look into the target.
        """
        await self._run(
            *("record", "--format", form, "--output", str(output), "--threads"),
            *("--duration", str(duration_s), "--rate", str(SAMPLES_PER_S)),
            *self.options,
        )

    async def dump(self) -> str:
        """Return where every thread is at this moment.

        Raises:
            ProfilerError: it can't look into the target.
        """
        log = self.folder / "dump.txt"
        await self._run("dump", log=log)
        return log.read_text(errors="replace")

    async def _run(self, *arguments: str, log: Path | None = None) -> None:
        log = log or self.folder / "py-spy.log"
        process = await self.supervisor.spawn(
            ProcessSpec(
                name="py-spy",
                argv=(find_py_spy(), *arguments, "--pid", str(self.pid)),
                env=os.environ | {"RUST_BACKTRACE": "0"},
                cwd=self.folder,
                log=log,
                cores=self.cores,
            )
        )
        try:
            code = await process.wait()
        finally:
            await process.end()
        if code:
            raise ProfilerError(
                f"py-spy could not look into process {self.pid} (exit code {code}).",
                evidence=process.log_tail(5),
                hint="It needs ptrace: run as root, or give the container the capability "
                "SYS_PTRACE (docker run --cap-add SYS_PTRACE).",
            )


def find_py_spy() -> str:
    """Return the command: the one beside this interpreter, or that on the PATH.

    Raises:
        ProfilerError: there is none.
    """
    beside = Path(sys.executable).with_name("py-spy")
    found = str(beside) if beside.exists() else shutil.which("py-spy")
    if found is None:
        raise ProfilerError("There is no py-spy.", hint="Install it: pip install py-spy")
    return found
