"""The same, with its output sent to `/dev/null`: every statement is formatted, and none is kept."""

from __future__ import annotations

import os
import sys

from targets.article_sample.imports_mended import app

__all__ = ["app"]

with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - as a shell's `> /dev/null` does
    os.dup2(nowhere.fileno(), sys.stdout.fileno())
