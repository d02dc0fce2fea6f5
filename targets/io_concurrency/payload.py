"""What every variant does and answers: it waits, then sends the same 200 bytes of JSON."""

from __future__ import annotations

import os

WAIT_S = float(os.environ["STRATUM_WAIT_MS"]) / 1000
BODY = b'{"payload":"' + b"x" * 186 + b'"}'
