"""The file is read in a plain `def`, and sent as one body."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.file_io.file import MEDIA_TYPE, PATH, file_kept

app = asgi_app(file_kept())


@app.get("/file")
def send() -> Response:
    """Read in a thread."""
    return Response(PATH.read_bytes(), media_type=MEDIA_TYPE)
