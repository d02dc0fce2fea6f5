"""Who goes first on the generator's core: the generator, where the system allows it (as root).

A machine that is shared has others on that core, too. A generator that waits for it measures them,
and its steps don't count. It needs little of the core, so that services which share it lose next to
nothing.
"""

from __future__ import annotations

from typing import Final

GENERATOR_NICENESS: Final = -10
"""Nine times the weight of a process, or session, that is neither nice nor not."""
