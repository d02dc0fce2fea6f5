"""`anyio.open_file`: read in threads, and sent as one body."""

from __future__ import annotations

import anyio
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.file_io.file import MEDIA_TYPE, PATH, file_kept

app = asgi_app(file_kept())


@app.get("/file")
async def send() -> Response:
    """Await each operation."""
    async with await anyio.open_file(PATH, "rb") as file:
        return Response(await file.read(), media_type=MEDIA_TYPE)
