from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from bench.model.caution import CautionCode
from bench.model.knee import Attempt, Knee
from bench.model.load_level import Users
from bench.model.progress import (
    LiveNumbers,
    Notice,
    StepPhaseBegan,
    StepSearched,
    TrialBegan,
    TrialEnded,
)
from bench.reporting.live import LiveView
from bench.reporting.live_layout import lay_out
from bench.reporting.run_state import RunState, advance

Build = Callable[..., Any]


class FakeClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def numbers(**changes: Any) -> LiveNumbers:
    values: dict[str, Any] = {
        "t_s": 1.0,
        "throughput_per_s": 1234.0,
        "p99_s": 0.0123,
        "errors": 3,
        "outcomes": {"http-503": 3},
        "in_flight": 20,
        "target_cpu_ratio": 0.99,
        "target_rss_bytes": 52_428_800,
        "generator_cpu_ratio": 0.031,
    }
    return LiveNumbers(**{**values, **changes})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def console(make_console: Build) -> Console:
    made: Console = make_console(100, force_terminal=True)
    return made


@pytest.fixture
def view(console: Console, make_plan: Build, clock: FakeClock) -> LiveView:
    return LiveView(console, make_plan(), {1: 30.0, 2: 30.0, 3: 30.0, 4: 30.0}, clock=clock)


@pytest.fixture
def drawn_by(view: LiveView, console: Console, text_of: Build) -> Callable[[Any], str]:
    """Announce an event and return what was written because of it."""

    def draw(event: Any) -> str:
        before = len(text_of(console))
        view.announce(event)
        return str(text_of(console)[before:])

    return draw


def window(trial: Any, step: int = 1) -> StepPhaseBegan:
    return StepPhaseBegan(
        trial=trial, step=step, load=Users(users=20), phase="window", expected_s=6.0
    )


def test_before_the_first_trial_the_whole_run_is_shown(
    view: LiveView, console: Console, text_of: Build
) -> None:
    with view:
        assert "0 of 4 trials" in text_of(console)
        assert "about 2 min left" in text_of(console)


def test_the_current_trial_and_step_are_shown_with_their_numbers(
    view: LiveView, clock: FakeClock, make_planned: Build, drawn_by: Build
) -> None:
    trial = make_planned(3, repetition=1, stratum={"case": "lookup"})
    with view:
        began = drawn_by(TrialBegan(trial=trial))
        assert "blocking-call blocking-client (case=lookup)  repetition 2 of 2" in began
        assert "step 2 of 2: 20 users  window" in drawn_by(window(trial))
        clock.now_s += 3
        seen = drawn_by(numbers())
        assert "3 s of 6 s" in seen
        for told in ("1,230/s", "12.3 ms", "http-503 3", "99.0 %", "50.0 MiB"):
            assert told in seen
        assert "generator  3.10 % CPU, 20 in flight" in seen


def test_what_was_not_seen_yet_is_a_dash(
    view: LiveView, make_planned: Build, drawn_by: Build
) -> None:
    nothing = dict.fromkeys(
        (
            "throughput_per_s",
            "p99_s",
            "target_cpu_ratio",
            "target_rss_bytes",
            "generator_cpu_ratio",
        )
    )
    with view:
        view.announce(TrialBegan(trial=make_planned()))
        view._drawn_s = float("-inf")
        seen = drawn_by(numbers(**nothing, errors=0, outcomes={}))
        rows = dict(line.split(maxsplit=1) for line in seen.splitlines() if " -" in line)
        for label in ("throughput", "p99", "errors", "CPU", "memory"):
            assert rows[label].startswith("-")
        assert "generator  -, 20 in flight" in seen


def test_numbers_are_drawn_at_most_four_times_a_second(
    view: LiveView, clock: FakeClock, make_planned: Build, drawn_by: Build
) -> None:
    with view:
        view.announce(TrialBegan(trial=make_planned()))
        clock.now_s += 0.1
        assert drawn_by(numbers()) == ""
        clock.now_s += 0.2
        assert "http-503 6" in drawn_by(numbers())


