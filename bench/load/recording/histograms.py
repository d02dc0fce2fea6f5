"""HDR histograms of many durations at once: binned by numpy, encoded as HDR V2."""

from __future__ import annotations

from typing import Final

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

LOWEST_US: Final = 1
HIGHEST_US: Final = 3_600_000_000
DIGITS: Final = 3
_HALF_MAGNITUDE: Final = 10
"""`sub_bucket_half_count_magnitude` of histograms with three digits."""


class BinnedDurations:
    """Durations, binned as HDR histograms are; what lies outside of the range counts at its end."""

    __slots__ = ("_counts", "_highest_us", "_lowest_us", "total")

    def __init__(self) -> None:
        self.total = 0
        self._counts: NDArray[np.int64] = np.zeros(0, np.int64)
        self._lowest_us = HIGHEST_US
        self._highest_us = LOWEST_US

    def add(self, durations_s: NDArray[np.float64]) -> None:
        """Bin further durations, in seconds."""
        if not durations_s.size:
            return
        values_us = np.clip(np.rint(durations_s * 1e6), LOWEST_US, HIGHEST_US).astype(np.int64)
        binned = np.bincount(_indices(values_us), minlength=self._counts.size)
        binned[: self._counts.size] += self._counts
        self._counts = binned
        self.total += values_us.size
        self._lowest_us = min(self._lowest_us, int(values_us.min()))
        self._highest_us = max(self._highest_us, int(values_us.max()))

    def fill(self, histogram: HdrHistogram, counts: NDArray[np.int64]) -> None:
        """Make a histogram hold these durations, whose counts are given as an array."""
        counts[: self._counts.size] = self._counts
        histogram.total_count = self.total
        histogram.min_value = self._lowest_us
        histogram.max_value = self._highest_us


class HistogramEncoder:
    """Encode durations; one scratch histogram serves all, since making one costs milliseconds."""

    def __init__(self) -> None:
        self._scratch = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
        self._counts = np.ctypeslib.as_array(self._scratch.counts)

    def encode(self, durations_s: NDArray[np.float64]) -> str | None:
        """Return the histogram of durations in seconds, in microseconds; None if there are none."""
        binned = BinnedDurations()
        binned.add(durations_s)
        return self.encode_binned(binned)

    def encode_binned(self, binned: BinnedDurations) -> str | None:
        """Return the histogram of durations that are binned already; None if there are none."""
        if not binned.total:
            return None
        # What an earlier histogram left above these is not encoded: that stops at the maximum.
        binned.fill(self._scratch, self._counts)
        encoded: bytes = self._scratch.encode()
        return encoded.decode("ascii")


def _indices(values_us: NDArray[np.int64]) -> NDArray[np.int64]:
    # HDR's own layout: buckets double in width, each split in 2 ** half_magnitude parts.
    bit_lengths = np.frexp(values_us.astype(np.float64))[1].astype(np.int64)
    buckets = np.maximum(bit_lengths - (_HALF_MAGNITUDE + 1), 0)
    parts = values_us >> buckets
    indices: NDArray[np.int64] = (buckets << _HALF_MAGNITUDE) + parts
    return indices
