"""The command line, run by real processes in a folder of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

_PATIENCE_S = 120.0

_SERVICE = """
import asyncio
import os


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    await asyncio.sleep(0.02)
    status, body = int(os.environ.get("ANSWER", 200)), os.environ.get("BODY", "ok").encode()
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length]})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Return a runner of the command line, in the test's folder; it never shows a traceback."""

    def run(
        *arguments: str, env: dict[str, str] | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "bench", *arguments],
            cwd=tmp_path,
            env=os.environ | (env or {}),
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
            **options,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a writer of files into the test's folder, where `service.py` lies already.

    That is an ASGI app which waits 20 ms, so that no core is ever short, and answers BODY with the
    status ANSWER of its environment.
    """

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    write("service.py", _SERVICE)
    return write
