"""`python -m benchmarks.sampled_generator CONFIG.json SAMPLES.json`: our generator, sampled.

Between SIGUSR1 and SIGUSR2 the running line of Python is noted again and again, at every tick of
CPU time: each millisecond is asked for, and many kernels give four. What a call into C takes, a
system call for instance, shows at the line that calls it. Unlike under a tracing profiler, calls
cost what they always do.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

from bench.load.__main__ import main

_INTERVAL_S: Final = 0.001


class Sampler:
    """Count where the program is, again and again."""

    def __init__(self, samples: Path) -> None:
        self._samples = samples
        self._lines: Counter[tuple[str, str, int]] = Counter()
        self._callers: Counter[tuple[str, str]] = Counter()

    def install(self) -> None:
        """Wait for the signals."""
        signal.signal(signal.SIGPROF, self._note)
        signal.signal(signal.SIGUSR1, lambda *_: _set_timer(_INTERVAL_S))
        signal.signal(signal.SIGUSR2, self._write)

    def _note(self, _: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        code = frame.f_code
        self._lines[code.co_filename, code.co_qualname, frame.f_lineno] += 1
        seen: set[tuple[str, str]] = set()
        above: FrameType | None = frame
        while above is not None:
            seen.add((above.f_code.co_filename, above.f_code.co_qualname))
            above = above.f_back
        self._callers.update(seen)

    def _write(self, *_: object) -> None:
        _set_timer(0.0)
        lines = [[*where, count] for where, count in self._lines.items()]
        callers = [[*where, count] for where, count in self._callers.items()]
        self._samples.write_text(json.dumps({"lines": lines, "callers": callers}))


def _set_timer(interval_s: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, interval_s, interval_s)


if __name__ == "__main__":
    Sampler(Path(sys.argv[2])).install()
    sys.exit(main(sys.argv[1:2]))
