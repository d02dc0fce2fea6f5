"""Start the server with the version of pydantic that is asked for: `1` or `2`, HOST, PORT."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from targets.pydantic_versions.environment import interpreter

_SERVER = Path(__file__).with_name("server.py")


def main() -> None:
    """Become the server."""
    version, host, port = sys.argv[1:]
    python = str(interpreter()) if version == "1" else sys.executable
    os.execv(python, [python, "-P", str(_SERVER), host, port])


if __name__ == "__main__":
    main()
