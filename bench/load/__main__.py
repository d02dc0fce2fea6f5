"""`python -m bench.load CONFIG.json`: the driver of experiments that Locust can express."""

from __future__ import annotations

import sys
from pathlib import Path

import locust  # noqa: F401 - first of all: it patches the standard library for gevent

from bench.load.configuration import DriverEnvironment, LoadConfig
from bench.load.control import ControlChannel
from bench.load.driver import Driver
from bench.load.entry import run_driver
from bench.load.recording.spool import Spool


def main(arguments: list[str]) -> int:
    """Drive load until told to quit; return the exit code."""
    return run_driver(arguments, "CONFIG.json", _drive)


def _drive(arguments: list[str], environment: DriverEnvironment, control: ControlChannel) -> int:
    config = LoadConfig.read(Path(arguments[0]))
    with Spool(environment.slices) as spool:
        return Driver(config, control, spool).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
