"""Run the command line as `bench` or `python -m bench`."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line; what keeps it from starting is a defect, and no regression (1)."""
    try:
        from bench.cli.app import main as run
    except Exception:  # noqa: BLE001 - a library that is missing or broken, for instance
        import traceback

        traceback.print_exc()
        sys.stderr.write("pairbench can't start: is it installed with all that it needs?\n")
        sys.exit(70)
    run()


if __name__ == "__main__":
    main()
