"""`aiofiles`: read in threads of asyncio's, and sent as one body."""

from __future__ import annotations

import aiofiles
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.file_io.file import MEDIA_TYPE, PATH, file_kept

app = asgi_app(file_kept())


@app.get("/file")
async def send() -> Response:
    """Await each operation."""
    async with aiofiles.open(PATH, "rb") as file:
        return Response(await file.read(), media_type=MEDIA_TYPE)
