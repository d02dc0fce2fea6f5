"""Histograms: HDR histograms as the generator spools them, merged and read.

Three significant digits between 1 µs and one hour: the bucket of a value is never wider than a
thousandth of it, and 1 µs wide below 2,048 µs. As everywhere in HDR, a quantile and the maximum are
the highest value of their bucket, and a mean is taken from the middle of the buckets.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from hdrh.codec import HdrCookieException, HdrHistogramEncoder, HdrLengthException
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from bench.analysis.ranks import nearest_rank
from bench.errors import GeneratorError

LOWEST_US: Final = 1
HIGHEST_US: Final = 3_600_000_000
DIGITS: Final = 3

_US_PER_S: Final = 1e6
_LAYOUT: Final = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
_BUCKETS: Final[int] = _LAYOUT.counts_len
_HALF_MAGNITUDE: Final[int] = _LAYOUT.sub_bucket_half_count_magnitude
_HALF: Final = 1 << _HALF_MAGNITUDE

_UNREADABLE: Final = (HdrCookieException, HdrLengthException, IndexError, ValueError, zlib.error)
"""What hdrh raises on text that is no histogram."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Histogram:
    """How often which durations were seen; only buckets that hold something are kept.

    >>> recorded = HdrHistogram(1, 3_600_000_000, 3)
    >>> for value_us in (1000, 1000, 1500, 2000): _ = recorded.record_value(value_us)
    >>> h = merge_encoded([recorded.encode().decode()])
    >>> h.count, h.quantile_s(0.5), h.quantile_s(0.51), h.max_s, h.mean_s
    (4, 0.001, 0.0015, 0.002, 0.001375)
    """

    buckets: Counts
    """Indices of HDR buckets, rising."""
    counts: Counts

    @property
    def count(self) -> int:
        """How many values were recorded."""
        return int(self.counts.sum())

    @property
    def max_s(self) -> float | None:
        """The highest value; None where there is none."""
        return float(_highest_us(self.buckets[-1:])[0] / _US_PER_S) if self.count else None

    @property
    def mean_s(self) -> float | None:
        """The mean, good to half a thousandth; None where there are no values."""
        if not self.count:
            return None
        lowest, width = _bounds_us(self.buckets)
        return float(((lowest + width // 2) * self.counts).sum() / self.count / _US_PER_S)

    def quantile_s(self, q: float) -> float | None:
        """Return the `q` quantile by nearest rank; None where there are no values."""
        if not self.count:
            return None
        at = np.searchsorted(np.cumsum(self.counts), nearest_rank(q, self.count))
        return float(_highest_us(self.buckets[at : at + 1])[0] / _US_PER_S)


def merge_encoded(encoded: Iterable[str | None]) -> Histogram:
    """Decode histograms (HDR V2, compressed, base64) and add them up; None is an empty one.

    Raises:
        GeneratorError: one of them can't be decoded, or has another resolution.
    """
    total = np.zeros(_BUCKETS, dtype=np.int64)
    for text in encoded:
        if text is not None:
            total += _decode(text)
    return _pack(total)


def merge_histograms(histograms: Iterable[Histogram]) -> Histogram:
    """Add histograms up, so that a quantile is taken once over all of them.

    >>> one, two = HdrHistogram(1, 3_600_000_000, 3), HdrHistogram(1, 3_600_000_000, 3)
    >>> one.record_value(100, count=3), two.record_value(900)
    (True, True)
    >>> both = merge_histograms(merge_encoded([h.encode().decode()]) for h in (one, two))
    >>> both.count, both.mean_s, both.quantile_s(0.75), both.quantile_s(0.76)
    (4, 0.0003, 0.0001, 0.0009)
    """
    total = np.zeros(_BUCKETS, dtype=np.int64)
    for histogram in histograms:
        total[histogram.buckets] += histogram.counts
    return _pack(total)


def _decode(text: str) -> Counts:
    # Whatever the writer took for its highest value, the buckets lie alike while the lowest value
    # and the digits are ours; so the counts are unpacked into an array of our own length.
    try:
        payload = HdrHistogramEncoder.decode(text)
        header = payload.payload
        if (header.lowest_trackable_value, header.significant_figures) != (LOWEST_US, DIGITS):
            raise ValueError(
                f"it has {header.significant_figures} significant digits from "
                f"{header.lowest_trackable_value} µs on"
            )
        payload.init_counts(_BUCKETS)
    except _UNREADABLE as error:
        raise GeneratorError(
            f"A histogram that the generator wrote can't be read: "
            f"{error or type(error).__name__} (it begins with {text[:24]!r}).",
            hint="Histograms are HDR V2, compressed, base64, in microseconds, from 1 µs to 1 hour "
            "with 3 significant digits; see docs/reference/driver-protocol.md.",
        ) from error
    return np.frombuffer(payload.get_counts(), dtype=np.int64)


def _pack(total: Counts) -> Histogram:
    buckets = np.flatnonzero(total)
    return Histogram(buckets, total[buckets])


def _highest_us(buckets: Counts) -> Counts:
    lowest, width = _bounds_us(buckets)
    return lowest + width - 1


def _bounds_us(buckets: Counts) -> tuple[Counts, Counts]:
    # The first 2 * _HALF buckets are 1 µs wide; from there on each _HALF of them are twice as wide
    # as the _HALF before.
    magnitude = np.maximum((buckets >> _HALF_MAGNITUDE) - 1, 0)
    lowest = (buckets - magnitude * _HALF) << magnitude
    return lowest, np.int64(1) << magnitude
