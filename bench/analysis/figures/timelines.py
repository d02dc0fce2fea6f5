"""Time lines: response times second by second, of one trial of each variant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from bench.analysis.figures.samples import group_samples
from bench.analysis.histograms import merge_encoded
from bench.analysis.thresholds.samples import Sample
from bench.model.figure_data import Moment
from bench.model.slices import Group, RequestSlice, SliceLine


def gather_moments(
    samples: Sequence[Sample], slices: Mapping[int, Sequence[SliceLine]], group: Group
) -> tuple[Moment, ...]:
    """Read the seconds of the first trial of each variant and stratum.

    Args:
        samples: valid steps of one load level each variant and stratum.
        slices: the lines of each trial, by its number.
        group: whose requests.
    """
    return tuple(
        moment
        for of_variant in group_samples(samples)
        for moment in _read(_earliest(of_variant), slices, group)
    )


def first_trials(samples: Sequence[Sample]) -> list[Sample]:
    """Return the steps whose seconds are read: one of each variant and stratum."""
    return [_earliest(group) for group in group_samples(samples)]


def _earliest(group: Sequence[Sample]) -> Sample:
    return min(group, key=lambda sample: sample.trial.number)


def _read(
    sample: Sample, slices: Mapping[int, Sequence[SliceLine]], group: Group
) -> Iterator[Moment]:
    seconds: defaultdict[int, list[RequestSlice]] = defaultdict(list)
    for line in slices.get(sample.trial.number, ()):
        if (
            isinstance(line, RequestSlice)
            and line.phase != "drain"  # what is left of a second, and of the load
            and line.step == sample.step.step.index
            and (line.group, line.outcome) == (group, "ok")
        ):
            seconds[line.slice].append(line)
    for second, lines in sorted(seconds.items()):
        seen = merge_encoded(line.response_us for line in lines)
        p50_s, max_s = seen.quantile_s(0.5), seen.max_s
        if p50_s is None or max_s is None:
            continue
        yield Moment(
            variant=sample.trial.variant,
            stratum=sample.trial.stratum,
            load=sample.step.step.load,
            trial=sample.trial.number,
            at_s=float(second),
            in_window=any(line.phase == "window" for line in lines),
            requests=seen.count,
            p50_s=p50_s,
            max_s=max_s,
        )
