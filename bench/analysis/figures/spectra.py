"""Spectra: response times by percentile, of the histograms of all valid trials together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bench.analysis.figures.samples import group_samples
from bench.analysis.histograms import Histogram, merge_encoded, merge_histograms
from bench.analysis.thresholds.samples import Sample
from bench.model.figure_data import SpectrumPoint
from bench.model.slices import RequestSlice, SliceLine

PER_DECADE: Final = 20
"""Points from one nine to the next."""


def gather_spectra(
    samples: Sequence[Sample], slices: Mapping[int, Sequence[SliceLine]]
) -> tuple[SpectrumPoint, ...]:
    """Merge the histograms of each variant's valid steps, and read percentiles off them.

    Percentiles of merged histograms describe all requests together; they are no mean of the trials'
    own percentiles, and have no interval.

    Source: the axis is that of HdrHistogram's plots (Tene): -log10(1 - q), evenly spaced.

    Args:
        samples: valid steps of one load level each variant and stratum.
        slices: the lines of each trial, by its number.
    """
    return tuple(point for group in group_samples(samples) for point in _read(group, slices))


def _read(
    group: Sequence[Sample], slices: Mapping[int, Sequence[SliceLine]]
) -> Iterator[SpectrumPoint]:
    merged = merge_histograms(_histogram(sample, slices) for sample in group)
    first = group[0]
    place = 0
    while merged.count * (tail := 10 ** (-place / PER_DECADE)) >= 1:
        response_s = merged.quantile_s(1 - tail)
        assert response_s is not None
        yield SpectrumPoint(
            variant=first.trial.variant,
            stratum=first.trial.stratum,
            load=first.step.step.load,
            quantile=1 - tail,
            response_s=response_s,
            requests=merged.count,
            n=len(group),
        )
        place += 1


def _histogram(sample: Sample, slices: Mapping[int, Sequence[SliceLine]]) -> Histogram:
    return merge_encoded(
        line.response_us
        for line in slices.get(sample.trial.number, ())
        if isinstance(line, RequestSlice)
        and line.step == sample.step.step.index
        and (line.phase, line.group, line.outcome) == ("window", "users", "ok")
    )