def test_finished_trials_stay_below_with_numbers_and_cautions(
    view: LiveView, make_planned: Build, make_judged: Build, drawn_by: Build
) -> None:
    trial = make_planned()
    steps = (
        make_judged(0, 1),
        make_judged(1, 20, valid=False, doubts=((CautionCode.ERRORS, "5 %"),)),
    )
    with view:
        view.announce(TrialBegan(trial=trial))
        shown = drawn_by(TrialEnded(trial=trial, steps=steps, failure=None))
    assert "1 of 4 trials" in shown
    assert "1 user: 9.90/s, p50 2 s, p99 2.1 s, errors 0 %" in shown
    assert "not valid: errors" in shown


def test_more_finished_trials_than_there_is_room_for_show_the_last(
    make_console: Build,
    make_plan: Build,
    make_planned: Build,
    make_judged: Build,
    clock: FakeClock,
    text_of: Build,
) -> None:
    console = make_console(100, force_terminal=True, height=12)
    with LiveView(console, make_plan(), {}, clock=clock) as view:
        for number in range(9):
            trial = make_planned(number, variant=f"v{number}", repetition=0)
            view.announce(TrialBegan(trial=trial))
            before = len(text_of(console))
            view.announce(TrialEnded(trial=trial, steps=(make_judged(),), failure=None))
        last = text_of(console)[before:]
    assert "v8" in last
    assert "v7" in last
    assert "v6" not in last


def test_failures_and_notices_are_printed_to_stay(
    view: LiveView, make_planned: Build, drawn_by: Build, hostile: str
) -> None:
    trial = make_planned()
    with view:
        notice = drawn_by(Notice(text=hostile))
        view.announce(TrialBegan(trial=trial))
        failed = drawn_by(TrialEnded(trial=trial, steps=(), failure="it [red]died\x1b[2J"))
    assert r"<b>[red]a|b*\n\x1b[2J\u202e@x=`" in notice
    assert r"blocking-call blocking-client failed: it [red]died\x1b[2J" in failed


def test_a_phase_without_an_expected_length_does_no_harm(
    view: LiveView, make_planned: Build, drawn_by: Build
) -> None:
    trial = make_planned()
    with view:
        view.announce(TrialBegan(trial=trial))
        event = window(trial).model_copy(update={"expected_s": 0.0})
        assert "window" in drawn_by(event)


def test_the_cursor_comes_back_even_after_an_error(
    view: LiveView, console: Console, text_of: Build
) -> None:
    def interrupt() -> None:
        with view:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert "\x1b[?25l" in text_of(console)
    assert text_of(console).rfind("\x1b[?25h") > text_of(console).rfind("\x1b[?25l")


def test_a_narrow_terminal_is_not_overrun(
    make_console: Build, make_plan: Build, make_planned: Build, clock: FakeClock, text_of: Build
) -> None:
    console = make_console(40, force_terminal=True)
    trial = make_planned()
    with LiveView(console, make_plan(), {1: 30.0}, clock=clock) as view:
        view.announce(TrialBegan(trial=trial))
        clock.now_s += 1
        before = len(text_of(console))
        view.announce(window(trial))
        clock.now_s += 1
        view.announce(numbers())
        drawn = text_of(console)[before:]
    assert "…" in drawn


def test_a_search_shows_its_last_rate_and_in_the_end_its_knee(
    view: LiveView, make_search: Build, drawn_by: Build
) -> None:
    trial = make_search(1)
    tried = Attempt(rate_per_s=160, verdict="fails", because="p99 was 300ms")
    knee = Knee(
        conditions=(), end="found", holds_per_s=158.0, fails_per_s=160, because="at 160/s so"
    )
    with view:
        view.announce(TrialBegan(trial=trial))
        assert "step 2 of the search: 20 users" in drawn_by(window(trial))
        searched = StepSearched(trial=trial, step=1, attempt=tried)
        assert "160/s does not hold: p99 was 300ms" in drawn_by(searched)
        ended = drawn_by(TrialEnded(trial=trial, steps=(), failure=None, knee=knee))
        assert "knee: 158/s; at 160/s so" in ended
        assert "does not hold" not in ended


def test_a_duet_shows_whose_numbers_are_seen(
    view: LiveView, clock: FakeClock, make_duet: Build, make_judged: Build, drawn_by: Build
) -> None:
    trial = make_duet(1)
    with view:
        began = drawn_by(TrialBegan(trial=trial))
        assert "blocking-client against async-client, duet  repetition 1 of 2" in began
        view.announce(window(trial))
        clock.now_s += 1
        seen = drawn_by(numbers())
        assert "async-client (candidate)" in seen
        assert "1,230/s" in seen
        steps = (make_judged(arm="baseline"), make_judged(arm="candidate"))
        ended = drawn_by(TrialEnded(trial=trial, steps=steps, failure=None))
        assert "20 users, baseline: 9.90/s" in ended
        assert "20 users, candidate: 9.90/s" in ended


