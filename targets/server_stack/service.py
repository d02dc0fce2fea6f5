"""The app that the stratum names, for whichever server runs it."""

from __future__ import annotations

import importlib
import os

app = importlib.import_module(f"targets.server_stack.{os.environ['STRATUM_APP']}").app
