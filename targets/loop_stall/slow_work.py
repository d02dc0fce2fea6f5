"""How long the slow route takes, and what it answers."""

from __future__ import annotations

import os

SLEEP_S = float(os.environ["STRATUM_SLEEP_MS"]) / 1000
BODY = b'{"done":true}'
