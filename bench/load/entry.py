"""What every driver does at its start and its end, whatever it drives with."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from bench.load.command_loop import EXIT_FAILED
from bench.load.configuration import DriverEnvironment
from bench.load.control import ControlChannel
from bench.load.failure import DriverFailure
from bench.load.log import log_to_stderr

logger = logging.getLogger("bench.load")


def run_driver(
    arguments: list[str],
    parameters: str,
    drive: Callable[[list[str], DriverEnvironment, ControlChannel], int],
) -> int:
    """Let `drive` do its work, and tell the harness why, if it can't; return the exit code.

    Args:
        parameters: what the command line has behind the module's name, a word for each.
    """
    log_to_stderr()
    if len(arguments) != len(parameters.split()):
        logger.error("this takes %s", parameters)
        return EXIT_FAILED
    try:
        environment = DriverEnvironment.read(os.environ)
        control = ControlChannel(environment.control_fd)
    except DriverFailure as failure:
        logger.error("%s", failure.message)  # noqa: TRY400 - no traceback for the user
        return EXIT_FAILED
    try:
        return drive(arguments, environment, control)
    except DriverFailure as failure:
        logger.error("%s", failure.message)  # noqa: TRY400 - no traceback for the user
        control.say("error", kind=failure.kind, message=failure.message)
        return EXIT_FAILED
