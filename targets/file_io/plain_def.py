"""`open` and `read` in a plain `def`: one thread for the whole handler."""

from __future__ import annotations

from fastapi import Response

from targets.asgi_app import asgi_app
from targets.file_io.file import answer, file_kept, path_to_read

app = asgi_app(file_kept())


@app.get("/file")
def read() -> Response:
    """Read in a thread."""
    return answer(path_to_read().read_bytes())
