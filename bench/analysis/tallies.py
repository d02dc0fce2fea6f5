"""Tallies: what the request lines of one window add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.analysis.histograms import Histogram, merge_encoded, merge_histograms
from bench.model.slices import CensoredRequests, RequestSlice

OK = "ok"
"""The outcome of a successful request; every other one is a failure."""


@dataclass(frozen=True, slots=True)
class RequestTally:
    """The requests of a window: of one name, of a group, or of none."""

    requests: int
    """Those that belong to the window by their (intended) send and have ended."""
    errors: Mapping[str, int]
    """The failed ones among them, by outcome."""
    completed: int
    """Completions inside the window, failed ones included."""
    succeeded: int
    """Successful completions inside the window."""
    response: Histogram
    """Response time of the successful requests."""
    failed_response: Histogram
    """Response time of the failed requests, as far as they were timed."""
    service: Histogram
    censored: int
    censored_age: Histogram

    @property
    def failed(self) -> int:
        """Failed requests of the window."""
        return sum(self.errors.values())

    @property
    def error_ratio(self) -> float | None:
        """Failed requests per request that ended; None where none did."""
        return self.failed / self.requests if self.requests else None


def tally_requests(
    lines: Iterable[RequestSlice], censored: Iterable[CensoredRequests] = ()
) -> RequestTally:
    """Add up the request lines and the censored requests of a window; phases are not looked at."""
    lines, censored = tuple(lines), tuple(censored)
    good = [line for line in lines if line.outcome == OK]
    bad = [line for line in lines if line.outcome != OK]
    errors: Counter[str] = Counter()
    for line in bad:
        errors[line.outcome] += line.requests
    return RequestTally(
        requests=sum(line.requests for line in lines),
        errors={outcome: count for outcome, count in sorted(errors.items()) if count},
        completed=sum(line.completed for line in lines),
        succeeded=sum(line.completed for line in good),
        response=merge_encoded(line.response_us for line in good),
        failed_response=merge_encoded(line.response_us for line in bad),
        service=merge_encoded(line.service_us for line in good),
        censored=sum(line.count for line in censored),
        censored_age=merge_encoded(line.age_us for line in censored),
    )


def merge_tallies(tallies: Iterable[RequestTally]) -> RequestTally:
    """Add tallies up, histograms included; none at all give an empty one."""
    tallies = tuple(tallies)
    errors: Counter[str] = Counter()
    for tally in tallies:
        errors.update(tally.errors)
    return RequestTally(
        requests=sum(tally.requests for tally in tallies),
        errors=dict(sorted(errors.items())),
        completed=sum(tally.completed for tally in tallies),
        succeeded=sum(tally.succeeded for tally in tallies),
        response=merge_histograms(tally.response for tally in tallies),
        failed_response=merge_histograms(tally.failed_response for tally in tallies),
        service=merge_histograms(tally.service for tally in tallies),
        censored=sum(tally.censored for tally in tallies),
        censored_age=merge_histograms(tally.censored_age for tally in tallies),
    )
