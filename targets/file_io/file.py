"""The file that `GET /file` reads, as large as the stratum says, and what is told of it."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Response

_SIZE = int(os.environ["STRATUM_FILE_KIB"]) * 1024
_TAIL = 1024
_folder = tempfile.TemporaryDirectory(prefix="pairbench-file-")
PATH = Path(_folder.name) / "file"
PATH.write_bytes(bytes(range(256)) * (_SIZE // 256))


def answer(content: bytes) -> Response:
    """Answer with how long it is, and a checksum of its end."""
    body = b'{"bytes":%d,"tail":%d}' % (len(content), zlib.crc32(content[-_TAIL:]))
    return Response(body, media_type="application/json")


@asynccontextmanager
async def file_kept() -> AsyncIterator[None]:
    """Keep the file until the app ends."""
    with _folder:
        yield
