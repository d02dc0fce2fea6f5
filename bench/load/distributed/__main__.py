"""`python -m bench.load.distributed CONFIG.json FLEET.json`: the driver of several workers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import locust  # noqa: F401 - first of all: it patches the standard library for gevent

from bench.load.configuration import DriverEnvironment, LoadConfig
from bench.load.control import ControlChannel
from bench.load.distributed.code_version import read_code_version
from bench.load.distributed.keys import derive_keys, read_token
from bench.load.distributed.kit import pack_kit
from bench.load.distributed.master import Master
from bench.load.distributed.orders import FleetOrder
from bench.load.distributed.reception import Reception
from bench.load.distributed.sealed_sockets import seal_locust
from bench.load.entry import run_driver


def main(arguments: list[str]) -> int:
    """Command workers until told to quit; return the exit code."""
    return run_driver(arguments, "CONFIG.json FLEET.json", _drive)


def _drive(arguments: list[str], environment: DriverEnvironment, control: ControlChannel) -> int:
    return _make_master(Path(arguments[0]), Path(arguments[1]), control, environment).run()


def _make_master(
    config_path: Path, order_path: Path, control: ControlChannel, environment: DriverEnvironment
) -> Master:
    seal_locust(derive_keys(read_token(os.environ)))
    order = FleetOrder.read(order_path)
    config = LoadConfig.read(config_path)
    reception = Reception(
        pack_kit(config_path, order.variables, os.environ),
        workers=order.workers,
        version=read_code_version(),
        seed=int(os.environ.get("PAIRBENCH_SEED", "0")),
    )
    return Master(config, order, reception, control, environment.slices)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
