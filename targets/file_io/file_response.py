"""`FileResponse`: Starlette reads the file in threads, chunk by chunk, and sends each."""

from __future__ import annotations

from fastapi.responses import FileResponse

from targets.asgi_app import asgi_app
from targets.file_io.file import MEDIA_TYPE, PATH, file_kept

app = asgi_app(file_kept())


@app.get("/file")
async def send() -> FileResponse:
    """Leave it to Starlette."""
    return FileResponse(PATH, media_type=MEDIA_TYPE)
