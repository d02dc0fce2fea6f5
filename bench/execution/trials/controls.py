"""Controls: what somebody at the keyboard wants of a run that goes on."""

from __future__ import annotations

import asyncio

SKIPPED: str = "skipped by hand"


class Controls:
    """Wishes, which the run looks at where it can fulfil them; it belongs to one event loop."""

    def __init__(self) -> None:
        self._skipping = asyncio.Event()
        self.is_ending = False
        """Whether the run is to end once the trial under way is whole."""

    def skip_step(self) -> None:
        """Skip the step under way; between steps it means nothing."""
        self._skipping.set()

    def end_after_trial(self) -> None:
        """End the run once the trial under way is whole."""
        self.is_ending = True

    def begin_step(self) -> None:
        """Forget a wish that came before the step began."""
        self._skipping.clear()

    async def skipped(self) -> None:
        """Wait until the step under way is to be skipped."""
        await self._skipping.wait()
