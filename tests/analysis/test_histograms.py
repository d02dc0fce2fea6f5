from __future__ import annotations

import base64

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.analysis.histograms import merge_encoded, merge_histograms
from bench.analysis.ranks import take_quantile
from bench.errors import GeneratorError

DURATIONS_US = st.integers(1, 3_600_000_000)
QUANTILES = st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0])


def encode(values_us, highest_us=3_600_000_000, digits=3, lowest_us=1):
    histogram = HdrHistogram(lowest_us, highest_us, digits)
    for value_us in values_us:
        assert histogram.record_value(value_us)
    return histogram.encode().decode()


@given(st.lists(DURATIONS_US, min_size=1, max_size=60), QUANTILES)
def test_a_quantile_is_that_of_the_sorted_values_within_a_thousandth(values_us, q):
    exact_s = take_quantile(sorted(values_us), q) / 1e6

    found_s = merge_encoded([encode(values_us)]).quantile_s(q)

    assert exact_s <= found_s * (1 + 1e-12)
    assert found_s <= exact_s * 1.001


@given(st.lists(st.integers(1, 2047), min_size=1, max_size=60), QUANTILES)
def test_a_quantile_below_two_milliseconds_is_exact(values_us, q):
    found_s = merge_encoded([encode(values_us)]).quantile_s(q)

    assert found_s == take_quantile(sorted(values_us), q) / 1e6


@given(st.lists(st.lists(DURATIONS_US, max_size=20), max_size=5))
def test_merging_equals_recording_into_one_histogram(parts):
    together = merge_encoded([encode(value for part in parts for value in part)])

    for merged in (
        merge_encoded(encode(part) for part in parts),
        merge_histograms(merge_encoded([encode(part)]) for part in parts),
    ):
        assert np.array_equal(merged.buckets, together.buckets)
        assert np.array_equal(merged.counts, together.counts)
        assert merged.count == sum(map(len, parts))


@given(st.lists(DURATIONS_US, min_size=1, max_size=60))
def test_mean_and_maximum_are_right_within_a_thousandth(values_us):
    histogram = merge_encoded([encode(values_us)])

    assert histogram.mean_s == pytest.approx(np.mean(values_us) / 1e6, rel=1e-3)
    assert histogram.max_s == pytest.approx(max(values_us) / 1e6, rel=1e-3)
    assert histogram.max_s == histogram.quantile_s(1)


@settings(max_examples=20)  # the library takes its time
@given(st.lists(DURATIONS_US, min_size=1, max_size=60))
def test_mean_and_maximum_agree_with_the_library(values_us):
    text = encode(values_us)
    theirs = HdrHistogram.decode(text)

    ours = merge_encoded([text])

    assert ours.max_s == theirs.get_max_value() / 1e6
    assert ours.mean_s == pytest.approx(theirs.get_mean_value() / 1e6, rel=1e-12)


def test_a_duration_of_less_than_a_microsecond_counts_as_zero():
    assert merge_encoded([encode([0, 0, 7])]).quantile_s(0.5) == 0.0


def test_an_empty_histogram_has_no_numbers():
    for empty in (merge_encoded([]), merge_encoded([None]), merge_encoded([encode([])])):
        assert empty.count == 0
        assert empty.quantile_s(0.5) is None
        assert empty.mean_s is None
        assert empty.max_s is None


def test_a_histogram_of_another_range_but_the_same_resolution_is_read():
    merged = merge_encoded([encode([100, 2000], highest_us=60_000_000), encode([300])])

    assert (merged.count, merged.quantile_s(0.5)) == (3, 0.0003)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no histogram",
        "é",
        base64.b64encode(b"\0" * 60).decode(),
        encode([1000, 2000])[:-8],
        encode([1000], digits=2),
        encode([1000], lowest_us=1000),
        encode([2**44], highest_us=2**45),
    ],
    ids=["empty", "text", "no-ascii", "zeros", "cut", "two-digits", "milliseconds", "too-long"],
)
def test_what_is_no_histogram_of_ours_is_the_generators_fault(text):
    with pytest.raises(GeneratorError, match="can't be read") as raised:
        merge_encoded([text])

    assert "driver-protocol.md" in raised.value.hint
