"""Profiling: stacks that were sampled become functions with their shares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from bench.model.profile import Profile, ProfiledFunction

MAIN_THREAD: Final = "MainThread"
"""Where an event loop runs, unless somebody has put it elsewhere."""

_FRAME: Final = re.compile(r"^(?P<name>.*?)(?: \((?P<file>.*?)(?::\d+)?\))?$")
_THREAD: Final = re.compile(r"^thread \(.*?\)(?:: (?P<name>.*))?$")


class _Stack(NamedTuple):
    frames: tuple[str, ...]
    samples: int


def profile_thread(lines: Iterable[str], thread: str = MAIN_THREAD) -> Profile:
    """Sum up the samples of one thread, by function.

    Args:
        lines: py-spy's raw format, with threads: frames from the outermost in, separated by
            semicolons, and a count.
        thread: its name; where no stack names it, all of them are taken.

    >>> lines = ["thread (0x1): MainThread;main (a.py:1);work (a.py:7) 3",
    ...          "thread (0x1): MainThread;main (a.py:2) 1"]
    >>> [(f.name, f.own_ratio, f.total_ratio) for f in profile_thread(lines).functions]
    [('work', 0.75, 0.75), ('main', 0.25, 1.0)]
    """
    stacks = list(_read(lines))
    own_thread = [stack for stack in stacks if _name_thread(stack) == thread]
    chosen = own_thread or stacks
    own, total = Counter[str](), Counter[str]()
    for stack in chosen:
        frames = [_without_line(frame) for frame in stack.frames if not _THREAD.match(frame)]
        if frames:
            own[frames[-1]] += stack.samples
            total.update(dict.fromkeys(frames, stack.samples))
    samples = own.total()
    order = sorted(total, key=lambda frame: (-own[frame], -total[frame], frame))
    return Profile(
        thread=thread if own_thread else "",
        samples=samples,
        functions=tuple(
            _describe(frame, own[frame] / samples, total[frame] / samples) for frame in order
        ),
    )


def _read(lines: Iterable[str]) -> Iterator[_Stack]:
    for line in lines:
        stack, _, count = line.rstrip("\n").rpartition(" ")
        if stack and count.isdigit():
            yield _Stack(tuple(stack.split(";")), int(count))


def _name_thread(stack: _Stack) -> str | None:
    names = (match["name"] for frame in stack.frames if (match := _THREAD.match(frame)))
    return next(names, None)


def _without_line(frame: str) -> str:
    """Take the line's number off: a function is one, wherever in it somebody looks."""
    match = _FRAME.match(frame)
    assert match is not None  # it matches any text
    return f"{match['name']} ({match['file']})" if match["file"] else match["name"]


def _describe(frame: str, own_ratio: float, total_ratio: float) -> ProfiledFunction:
    name, bracket, file = frame.partition(" (")
    return ProfiledFunction(
        name=name,
        file=file.removesuffix(")") if bracket else "",
        own_ratio=own_ratio,
        total_ratio=total_ratio,
    )
