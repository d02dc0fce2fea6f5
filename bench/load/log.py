"""The generator's log: standard error, which the harness keeps as `generator.log`."""

from __future__ import annotations

import logging
from typing import Final

_MOST_ERRORS: Final = 100


def log_to_stderr() -> None:
    """Send all logging to standard error."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # A task that fails under load fails thousands of times a second, with a traceback each.
    logging.getLogger("locust.user.task").addFilter(_FirstErrors())
    # Users are started at once on purpose: the warning about that is no news.
    logging.getLogger("locust.runners").setLevel(logging.ERROR)


class _FirstErrors(logging.Filter):
    """Let the first errors pass, and say when they were enough."""

    def __init__(self) -> None:
        super().__init__()
        self._seen = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            return True
        self._seen += 1
        if self._seen == _MOST_ERRORS:
            record.msg = f"{record.msg}\n(this was error {_MOST_ERRORS}; no more are shown)"
        return self._seen <= _MOST_ERRORS
