"""`python -m bench.load CONFIG.json`: the driver of experiments that Locust can express."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import locust  # noqa: F401 - first of all: it patches the standard library for gevent

from bench.load.command_loop import EXIT_FAILED
from bench.load.configuration import DriverEnvironment, LoadConfig
from bench.load.control import ControlChannel
from bench.load.driver import Driver
from bench.load.failure import DriverFailure
from bench.load.log import log_to_stderr
from bench.load.recording.spool import Spool

logger = logging.getLogger("bench.load")


def main(arguments: list[str]) -> int:
    """Drive load until told to quit; return the exit code."""
    log_to_stderr()
    if len(arguments) != 1:
        logger.error("usage: python -m bench.load CONFIG.json")
        return EXIT_FAILED
    try:
        environment = DriverEnvironment.read(os.environ)
        control = ControlChannel(environment.control_fd)
    except DriverFailure as failure:
        logger.error("%s", failure.message)  # noqa: TRY400 - no traceback for the user
        return EXIT_FAILED
    try:
        config = LoadConfig.read(Path(arguments[0]))
        with Spool(environment.slices) as spool:
            return Driver(config, control, spool).run()
    except DriverFailure as failure:
        logger.error("%s", failure.message)  # noqa: TRY400 - no traceback for the user
        control.say("error", kind=failure.kind, message=failure.message)
        return EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
