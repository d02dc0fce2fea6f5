"""HDR histograms of many durations at once: binned by numpy, encoded as HDR V2."""

from __future__ import annotations

from typing import Final

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

LOWEST_US: Final = 1
HIGHEST_US: Final = 3_600_000_000
DIGITS: Final = 3


class HistogramEncoder:
    """Encode durations; one scratch histogram serves all, since making one costs milliseconds."""

    def __init__(self) -> None:
        self._scratch = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
        self._counts = np.ctypeslib.as_array(self._scratch.counts)
        self._half_magnitude = int(self._scratch.sub_bucket_half_count_magnitude)

    def encode(self, durations_s: NDArray[np.float64]) -> str | None:
        """Return the histogram of durations in seconds, in microseconds; None if there are none.

        What lies outside of the range is counted at its end.
        """
        if not durations_s.size:
            return None
        values_us = np.clip(np.rint(durations_s * 1e6), LOWEST_US, HIGHEST_US).astype(np.int64)
        binned = np.bincount(self._indices(values_us))
        # What an earlier histogram left above these is not encoded: that stops at the maximum.
        self._counts[: binned.size] = binned
        self._scratch.total_count = values_us.size
        self._scratch.min_value = int(values_us.min())
        self._scratch.max_value = int(values_us.max())
        encoded: bytes = self._scratch.encode()
        return encoded.decode("ascii")

    def _indices(self, values_us: NDArray[np.int64]) -> NDArray[np.int64]:
        # HDR's own layout: buckets double in width, each split in 2 ** half_magnitude parts.
        bit_lengths = np.frexp(values_us.astype(np.float64))[1].astype(np.int64)
        buckets = np.maximum(bit_lengths - (self._half_magnitude + 1), 0)
        parts = values_us >> buckets
        indices: NDArray[np.int64] = (buckets << self._half_magnitude) + parts
        return indices
