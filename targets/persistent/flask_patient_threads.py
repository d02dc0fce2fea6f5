"""As `flask_threads`, but who waits for the interpreter's lock asks for it every 100 ms, not 5."""

from __future__ import annotations

import sys

from targets.persistent.flask_threads import app

__all__ = ["app"]

sys.setswitchinterval(0.1)
