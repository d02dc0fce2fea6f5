from __future__ import annotations

import numpy as np
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from bench.load.recording.histograms import DIGITS, HIGHEST_US, LOWEST_US, HistogramEncoder

ENCODER = HistogramEncoder()
values_us = st.lists(st.integers(LOWEST_US, HIGHEST_US), min_size=1, max_size=200)


@given(values_us)
def test_binning_at_once_equals_recording_one_by_one(values: list[int]) -> None:
    one_by_one = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    for value in values:
        assert one_by_one.record_value(value)
    encoded = ENCODER.encode(np.array(values) / 1e6)
    assert encoded is not None
    decoded = HdrHistogram.decode(encoded)
    assert decoded.total_count == len(values)
    assert list(decoded.counts) == list(one_by_one.counts)


@given(values_us)
def test_quantiles_are_those_of_the_sorted_list_to_three_digits(values: list[int]) -> None:
    encoded = ENCODER.encode(np.array(values) / 1e6)
    decoded = HdrHistogram.decode(encoded)
    ordered = sorted(values)
    for percent in (50, 90, 99, 100):
        rank = max(int(percent / 100 * len(ordered) + 0.5), 1)
        exact = ordered[rank - 1]
        read = decoded.get_value_at_percentile(percent)
        assert exact <= read <= exact * 1.001 + 1


def test_what_is_out_of_range_is_counted_at_its_end() -> None:
    decoded = HdrHistogram.decode(ENCODER.encode(np.array([0.0, 1e-9, 10_000.0])))
    assert decoded.total_count == 3
    assert decoded.get_count_at_value(LOWEST_US) == 2
    assert decoded.get_count_at_value(HIGHEST_US) == 1


def test_no_durations_make_no_histogram() -> None:
    assert ENCODER.encode(np.array([])) is None
