"""The file that `GET /file` reads, as large as the stratum says, and what is told of it."""

from __future__ import annotations

import os
import tempfile
import threading
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from fastapi import Response

_SIZE = int(os.environ["STRATUM_FILE_KIB"]) * 1024
_IS_SLOW = os.environ.get("STRATUM_SOURCE") == "pipe"
_SLOW_S = 0.05
_TAIL = 1024
_CONTENT = bytes(range(256)) * (_SIZE // 256)
_folder = tempfile.TemporaryDirectory(prefix="pairbench-file-")
_numbers = count()
MEDIA_TYPE = "application/octet-stream"
PATH = Path(_folder.name) / "file"
PATH.write_bytes(_CONTENT)


def path_to_read() -> Path:
    """Return the file, or a pipe of this request's own, whose content comes after a while.

    A pipe with a name stands in for a disk or a network that keeps its reader waiting: the file
    itself is in the page cache, where nothing ever waits.
    """
    if not _IS_SLOW:
        return PATH
    pipe = PATH.with_name(f"pipe-{next(_numbers)}")
    os.mkfifo(pipe)
    threading.Thread(target=_fill, args=(pipe,), daemon=True).start()
    return pipe


def _fill(pipe: Path) -> None:
    time.sleep(_SLOW_S)
    with pipe.open("wb") as writer:  # waits until somebody reads
        writer.write(_CONTENT)
    pipe.unlink()


def answer(content: bytes) -> Response:
    """Answer with how long it is, and a checksum of its end."""
    body = b'{"bytes":%d,"tail":%d}' % (len(content), zlib.crc32(content[-_TAIL:]))
    return Response(body, media_type="application/json")


@asynccontextmanager
async def file_kept() -> AsyncIterator[None]:
    """Keep the file until the app ends."""
    with _folder:
        yield
