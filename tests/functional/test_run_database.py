"""The built-in database experiment on a PostgreSQL that is not ours, through DATABASE_URL."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import asyncpg

from bench.execution.services.embedded_postgres import embedded_postgres
from bench.execution.supervision.processes import supervise
from bench.model.run import RunDocument
from bench.storage.library import find_built_in
from bench.storage.reading_runs import list_runs

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1"
_LOOK_UPS_ONLY = ('query = ["long-wait"]', 'query = ["lookup"]')


def test_all_three_ways_to_a_server_of_others_answer_alike_and_leave_nothing(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    built_in = find_built_in()["database"]
    text = built_in.read_text()
    assert _LOOK_UPS_ONLY[0] in text
    # `root` is where the installed targets are, since the file moves
    root = f'root = "{built_in.parents[1]}"'
    write("database.toml", text.replace(*_LOOK_UPS_ONLY).replace('root = ".."', root))

    done = asyncio.run(run_beside_a_server(bench, tmp_path))

    assert done.returncode in (0, 3), done.stderr  # how busy the server was is not the question
    assert "Traceback" not in done.stderr
    rows = [row for row in RunDocument.model_validate_json(done.stdout).steps if row.name is None]
    assert sorted(row.variant for row in rows) == [
        "async-sqlalchemy",
        "raw-asyncpg",
        "sync-sqlalchemy",
    ]
    for row in rows:
        assert row.requests > 0
        assert row.errors == {}
    (path,) = list_runs(tmp_path / "results")
    answers = [trial / "answers.json" for trial in (path / "trials").iterdir()]
    assert len(answers) == 3
    assert all("body_base64" in file.read_text() for file in answers)


async def run_beside_a_server(bench: Bench, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run the experiment on a server of others, and see that its schemas are what they were."""
    async with (
        supervise() as supervisor,
        embedded_postgres(supervisor, cores=(), log=tmp_path / "other.log") as other,
    ):
        theirs = await asyncpg.connect(other.url)
        before = await theirs.fetch(_SCHEMAS)
        arguments = ("run", "database.toml", "--preset", "smoke", "--users", "2")
        done = await asyncio.to_thread(
            bench, *arguments, "--duration", "1s", "--json", env={"DATABASE_URL": other.url}
        )
        assert await theirs.fetch(_SCHEMAS) == before
        await theirs.close()
        return done
