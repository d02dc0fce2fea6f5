"""The live view of a run, on a terminal.

It has no thread: it draws when something is announced, at most four times a second unless something
began or ended. Generator and watcher announce numbers twice a second, which keeps the bars moving.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bench.model.plan import Plan
from bench.model.progress import LiveNumbers, Notice, ProgressEvent, TrialEnded
from bench.reporting.escaping import visible
from bench.reporting.live_layout import lay_out
from bench.reporting.run_state import RunState, advance
from bench.reporting.step_line import write_trial_name

_MIN_GAP_S: Final = 0.25


class LiveView:
    """A picture of the run that is drawn again in place, and wiped when the run is over.

    What has to stay to be read (notices, failures) is printed above it.

    Args:
        console: a terminal; standard error's, so that standard output stays for results.
        plan: the plan of the run.
        estimate_s: estimated seconds by trial number, of the trials that are to be run.
        keys: what keys mean, in a line; empty: there are none.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        console: Console,
        plan: Plan,
        estimate_s: Mapping[int, float],
        *,
        keys: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._state = RunState(plan=plan, estimate_s=estimate_s, started_s=clock())
        self._drawn_s = float("-inf")
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        """Take the terminal's lower lines."""
        self._live.start()
        self._draw(self._clock())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wipe the view and give the cursor back, whatever happened."""
        self._live.stop()

    def announce(self, event: ProgressEvent) -> None:
        """Take note of an event and draw what has become of the run."""
        now_s = self._clock()
        self._state = advance(self._state, event, now_s)
        match event:
            case Notice(text=text):
                self._print_above(text, style="yellow")
            case TrialEnded(trial=trial, failure=str(failure)):
                self._print_above(f"{write_trial_name(trial)} failed: {failure}", style="red")
            case _:
                pass
        if not isinstance(event, LiveNumbers) or now_s - self._drawn_s >= _MIN_GAP_S:
            self._draw(now_s)

    def _print_above(self, text: str, *, style: str) -> None:
        self._live.console.print(Text(visible(text), style=style))

    def _draw(self, now_s: float) -> None:
        self._drawn_s = now_s
        console = self._live.console
        picture = lay_out(
            self._state,
            now_s,
            width=console.width,
            height=console.height,
            keys=self._keys,
            plain=console.options.ascii_only,
        )
        self._live.update(picture, refresh=True)
