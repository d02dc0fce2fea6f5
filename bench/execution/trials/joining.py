"""Join a master from elsewhere: this process becomes a worker of the generator."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from bench.errors import UsageError
from bench.execution.targets.commands import module_command
from bench.execution.targets.variables import child_environment
from bench.execution.trials.fleet import MIN_TOKEN_CHARACTERS, TOKEN_VARIABLE


def become_worker(host: str, port: int, *, wait_s: float, token_file: Path | None) -> NoReturn:
    """Replace this process by a worker, so that signals and exit codes are the worker's own.

    Raises:
        UsageError: there is no token.
    """
    token = _read_token(token_file)
    command = module_command(
        "bench.load.distributed.worker",
        *("--host", host, "--port", str(port), "--wait-s", str(wait_s)),
    )
    sys.stdout.flush()
    sys.stderr.flush()
    # The worker takes them up when it can end in order.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    environment = {**child_environment(os.environ), TOKEN_VARIABLE: token}
    os.execve(command[0], command, environment)  # noqa: S606 - our own interpreter


def _read_token(token_file: Path | None) -> str:
    try:
        given = token_file.read_text() if token_file else os.environ.get(TOKEN_VARIABLE, "")
    except (OSError, ValueError) as error:
        raise UsageError(f"The token file {token_file} can't be read: {error}.") from error
    token = given.strip()
    if len(token) < MIN_TOKEN_CHARACTERS:
        raise UsageError(
            f"{token_file or TOKEN_VARIABLE} holds {'a token too short' if token else 'no token'}.",
            hint=f"Set {TOKEN_VARIABLE} to the run's token; `bench run` says it.",
        )
    return token
