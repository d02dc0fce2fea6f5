"""Gates that end before any load: each says whose fault it is, in words and by its exit code."""

from __future__ import annotations

import py_compile
import sysconfig
from collections.abc import Callable
from typing import Any

from bench.model.gate import GateVerdict

MakeClone = Callable[..., Any]

_BROKEN = "raise RuntimeError('no shop today')\n"
_WARES = "requirements-wares.txt"
_PREPARE = f"""prepare = [["{{python}}", "-c", "raise SystemExit(open('{_WARES}').read() or 0)"]]"""
_ANSWER = '{"sum": sum(range(200_000))}'


def test_a_candidate_that_does_not_start_ends_with_its_own_words(make_clone: MakeClone) -> None:
    done = make_clone({"shop.py": _BROKEN}).gate("--json")
    assert done.exit_code == 4, done.stderr
    assert (done.report.verdict, done.report.exit_code) == (GateVerdict.INVALID, 4)
    assert done.report.failure.evidence[-1] == "RuntimeError: no shop today"
    assert "RuntimeError: no shop today" in done.stderr
    assert "# destroy" not in done.stderr


def test_a_baseline_that_does_not_start_leaves_nothing_to_compare_with(
    make_clone: MakeClone, service: str
) -> None:
    done = make_clone({"shop.py": service}, main={"shop.py": _BROKEN}).gate("--json")
    assert done.exit_code == 3, done.stderr
    assert "the baseline can't be measured" in done.report.because
    assert "the baseline can't be measured" in done.stderr
    assert "RuntimeError: no shop today" in done.report.failure.evidence


def test_answers_that_differ_are_shown_with_the_difference(
    make_clone: MakeClone, service: str
) -> None:
    other = service.replace(_ANSWER, '{"sum": 7}')
    done = make_clone({"shop.py": other}).gate("--json")
    assert done.exit_code == 4, done.stderr
    (difference,) = done.report.failure.evidence
    assert "$.sum" in difference
    assert "shop (baseline) 19999900000; shop (candidate) 7" in difference


def test_a_candidate_that_answers_nothing_but_errors_is_no_regression(
    make_clone: MakeClone, service: str
) -> None:
    other = service.replace(f"return {_ANSWER}", "raise KeyError")
    done = make_clone({"shop.py": other}).gate("--json")
    assert done.exit_code == 4, done.stderr
    assert "shop (candidate) answers every request with an error" in done.report.because


def test_what_the_candidate_can_not_be_prepared_by_is_its_fault(
    make_clone: MakeClone, gate_file: str
) -> None:
    wanting = gate_file.replace("[gate]", f"[gate]\n{_PREPARE}")
    repository = make_clone({_WARES: "sold out"}, main={"bench.toml": wanting, _WARES: ""})
    done = repository.gate("--json")
    assert done.exit_code == 4, done.stderr
    assert "The candidate (change) can't be prepared" in done.report.because
    assert "sold out" in done.report.failure.evidence


def test_what_the_baseline_can_not_be_prepared_by_is_not(
    make_clone: MakeClone, gate_file: str
) -> None:
    wanting = gate_file.replace("[gate]", f"[gate]\n{_PREPARE}")
    repository = make_clone({_WARES: ""}, main={"bench.toml": wanting, _WARES: "sold out"})
    done = repository.gate("--json")
    assert done.exit_code == 3, done.stderr
    assert "The baseline (merge base with origin/main) can't be prepared" in done.report.because


def test_variants_that_have_nothing_in_common_can_not_be_gated(
    make_clone: MakeClone, gate_file: str
) -> None:
    renamed = gate_file.replace("variants.shop", "variants.store")
    done = make_clone({"bench.toml": renamed}).gate()
    assert done.exit_code == 2, done.stderr
    assert "no variant in common" in done.stderr
    assert list(done.folder.iterdir()) == []


def test_a_target_that_runs_files_of_the_working_tree_proves_nothing(
    make_clone: MakeClone, gate_file: str, service: str
) -> None:
    """As an editable install leads it there."""
    repository = make_clone({}, main={"src/wares.py": "", "shop.py": f"import wares\n{service}"})
    py_compile.compile(str(repository.root / "src" / "wares.py"))  # the target would do it else
    lead = [
        "import pathlib, sysconfig",
        "packages = pathlib.Path(sysconfig.get_paths()['purelib'])",
        f"packages.joinpath('bench.pth').write_text({sysconfig.get_paths()['purelib']!r})",
        f"packages.joinpath('wares.pth').write_text({str(repository.root / 'src')!r})",
    ]
    prepare = f'prepare = [["{{python}}", "-c", """{"; ".join(lead)}"""]]'
    repository.write({"bench.toml": gate_file.replace("[gate]", f"[gate]\n{prepare}")})
    done = repository.gate("--json")
    assert done.exit_code == 3, done.stderr
    assert "ran code of the user's working tree" in done.report.because
    assert str(repository.root / "src" / "wares.py") in done.report.because
    assert "wares is installed from there" in done.report.failure.hint
