"""Two versions, each as it was: their files, their environments and their databases."""

from __future__ import annotations

import sysconfig
import textwrap
from collections.abc import Callable
from typing import Any

from bench.model.gate import GateReport

MakeRepository = Callable[..., Any]

_OTHERWISE = "return {'sum': 7}"
"""What lets a gate end before load: it says that the answers differ, and how."""

_BACKEND = """
import base64
import hashlib
import zipfile


def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "wares-RELEASE-py3-none-any.whl"
    files = {
        "wares.py": "VERSION = 'RELEASE'\\n",
        "wares-RELEASE.dist-info/METADATA": "Metadata-Version: 2.1\\nName: wares\\n"
        "Version: RELEASE\\n",
        "wares-RELEASE.dist-info/WHEEL":
            "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files["wares-RELEASE.dist-info/RECORD"] = "".join(f"{path},,\\n" for path in files)
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
"""
_PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "wares"
version = "RELEASE"
"""
_INSTALL = """
prepare = [
  ["{python}", "prepare.py"],
  ["{python}", "-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "./wares"],
]
"""
_MIGRATE = """
import asyncio
import os

import asyncpg


async def main():
    shop = await asyncpg.connect(os.environ["DATABASE_URL"])
    await shop.execute("create table wares (name text)")
    await shop.execute("insert into wares values ('soap')")
    await shop.close()


asyncio.run(main())
"""
_OF_A_DATABASE = """
import os

import asyncpg
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def wares() -> list[str]:
    shop = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        (row,) = await shop.fetch("select * from wares")
    finally:
        await shop.close()
    assert list(row) == ["soap"]
    return ["soap"]


@app.get("/ping")
async def ping() -> str:
    return "pong"
"""


def otherwise(service: str) -> str:
    return service.replace('return {"sum": sum(range(200_000))}', _OTHERWISE)


def assert_differs(done: Any) -> None:
    """See that the candidate was the one that answers otherwise."""
    assert done.exit_code == 4, done.stderr
    assert "shop (baseline) 19999900000; shop (candidate) 7" in done.report.failure.evidence[0]


def test_the_baseline_is_where_history_parted_from_the_main_branch(
    make_repository: MakeRepository, service: str
) -> None:
    origin = make_repository({"shop.py": otherwise(service)})
    origin.commit({"shop.py": service.replace("200_000", "10")})  # main went on meanwhile
    repository = origin.clone()
    done = repository.gate("--json")
    assert_differs(done)
    assert done.report.baseline.label == "merge base with origin/main"
    assert done.report.baseline.commit == repository.git("rev-parse", "main~1").strip()
    assert done.report.candidate.label == "change"
    assert not done.report.candidate.is_dirty


def test_what_is_not_committed_is_the_candidate(
    make_repository: MakeRepository, service: str
) -> None:
    repository = make_repository({}).clone()
    repository.git("switch", "--quiet", "--detach", "origin/main")
    repository.write({"shop.py": service.replace("sum(range(200_000))", "answer.SEVEN")})
    repository.git("add", "shop.py")
    repository.write({"shop.py": "import answer\n" + (repository.root / "shop.py").read_text()})
    repository.write({"answer.py": "SEVEN = 7\n", "README.md": None})
    repository.git("stash", "push", "--quiet", "--include-untracked")
    repository.git("stash", "apply", "--quiet", "--index")
    done = repository.gate("--json")
    assert_differs(done)
    assert done.report.baseline.label == "HEAD"
    assert done.report.candidate.label == "working tree"
    assert done.report.candidate.is_dirty
    assert any("answer.py" in notice for notice in done.report.notices)


def test_a_detached_head_is_compared_with_a_version_that_is_named(
    make_repository: MakeRepository, service: str
) -> None:
    repository = make_repository({"shop.py": otherwise(service)}).clone()
    repository.git("switch", "--quiet", "--detach")
    below = repository.root / "empty"  # of which git knows nothing
    below.mkdir()
    done = repository.gate("--against", "main", "--json", cwd=below)
    assert_differs(done)
    head = repository.git("rev-parse", "HEAD").strip()
    assert (done.report.candidate.commit, done.report.candidate.label) == (head, head[:10])
    assert done.report.baseline.label == "main"


def test_results_are_no_change_of_the_working_tree(
    make_repository: MakeRepository, service: str
) -> None:
    repository = make_repository({"shop.py": otherwise(service)}).clone()
    results = repository.root / "kept"
    with repository.start("--json", "--results", "kept") as process:
        process.communicate(timeout=60)
    assert len(list(results.iterdir())) == 1
    with repository.start("--json", "--results", "kept") as process:
        report, _ = process.communicate(timeout=60)
    assert not GateReport.model_validate_json(report).candidate.is_dirty


def test_what_is_gated_is_up_to_the_candidate(
    make_repository: MakeRepository, service: str, gate_file: str
) -> None:
    head, _, variant = gate_file.partition("[variants.shop]")
    two = f"{head}[variants.shop]{variant}[variants.till]\nbaseline = true{variant}"
    only_shop, only_till = (
        two.replace("[gate]", f'[gate]\nvariants = ["{name}"]') for name in ("shop", "till")
    )
    done = (
        make_repository(
            {"bench.toml": only_shop, "shop.py": otherwise(service)},
            main={"bench.toml": only_till},
        )
        .clone()
        .gate("--json")
    )
    assert_differs(done)
    assert "bench/till was removed: it is not gated any more." in done.report.notices


def test_a_shallow_clone_is_told_how_to_get_its_history(make_repository: MakeRepository) -> None:
    origin = make_repository({})
    done = origin.clone("shallow", "--depth", "1", "--branch", "change").gate("--json")
    assert done.exit_code == 3, done.stderr
    assert "shallow" in done.report.because
    assert "git fetch --unshallow" in done.report.failure.hint
    assert "git fetch --unshallow" in done.stderr


def test_where_the_baseline_has_no_gate_file_the_candidates_is_used(
    make_repository: MakeRepository, service: str, gate_file: str
) -> None:
    origin = make_repository(
        {"bench.toml": gate_file, "shop.py": otherwise(service)}, main={"bench.toml": None}
    )
    done = origin.clone().gate("--json")
    assert_differs(done)
    assert "The baseline has no bench.toml: the candidate's is used for both." in (
        done.report.notices
    )


def test_experiments_that_came_went_and_were_renamed_are_told(
    make_repository: MakeRepository, gate_file: str
) -> None:
    several = 'experiments = ["gates/{}.toml", "gates/{}.toml"]\n'
    gate_file = gate_file.replace("[load]", 'root = ".."\n\n[load]', 1)
    origin = make_repository(
        {
            "bench.toml": several.format("till", "fair"),
            "gates/counter.toml": None,
            "gates/till.toml": gate_file,
            "gates/stall.toml": None,
            "gates/fair.toml": gate_file.replace("shop", "fair").replace("fair:", "shop:"),
        },
        main={
            "bench.toml": several.format("counter", "stall"),
            "gates/counter.toml": gate_file,
            "gates/stall.toml": gate_file.replace("[4]", "[2]"),
        },
    )
    done = origin.clone().gate("--json", "--budget", "1s", "--strict")
    assert done.exit_code == 3, done.stderr
    assert "gates/stall.toml" in done.report.because
    assert "gates/till.toml was gates/counter.toml: renamed." in done.report.notices
    assert any("gates/fair.toml is new" in notice for notice in done.report.notices)
    assert "gates/stall.toml was removed: it is not gated any more." in done.report.notices


def test_versions_that_depend_on_different_packages_have_environments_of_their_own(
    make_repository: MakeRepository, service: str, gate_file: str
) -> None:
    """And packages come without a network: from the tree itself."""

    def wares(version: str) -> dict[str, str]:
        asserting = f"import wares\nassert wares.VERSION == {version!r}\n"
        return {
            "wares/pyproject.toml": _PYPROJECT.replace("RELEASE", version),
            "wares/backend.py": _BACKEND.replace("RELEASE", version),
            "shop.py": asserting + textwrap.dedent(service),
        }

    own = sysconfig.get_paths()["purelib"]
    lead = f"""
        import pathlib, sysconfig
        packages = pathlib.Path(sysconfig.get_paths()["purelib"])
        packages.joinpath("bench.pth").write_text({own!r})
    """
    main = wares("1.0") | {
        "prepare.py": lead,
        "bench.toml": gate_file.replace("[gate]", f"[gate]{_INSTALL}"),
    }
    done = make_repository(wares("2.0"), main=main).clone().gate("--json", "--budget", "1s")
    assert done.exit_code == 0, done.stderr
    report = done.report
    assert (report.baseline.environment, report.candidate.environment) == ("own", "own")
    assert (report.baseline.is_proven, report.candidate.is_proven) == (True, True)


def test_each_version_has_a_database_with_its_own_migrations(
    make_repository: MakeRepository, gate_file: str
) -> None:
    migrating = gate_file.replace("[gate]", '[gate]\nmigrate = [["{python}", "migrate.py"]]')
    main = {
        "bench.toml": migrating.replace("[load]", 'services = ["postgres"]\n\n[load]', 1),
        "migrate.py": _MIGRATE,
        "shop.py": _OF_A_DATABASE,
    }
    priced = '    await shop.execute("alter table wares add column price int default 3")\n'
    closing = "    await shop.close()\n"
    change = {
        "migrate.py": _MIGRATE.replace(closing, priced + closing),
        "shop.py": _OF_A_DATABASE.replace('["soap"]\n    return', '["soap", 3]\n    return'),
    }
    done = make_repository(change, main=main).clone().gate("--json", "--budget", "1s")
    assert done.exit_code == 0, done.stderr
    (errors,) = [row for row in done.report.rows if row.quantity == "errors"]
    assert (errors.baseline, errors.candidate) == (0, 0)


def test_outside_of_a_repository_there_is_nothing_to_compare(
    make_repository: MakeRepository, gate_file: str
) -> None:
    origin = make_repository({})
    folder = origin.root.parents[1] / "folder"
    folder.mkdir()
    (folder / "bench.toml").write_text(gate_file)
    done = origin.gate(cwd=folder)
    assert done.exit_code == 2
    assert "is in no git repository" in done.stderr
