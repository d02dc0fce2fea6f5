"""What the upstream is asked, and the limits that both clients get."""

from __future__ import annotations

import os

UPSTREAM_URL = f"{os.environ['UPSTREAM_URL']}/wait/{os.environ['STRATUM_UPSTREAM_LATENCY_MS']}"
"""The harness's upstream answers after as many milliseconds as the path says."""
MAX_CONNECTIONS = 200
"""More than users at any load level, so that no variant ever waits for a connection."""
TIMEOUT_S = 30.0
