"""The app, with gunicorn's parser in C where gunicorn finds it, if it is asked to use it."""

from __future__ import annotations

from targets.server_stack.apart import import_apart
from targets.server_stack.service import app

__all__ = ["app"]

import_apart("gunicorn_h1c")