def test_variants_stand_side_by_side_and_the_ladder_shows_where_it_is(
    view: LiveView, clock: FakeClock, make_planned: Build, drawn_by: Build
) -> None:
    first, second = make_planned(1), make_planned(2, variant="async-client")
    with view:
        view.announce(TrialBegan(trial=first))
        view.announce(window(first))
        clock.now_s += 1
        view.announce(numbers(throughput_per_s=77.0))
        view.announce(TrialEnded(trial=first, steps=(), failure=None))
        view.announce(TrialBegan(trial=second))
        view.announce(window(second))
        clock.now_s += 1
        seen = drawn_by(numbers(throughput_per_s=500.0))
    (line,) = [each for each in seen.splitlines() if "throughput" in each]
    assert "77.0/s" in line
    assert "500/s" in line
    assert "✓ 1 user  ▶ 20 users" in seen


def test_what_was_seen_in_another_stratum_is_forgotten(
    view: LiveView, clock: FakeClock, make_planned: Build, drawn_by: Build
) -> None:
    first = make_planned(1, stratum={"rows": 1})
    second = make_planned(2, variant="async-client", stratum={"rows": 2})
    with view:
        view.announce(TrialBegan(trial=first))
        view.announce(numbers(throughput_per_s=77.0))
        view.announce(TrialEnded(trial=first, steps=(), failure=None))
        assert "77.0/s" not in drawn_by(TrialBegan(trial=second))


def test_keys_are_told_where_there_are_any(
    make_console: Build, make_plan: Build, clock: FakeClock, text_of: Build
) -> None:
    console = make_console(80, force_terminal=True)
    with LiveView(console, make_plan(), {1: 30.0}, keys="q ends", clock=clock):
        assert "q ends" in text_of(console)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 40), (200, 60)])
def test_the_picture_fits_the_terminal(
    width: int,
    height: int,
    make_plan: Build,
    make_planned: Build,
    make_experiment: Build,
    make_judged: Build,
    make_console: Build,
) -> None:
    variants = {f"variant-number-{n}": {"command": ["s"], "baseline": n == 0} for n in range(9)}
    experiment = make_experiment(variants=variants)
    trials = tuple(make_planned(n, variant=f"variant-number-{n}") for n in range(9))
    plan = make_plan(experiments=(experiment,), trials=trials)
    state = RunState(plan=plan, estimate_s=dict.fromkeys(range(9), 9.0), started_s=0.0)
    for trial in trials[:5]:
        for event in (TrialBegan(trial=trial), window(trial), numbers(outcomes={"x" * 99: 5})):
            state = advance(state, event, 1.0)
        if trial.number < 4:
            ended = TrialEnded(trial=trial, steps=(make_judged(), make_judged()), failure=None)
            state = advance(state, ended, 2.0)

    picture = lay_out(state, 3.0, width=width, height=height, keys="s skips, q ends")

    console = make_console(width, height=height)
    lines = console.render_lines(picture, pad=False)
    assert len(lines) < height
    texts = ["".join(segment.text for segment in line) for line in lines]
    assert max(map(len, texts)) <= width
    above_numbers = texts[next(n for n, text in enumerate(texts) if "throughput" in text) - 1]
    assert "variant-number-4" in above_numbers
    assert any("s skips, q ends" in text for text in texts)


def test_a_terminal_without_bars_gets_other_characters(
    make_plan: Build, make_planned: Build, make_console: Build
) -> None:
    state = RunState(plan=make_plan(), estimate_s={1: 9.0}, started_s=0.0)
    for event in (TrialBegan(trial=make_planned()), window(make_planned()), numbers(), numbers()):
        state = advance(state, event, 1.0)
    lines = make_console(80).render_lines(
        lay_out(state, 2.0, width=80, height=24, plain=True), pad=False
    )
    text = "\n".join("".join(segment.text for segment in line) for line in lines)
    assert "@@" in text
    assert "✓" not in text
