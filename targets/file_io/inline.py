"""`open` and `read` in `async def`: the event loop waits for the disk, or for its cache."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.file_io.file import answer, file_kept, path_to_read

app = asgi_app(file_kept())


@app.get("/file")
async def read() -> Response:
    """Read right here."""
    with open(path_to_read(), "rb") as file:  # noqa: ASYNC230, PTH123 - what is measured
        return answer(file.read())
