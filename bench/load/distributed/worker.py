"""`python -m bench.load.distributed.worker`: a worker, from its wait for a master to its end.

Each session is a fresh process, which this one replaces itself by: what a scenario did to the
interpreter, its modules and its listeners is gone before the next one is loaded.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import locust  # noqa: F401 - first of all: it patches the standard library for gevent

from bench.load.distributed.joining import Address, JoiningTalk
from bench.load.distributed.keys import TOKEN_VARIABLE, Keys, derive_keys, read_token
from bench.load.distributed.kit import unpack_kit
from bench.load.distributed.sealed_sockets import seal_locust
from bench.load.distributed.session import Session, SessionEnd
from bench.load.failure import DriverFailure
from bench.load.log import log_to_stderr

logger = logging.getLogger("pairbench.worker")

EXIT_USAGE: Final = 2
EXIT_NOT_MEASURED: Final = 3
EXIT_INTERRUPTED: Final = 130

HELD_SIGNALS: Final = frozenset({signal.SIGINT, signal.SIGTERM})
"""They wait while one process replaces another, and come to one that can end in order."""

_LOOK_EVERY_S: Final = 0.5
_MOST_SILENCES: Final = 3
"""That often a master may keep silent to a token before it is taken to be a wrong one."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the command line asks of a worker."""

    master: Address
    wait_s: float
    folder: Path | None
    """Where it spools; None: in a folder of its own, which is removed in the end."""
    once: bool
    """Whether it ends with its first session."""


def main(arguments: list[str]) -> int:
    """Serve masters, one after the other; return the exit code."""
    log_to_stderr()
    logger.setLevel(logging.INFO)
    task = _read_task(arguments)
    for number in HELD_SIGNALS:  # also where whoever started this ignores them, as scripts do
        signal.signal(number, signal.default_int_handler)
    variables = dict(os.environ)  # as they are before a kit adds its own
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_SIGNALS)
        keys = derive_keys(read_token(os.environ))
        seal_locust(keys)
        if _serve_next(task, keys):
            return 0
    except DriverFailure as failure:
        logger.error("%s", failure.message)  # noqa: TRY400 - no traceback for the user
        return EXIT_USAGE if failure.kind == "fleet" else EXIT_NOT_MEASURED
    except KeyboardInterrupt:
        logger.info("interrupted")
        return EXIT_INTERRUPTED
    return _start_anew(arguments, variables)


def _read_task(arguments: list[str]) -> Task:
    parser = argparse.ArgumentParser(prog="python -m bench.load.distributed.worker")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--wait-s", default=600.0, type=float)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--once", action="store_true")
    given = parser.parse_args(arguments)
    return Task(Address(given.host, given.port), given.wait_s, given.folder, given.once)


def _start_anew(arguments: list[str], variables: Mapping[str, str]) -> int:
    command = [sys.executable, "-P", "-m", "bench.load.distributed.worker", *arguments]
    sys.stderr.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD_SIGNALS)
    os.execve(sys.executable, command, variables)  # noqa: S606 - it is ourselves


def _serve_next(task: Task, keys: Keys) -> bool:
    """Wait for a master and serve it; return whether that was all.

    Raises:
        DriverFailure: there is none, it refuses this worker, or the session failed.
    """
    talk, welcome = _await_place(task, keys)
    if welcome is None:
        logger.info("the run is over")
        return True
    index, workers = int(welcome["index"]), int(welcome["workers"])
    logger.info("joined %s as worker %d of %d", task.master, index, workers)
    folder = Path(tempfile.mkdtemp(prefix="pairbench-worker-"))
    end: SessionEnd = "failed"
    try:
        os.environ.update(welcome["kit"]["environment"])
        os.environ["PAIRBENCH_OBSERVATIONS"] = os.environ.get(
            "PAIRBENCH_OBSERVATIONS", str(folder / "observations.jsonl")
        )
        end = _serve(task, talk, welcome["kit"], index, folder)
    finally:
        if end != "master-lost":
            shutil.rmtree(folder, ignore_errors=True)
    return task.once


def _await_place(task: Task, keys: Keys) -> tuple[JoiningTalk, dict[str, Any] | None]:
    """Return a conversation with a master, and what it welcomes us with; None: the run is over."""
    logger.info("waiting for a master at %s", task.master)
    deadline_s = time.monotonic() + task.wait_s
    silences = 0
    while time.monotonic() < deadline_s:
        if task.master.accepts():
            talk = JoiningTalk(task.master, keys)
            reply, answer = talk.ask()
            match reply:
                case "welcome":
                    return talk, answer
                case "over":
                    talk.close()
                    return talk, None
                case "refused":
                    raise DriverFailure("fleet", str(answer["because"]))
                case "silence":
                    silences += 1
            talk.close()
            if silences >= _MOST_SILENCES:
                raise DriverFailure(
                    "fleet",
                    f"The master at {task.master} does not answer this token. Is "
                    f"{TOKEN_VARIABLE} that of the run?",
                )
        time.sleep(_LOOK_EVERY_S)
    raise DriverFailure("fleet", f"No master at {task.master} had a place in {task.wait_s:g} s.")


def _serve(
    task: Task, talk: JoiningTalk, kit: dict[str, Any], index: int, folder: Path
) -> SessionEnd:
    spool = (task.folder or folder) / f"slices-worker-{index}.jsonl"
    try:
        session = Session(unpack_kit(kit, folder), index, spool)
    except DriverFailure as failure:
        talk.fail(failure.kind, failure.message)
        talk.close()
        raise
    with session:
        end = session.serve(task.master.host, task.master.port)
        talk.close()
    if end == "master-lost":
        logger.error("the master is lost: %s; what was spooled is in %s", session.because, spool)
    elif session.because:
        logger.error("the session ended: %s", session.because)
    else:
        logger.info("dismissed")
    return end


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
