"""Services are there while a run needs them, and nothing of them is after."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest

from bench.errors import ServiceError
from bench.execution.services.database import RunningDatabase
from bench.execution.services.embedded_postgres import embedded_postgres
from bench.execution.services.postgres_binaries import (
    reachable_binaries,
    unprivileged_user,
    wheel_installation,
)
from bench.execution.services.starting import RunningServices, start_services
from bench.execution.supervision.processes import supervise
from bench.execution.targets.ports import free_port
from bench.model.experiment import Experiment, ExperimentFile

_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1"


def served(
    folder: Path,
    services: list[Any],
    body: Callable[[RunningServices], Awaitable[None]],
    environment: dict[str, str] | None = None,
) -> None:
    file = {
        "title": "services",
        "services": services,
        "flow": [{"path": "/"}],
        "load": {"users": [1]},
        "variants": {"only": {"command": ["true"]}},
    }
    subject = Experiment(
        name="functional",
        path=folder / "functional.toml",
        file=ExperimentFile.model_validate(file),
    )

    async def main() -> None:
        own = {"PATH": os.defpath} | (environment or {})
        async with supervise() as supervisor:
            temp = supervisor.temp_folder
            async with start_services(supervisor, subject, cores=(), environment=own) as running:
                await body(running)
            assert list(temp.glob("postgres-*")) == []
        assert not temp.exists()

    asyncio.run(main())


@asynccontextmanager
async def another_server(folder: Path) -> AsyncIterator[RunningDatabase]:
    """A PostgreSQL that, as far as the services know, is not ours."""
    async with (
        supervise() as supervisor,
        embedded_postgres(supervisor, cores=(), log=folder / "other.log") as database,
    ):
        yield database


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def test_postgres_is_18_and_holds_the_same_rows_each_time(tmp_path: Path) -> None:
    async def body(running: RunningServices) -> None:
        url = running.env["DATABASE_URL"]
        connection = await asyncpg.connect(url)
        assert connection.get_server_version().major == 18
        assert await connection.fetchval("SELECT count(*) FROM users") == 10_000
        assert await connection.fetchval("SHOW max_connections") == "200"
        row = await connection.fetchrow("SELECT * FROM users WHERE id = 7")
        await connection.close()
        assert list(row.keys()) == ["id", "name", "email", "bio", "created_at"]
        assert (row["name"], row["email"]) == ("User 7", "user7@example.org")
        async with await psycopg.AsyncConnection.connect(url) as other:
            cursor = await other.execute("SELECT * FROM users WHERE id = 7")
            assert await cursor.fetchone() == tuple(row.values())
        assert len(running.pids) == 1
        assert running.env["DATABASE_SCHEMA"] == "public"

    served(tmp_path, ["postgres"], body)


def test_postgres_takes_no_password_but_its_own(tmp_path: Path) -> None:
    async def body(running: RunningServices) -> None:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(running.env["DATABASE_URL"], password="guess")

    served(tmp_path, ["postgres"], body)


def test_on_a_server_of_others_only_our_schema_is_touched(tmp_path: Path) -> None:
    async def main() -> None:
        async with another_server(tmp_path) as other:
            theirs = await asyncpg.connect(other.url)
            await theirs.execute("DELETE FROM users WHERE id > 3")  # their table of the same name

            async def body(running: RunningServices) -> None:
                url, schema = running.env["DATABASE_URL"], running.env["DATABASE_SCHEMA"]
                assert [row[0] for row in await theirs.fetch(_SCHEMAS)] == [
                    "information_schema",
                    schema,
                    "public",
                ]
                ours = await asyncpg.connect(url)
                assert await ours.fetchval("SELECT count(*) FROM users") == 10_000
                assert await ours.fetchval("SHOW search_path") == schema
                await ours.close()
                async with await psycopg.AsyncConnection.connect(url) as connection:
                    cursor = await connection.execute("SELECT count(*) FROM users")
                    assert await cursor.fetchone() == (10_000,)
                assert running.pids == ()

            await asyncio.to_thread(
                served, tmp_path, ["postgres"], on_loop(body), {"DATABASE_URL": other.url}
            )
            left = [row[0] for row in await theirs.fetch(_SCHEMAS)]
            assert left == ["information_schema", "public"]
            assert await theirs.fetchval("SELECT count(*) FROM users") == 3
            await theirs.close()

    def on_loop(
        body: Callable[[RunningServices], Awaitable[None]],
    ) -> Callable[[RunningServices], Awaitable[None]]:
        """Run a body on the loop that its connections belong to."""
        loop = asyncio.get_running_loop()

        async def relay(running: RunningServices) -> None:
            future = asyncio.run_coroutine_threadsafe(as_coroutine(running), loop)
            await asyncio.wrap_future(future)

        async def as_coroutine(running: RunningServices) -> None:
            await body(running)

        return relay

    asyncio.run(main())


async def never(running: RunningServices) -> None:
    pytest.fail("there should be no service")


def test_a_database_url_to_nowhere_is_said_without_the_password(tmp_path: Path) -> None:
    port = free_port()
    url = f"postgresql://me:hunter2@127.0.0.1:{port}/shop"
    with pytest.raises(ServiceError) as raised:
        served(tmp_path, ["postgres"], never, {"DATABASE_URL": url})
    said = f"{raised.value.message} {raised.value.hint} {raised.value.__cause__}"
    assert f"127.0.0.1:{port}" in said
    assert "hunter2" not in said


def test_a_user_that_the_server_refuses_is_said_without_the_password(tmp_path: Path) -> None:
    async def main() -> None:
        async with another_server(tmp_path) as other:
            # the server's complaint repeats the user's name, which here is the password too
            url = re.sub("//.*@", "//hunter2:hunter2@", other.url)
            with pytest.raises(ServiceError, match="authentication failed") as raised:
                await asyncio.to_thread(
                    served, tmp_path, ["postgres"], never, {"DATABASE_URL": url}
                )
            assert "hunter2" not in raised.value.message

    asyncio.run(main())


def test_the_upstream_answers_and_is_found_by_its_url(tmp_path: Path) -> None:
    async def body(running: RunningServices) -> None:
        url = running.env["UPSTREAM_URL"]
        ping = await asyncio.to_thread(get, f"{url}/ping")
        assert await asyncio.to_thread(get, f"{url}/wait/5") == ping

    served(tmp_path, ["upstream"], body)


def test_a_command_is_a_service_too(tmp_path: Path) -> None:
    (tmp_path / "stock.json").write_text("[1]")
    command = ["{python}", "-m", "http.server", "-d", "{folder}", "--bind", "{host}", "{port}"]

    async def body(running: RunningServices) -> None:
        url = running.env["STOCK_LIST_URL"]
        assert await asyncio.to_thread(get, f"{url}/stock.json") == [1]

    service = {"name": "stock-list", "command": command, "ready": "/stock.json"}
    served(tmp_path, [service], body)


def test_a_command_that_ends_at_once_is_no_service(tmp_path: Path) -> None:
    code = "print('out of stock'); raise SystemExit(1)"
    service = {"name": "stock", "command": [sys.executable, "-c", code]}
    with pytest.raises(ServiceError, match="service stock") as raised:
        served(tmp_path, [service], never)
    assert "out of stock" in raised.value.evidence


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_binaries_that_the_user_cannot_reach_are_copied_and_no_mode_is_changed(
    tmp_path: Path,
) -> None:
    shut = tmp_path / "home"
    installed = wheel_installation()
    package = shut / installed.parent.name
    package.mkdir(parents=True)
    (package / installed.name).symlink_to(installed)
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    (shut / libraries.name).symlink_to(libraries)
    shut.chmod(0o700)

    async def main() -> None:
        async with supervise() as supervisor:
            arguments = (unprivileged_user(), supervisor.temp_folder)
            found = await reachable_binaries(supervisor, package / installed.name, *arguments)
            assert found.is_relative_to(supervisor.temp_folder)

    modes = {path: path.stat().st_mode for path in (*installed.parents, installed / "bin", shut)}
    asyncio.run(main())
    assert {path: path.stat().st_mode for path in modes} == modes
