"""What an answer of `POST /job/MS` leaves behind, and the journal of what was done of it."""

from __future__ import annotations

import os
from pathlib import Path


def write_down() -> None:
    """Note a job that has ended, for whoever asks after the process is gone."""
    if path := os.environ.get("JOB_JOURNAL"):
        with Path(path).open("a") as file:
            file.write("ended\n")
