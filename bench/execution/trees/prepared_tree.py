"""A tree that is ready: what targets of one version are started from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.execution.trees.installed_leads import Lead
from bench.model.arm import Arm
from bench.model.gate import TreeVersion


@dataclass(frozen=True)
class PreparedTree:
    """One version's files, and the interpreter and environment that its targets run in."""

    arm: Arm
    path: Path
    """Without links."""
    python: str
    """Runs its apps, and stands for `{python}` in its commands."""
    environment: Mapping[str, str]
    """The whole of it, instead of the caller's."""
    version: TreeVersion
    notices: tuple[str, ...] = ()
    copies: Mapping[Path, Path] = field(default_factory=dict)
    """Files in the environment that were installed from a folder, and that folder."""
    leads: tuple[Lead, ...] = ()
    """Through which the environment leads into a tree, or the user's working tree."""
