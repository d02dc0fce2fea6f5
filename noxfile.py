"""The project's checks. `nox` runs the tests; `nox -l` lists what else there is."""

from __future__ import annotations

import nox

nox.options.sessions = ["tests"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False


_TWO_AT_A_TIME = ("-n", "2", "--dist", "worksteal")

_ALONE = (
    "tests/functional/test_generator_together.py",
    "tests/functional/test_namespaces.py",
    "tests/functional/test_run_percentiles.py",
    "tests/functional/test_run_search.py",
    "tests/functional/test_truth.py",
    "tests/functional/test_watching.py",
)
"""What holds numbers against others, and has the machine for itself meanwhile."""


_IN_THE_BROWSER = "tests/reporting/html/browser"

_OF_ONE_RUN = ("tests/functional/test_claims.py", "tests/functional/test_figures.py")
"""Files whose tests share a run that takes a while: each file stays with one worker."""


def _install(session: nox.Session) -> None:
    session.install("-c", "constraints.txt", "-e", ".[dev]")


@nox.session
def check(session: nox.Session) -> None:
    """All that must hold: lint, types, tests and functional, in one environment."""
    _install(session)
    for run in (_lint, _types, _tests, _functional):
        run(session)


@nox.session
def tests(session: nox.Session) -> None:
    """Pure floors and small parts, with coverage of the floors that must be whole."""
    _install(session)
    _tests(session)


@nox.session
def functional(session: nox.Session) -> None:
    """Real servers, a real database, real faults."""
    _install(session)
    _functional(session)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format and the floors that imports must keep."""
    _install(session)
    _lint(session)


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    _install(session)
    _types(session)


def _tests(session: nox.Session) -> None:
    session.run(
        "pytest",
        "tests",
        "--ignore=tests/functional",
        "--ignore=tests/faults",
        "--ignore=tests/targets",
        f"--ignore={_IN_THE_BROWSER}",
        *_TWO_AT_A_TIME,
        "--cov",
        "--cov-report=term-missing:skip-covered",
        *session.posargs,
    )
    session.run(
        "coverage",
        "report",
        "--include=bench/model/*,bench/planning/*,bench/analysis/*,bench/storage/*,"
        "bench/errors.py,bench/units.py",
        "--fail-under=100",
        "--skip-covered",
    )


def _functional(session: nox.Session) -> None:
    where = ("tests/functional", "tests/faults", "tests/targets")
    others = [f"--ignore={path}" for path in (*_ALONE, *_OF_ONE_RUN)]
    quick = ("-m", "not slow")
    session.run("pytest", *quick, *_TWO_AT_A_TIME, *where, *others, *session.posargs)
    session.run("pytest", *quick, *_ALONE, *session.posargs)
    # The browser's driver keeps an event loop running, beside which others can't have theirs.
    by_file = ("-n", "2", "--dist", "loadfile")
    session.run("pytest", *quick, *by_file, _IN_THE_BROWSER, *_OF_ONE_RUN, *session.posargs)


def _lint(session: nox.Session) -> None:
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


def _types(session: nox.Session) -> None:
    session.run("mypy")


@nox.session
def smoke(session: nox.Session) -> None:
    """Shapes that follow from queueing laws, measured for real; one re-measurement is allowed."""
    _install(session)
    session.run("pytest", "tests/smoke", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """The functional tests that take long, for which CI has no time; one after the other."""
    _install(session)
    session.run("pytest", "-m", "slow", "tests/functional", *session.posargs)
    session.run("pytest", "-m", "slow", _IN_THE_BROWSER, *session.posargs)


@nox.session
def reference(session: nox.Session) -> None:
    """Write the verdicts of results/reference into README and docs; take runs in before that."""
    _install(session)
    session.run("python", "-m", "benchmarks.reference", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Our generator beside others, as ratios in one run; nothing else may run meanwhile.

    `nox -s benchmarks -- gate record` (or live, or replay) measures the gate's error rates.
    """
    _install(session)
    if session.posargs[:1] == ["gate"]:
        session.run("python", "-m", "benchmarks.gate", *session.posargs[1:])
    else:
        session.run("python", "-m", "benchmarks", *session.posargs)
