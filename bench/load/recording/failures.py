"""Failure texts: why requests failed, in words, a few of them for each name and outcome."""

from __future__ import annotations

from collections import Counter
from typing import Final

from bench.load.recording.cells import CellKey, Line
from bench.load.recording.timeline import Timeline

_MOST_TEXTS: Final = 10
"""Per name and outcome; a text with a number in it is different each time."""

_FURTHER: Final = "(other texts)"
_LONGEST: Final = 200


class FailureTexts:
    """Count texts by cell and second."""

    def __init__(self, step: int, timeline: Timeline) -> None:
        self._step = step
        self._timeline = timeline
        self._known: dict[CellKey, set[str]] = {}
        self._counts: Counter[tuple[CellKey, str, int, str]] = Counter()

    def add(self, key: CellKey, text: str, intended_s: float) -> None:
        """Count the text of a failed request."""
        text = text[:_LONGEST]
        known = self._known.setdefault(key, set())
        if text not in known:
            if len(known) < _MOST_TEXTS:
                known.add(text)
            else:
                text = _FURTHER
        second, phase = self._timeline.cell(intended_s)
        self._counts[key, phase, second, text] += 1

    def flush(self) -> list[Line]:
        """Return what was counted since the last flush."""
        counts, self._counts = self._counts, Counter()
        return [
            {
                "type": "failure",
                "step": self._step,
                "phase": phase,
                "slice": second,
                **key._asdict(),
                "text": text,
                "count": count,
            }
            for (key, phase, second, text), count in counts.items()
        ]
