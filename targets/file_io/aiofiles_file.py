"""`aiofiles`: the same with asyncio's default executor."""

from __future__ import annotations

import aiofiles
from fastapi import Response

from targets.asgi_app import asgi_app
from targets.file_io.file import answer, file_kept, path_to_read

app = asgi_app(file_kept())


@app.get("/file")
async def read() -> Response:
    """Await each operation."""
    async with aiofiles.open(path_to_read(), "rb") as file:
        return answer(await file.read())
