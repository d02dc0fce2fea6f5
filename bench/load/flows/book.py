"""The book of a flow in one step: a page for each request, with its cells and known answers.

What an answer is worth follows from its bytes alone, as long as nothing that is expected of it
depends on the round: then the same bytes are neither parsed nor judged again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple, Protocol

from bench.load.configuration import FlowStep
from bench.load.flows.checks import prepare_flow
from bench.load.flows.requests import PreparedRequest, Verdict
from bench.load.flows.rounds import choose_rounds, positions_in_round
from bench.load.flows.values import ValueSource
from bench.load.http.remembering import Remembered
from bench.load.http.request_bytes import RequestBuilder
from bench.load.recording.cells import Cell, pack_row
from bench.load.recording.recorder import Recorder
from bench.load.recording.thinking import ThinkMeter


class Known(NamedTuple):
    """An answer that came before, and what it is worth."""

    cell: Cell
    size: int
    may_stay_open: bool
    extracted: Mapping[str, Any] | None


class Page:
    """One request of a flow: what is sent, where its rows go, and the answers that are known."""

    __slots__ = (
        "_is_pure",
        "_recorder",
        "fixed",
        "following",
        "has_body",
        "known",
        "position",
        "remembered",
        "request",
        "think_s",
    )

    def __init__(self, request: PreparedRequest, recorder: Recorder) -> None:
        self.request = request
        self.fixed = request.fixed
        self.has_body = request.has_body
        self.think_s = request.step.think
        self.position = 0
        """Where it stands in a round."""
        self.following: tuple[Page, bytes] | None = None
        """What is sent after it at once and as it stands, whatever was answered."""
        self.remembered: Remembered[Known] = Remembered()
        self.known = self.remembered.known
        self._recorder = recorder
        self._is_pure = not request.depends_on_values

    def note(
        self, verdict: Verdict, data: bytes, size: int, intended_s: float, *, may_stay_open: bool
    ) -> Known:
        """Return where the row of a request goes, and remember its answer.

        Args:
            data: the answer's bytes; none, where they came in pieces.
        """
        cell = self._recorder.cells.cell("users", self.request.name, verdict.outcome)
        if verdict.reason:
            self._recorder.failures.add(cell.key, verdict.reason, intended_s)
        known = Known(cell, size, may_stay_open, verdict.extracted)
        if self._is_pure and not verdict.reason:
            self.remembered.keep(data, known)
        return known

    def fail(
        self, outcome: str, reason: str, intended_s: float, sent_s: float, ended_s: float
    ) -> None:
        """Write the row of a request that was not answered."""
        cell = self._recorder.cells.cell("users", self.request.name, outcome)
        cell.rows += pack_row(intended_s, sent_s, ended_s, 0)
        self._recorder.failures.add(cell.key, reason, intended_s)


class Book:
    """A flow as all its users in a step share it.

    Args:
        rounds_follow: whether a user begins its next round as soon as one is over, unless the flow
            wants to think: so it is in the closed model.
    """

    def __init__(
        self,
        requests: list[PreparedRequest],
        values: ValueSource,
        recorder: Recorder,
        thinking: ThinkMeter,
        *,
        rounds_follow: bool,
    ) -> None:
        self.recorder = recorder
        self.thinking = thinking
        self.values = values
        self.pages = [Page(request, recorder) for request in requests]
        self.is_plain = not (values.names or any(request.step.extract for request in requests))
        """Whether its rounds need no values."""
        weights = [request.step.weight for request in requests]
        self.choose: Callable[[Random], list[Page]] = choose_rounds(self.pages, weights)
        for page, position in zip(self.pages, positions_in_round(weights), strict=True):
            page.position = position
        if self.is_plain and all(weight is None for weight in weights):
            self._link(rounds_follow=rounds_follow)

    def _link(self, *, rounds_follow: bool) -> None:
        """Note which page follows which without a thought."""
        for page, following in pairwise([*self.pages, *self.pages[:1]]):
            is_last = following is self.pages[0]
            if following.fixed is not None and not page.think_s and (rounds_follow or not is_last):
                page.following = following, following.fixed


class DeclaredUser(Protocol):
    """A class of users that declares a flow."""

    flow: Sequence[FlowStep]
    values: Mapping[str, Mapping[str, Any]]


class Books:
    """The books of one step, one for each class of users.

    Args:
        worker: the index of this process among the `workers` that generate the load.
    """

    def __init__(
        self,
        recorder: Recorder,
        thinking: ThinkMeter,
        builder: RequestBuilder,
        *,
        rounds_follow: bool,
        worker: int = 0,
        workers: int = 1,
    ) -> None:
        self._recorder = recorder
        self._thinking = thinking
        self._builder = builder
        self._rounds_follow = rounds_follow
        self._worker = worker
        self._workers = workers
        self._books: dict[Any, Book] = {}

    def of(self, user_class: DeclaredUser) -> Book:
        """Return the book that all users of a class share.

        Raises:
            ValueError: its flow can't be sent.
        """
        book = self._books.get(user_class)
        if book is None:
            values = ValueSource(user_class.values, worker=self._worker, workers=self._workers)
            requests = prepare_flow(user_class.flow, self._builder)
            book = self._books[user_class] = Book(
                requests,
                values,
                self._recorder,
                self._thinking,
                rounds_follow=self._rounds_follow,
            )
        return book
