"""The file is read in `async def`, and sent as one body."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.file_io.file import MEDIA_TYPE, PATH, file_kept

app = asgi_app(file_kept())


@app.get("/file")
async def send() -> Response:
    """Read right here."""
    return Response(PATH.read_bytes(), media_type=MEDIA_TYPE)
