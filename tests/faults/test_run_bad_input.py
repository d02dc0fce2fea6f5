"""What a user can get wrong is said clearly, with an exit code, and nothing is lost."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bench.storage.reading_runs import list_runs, read_run

Bench = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]

_PATIENCE_S = 60.0

MINE = """
title = "What goes wrong?"
repetitions = 1
window = "1s"
flow = [{ path = "/" }]
same = { tasks = 1 }
load = { users = [2] }

[variants.mine]
app = "service:app"
server = { name = "uvicorn" }
"""

THEIRS = """
[variants.theirs]
baseline = true
app = "service:app"
server = { name = "uvicorn" }
"""

ROBBED_TARGET = """
import os
import socket

port = int(os.environ["PORT"])
with socket.create_connection(("127.0.0.1", int(os.environ["THIEF"]))) as thief:
    thief.sendall(b"%d" % port)
    thief.recv(1)  # the port is taken now
try:
    socket.create_server(("127.0.0.1", port))
except OSError as error:
    raise SystemExit(f"no port, no service: {error}")
"""


def said(done: subprocess.CompletedProcess[str], exit_code: int) -> str:
    """Return what stands on stderr, once the exit code is the right one."""
    assert done.returncode == exit_code, done.stderr
    assert "error: " in done.stderr
    return done.stderr


def with_command(*command: str) -> str:
    app = 'app = "service:app"\nserver = { name = "uvicorn" }'
    return MINE.replace(app, f"command = {list(command)}")


def test_a_target_that_is_never_ready_is_said_to_with_its_last_words(
    bench: Bench, write: Write
) -> None:
    code = "import time; print('thinking', flush=True); time.sleep(600)"
    text = with_command("{python}", "-c", code)
    write("mine.toml", f'{text}\nready = "/health"\nready_timeout = "1s"\n')
    told = said(bench("run", "mine.toml"), 4)
    for part in ("mine/mine was not ready after 1 s: GET /health at", "refused", "  thinking"):
        assert part in told


def test_a_misspelt_placeholder_is_named_where_the_target_does_not_start(
    bench: Bench, write: Write
) -> None:
    more = 'ready = "/health"\nready_timeout = "1s"\nenv = { AT = "{Host}" }\n'
    sleeps = with_command("{python}", "-c", "import time; time.sleep(600)", "{prot}", "{print}")
    write("mine.toml", f"{sleeps}\n{more}")
    late = " ".join(said(bench("run", "mine.toml"), 4).split())
    assert "{prot} is no placeholder: is {port} meant? {Host} is no placeholder" in late
    assert "{print} is no" not in late
    ends = with_command("{python}", "-c", "raise SystemExit(3)", "{prot}")
    write("mine.toml", f"{ends}\n{more}")
    ended = " ".join(said(bench("run", "mine.toml"), 4).split())
    assert "exit code 3" in ended
    assert "is {port} meant? {Host} is no placeholder: is {host} meant? The command was" in ended
    write("mine.toml", f"{with_command('{pyhton}', '{port}')}\n{more}")
    assert "is {python} meant?" in " ".join(said(bench("run", "mine.toml"), 4).split())


def test_a_target_that_is_ready_with_500_is_never_ready(bench: Bench, write: Write) -> None:
    more = 'ready = "/"\nready_timeout = "1s"\nenv = { ANSWER = "500" }\n'
    write("mine.toml", MINE + more)
    assert "kept answering 500" in said(bench("run", "mine.toml"), 4)


def test_a_target_that_answers_500_to_everything_is_not_loaded(bench: Bench, write: Write) -> None:
    write("mine.toml", MINE + 'env = { ANSWER = "500", BODY = "out of stock" }\n')
    told = said(bench("run", "mine.toml"), 4)
    assert "mine/mine answers every request with an error" in told
    assert "500" in told


def test_variants_that_answer_differently_are_said_to_and_where(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("pair.toml", MINE + 'env = { BODY = "pears" }\n' + THEIRS + 'env = { BODY = "apples" }\n')
    told = said(bench("run", "pair.toml"), 4)
    for part in ("answer equal requests differently", "GET /, body", "apples", "pears", "ignore"):
        assert part in told
    (path,) = list_runs(tmp_path / "results")
    assert len(read_run(path).trials) == 1  # of the variant that came first


def test_a_port_that_is_taken_in_between_again_and_again_is_named(
    bench: Bench, write: Write
) -> None:
    write("robbed.py", ROBBED_TARGET)
    with thief() as (port, taken):
        text = with_command("{python}", "{folder}/robbed.py")
        write("mine.toml", f'{text}\nenv = {{ THIEF = "{port}" }}\n')
        told = said(bench("run", "mine.toml"), 4)
        assert len(taken) == 3
    assert f"127.0.0.1:{taken[-1]}" in told
    assert f"(pid {os.getpid()})" in told


@contextmanager
def thief() -> Iterator[tuple[int, list[int]]]:
    """Take each port that is told to us before whoever tells it can."""
    taken: list[int] = []
    stolen: list[socket.socket] = []

    def steal() -> None:
        while True:
            try:
                victim, _ = ear.accept()
            except OSError:  # it was shut
                return
            with victim:
                taken.append(int(victim.recv(99)))
                stolen.append(socket.create_server(("127.0.0.1", taken[-1])))
                victim.sendall(b"!")

    with socket.create_server(("127.0.0.1", 0)) as ear:
        thread = threading.Thread(target=steal)
        thread.start()
        try:
            yield ear.getsockname()[1], taken
        finally:
            ear.shutdown(socket.SHUT_RDWR)
            thread.join()
            for each in stolen:
                each.close()


def test_a_command_that_is_not_there_is_named(bench: Bench, write: Write) -> None:
    write("mine.toml", with_command("no-such-server-anywhere", "{port}"))
    told = said(bench("run", "mine.toml"), 4)
    assert "can't be started" in told
    assert "no-such-server-anywhere" in told


def test_too_few_file_descriptors_are_said_to_before_anything_starts(
    bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("mine.toml", MINE)
    few = (256, 256)
    done = bench(
        *("run", "mine.toml", "--users", "1000"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few),
    )
    told = said(done, 2)
    for part in ("1000 users needs", "this system allows 256", "ulimit -Hn"):
        assert part in told
    assert not (tmp_path / "results").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return the root of a file system of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "pairbench-test", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root, where it may, mounts a small file system")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_full_after_a_trial_keeps_it_for_later(
    bench: Bench, write: Write, small_disk: Path
) -> None:
    write("pair.toml", MINE + THEIRS)
    with filled_once_there_is(small_disk, "*/trials/001-*/trial.json"):
        told = said(bench("run", "pair.toml", "--results", str(small_disk)), 2)
    for part in ("No space left on device", "Free some space", "Finished trials are kept"):
        assert part in told
    (path,) = list_runs(small_disk)
    assert [trial.trial.number for trial in read_run(path).trials] == [1]
    assert list(path.rglob("*.draft")) == []


def test_a_disk_that_is_full_under_load_ends_the_run(
    bench: Bench, write: Write, small_disk: Path
) -> None:
    write("mine.toml", MINE)
    with filled_once_there_is(small_disk, "*/trials/001-*/readings.jsonl"):
        told = said(bench("run", "mine.toml", "--results", str(small_disk)), 2)
    for part in ("No space left on device", "Free some space"):
        assert part in told
    (path,) = list_runs(small_disk)
    assert read_run(path).unfinished == (1,)


@contextmanager
def filled_once_there_is(disk: Path, pattern: str) -> Iterator[None]:
    """Fill a disk as soon as a file appears on it."""

    def wait_and_fill() -> None:
        give_up_at_s = time.monotonic() + _PATIENCE_S
        while not list(disk.glob(pattern)) and time.monotonic() < give_up_at_s:
            time.sleep(0.01)
        fill(disk)

    filling = threading.Thread(target=wait_and_fill)
    filling.start()
    try:
        yield
    finally:
        filling.join()


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(b"x" * 4096)


def test_a_disk_that_is_full_from_the_start_is_said_to(
    bench: Bench, write: Write, small_disk: Path
) -> None:
    write("mine.toml", MINE)
    fill(small_disk)
    told = said(bench("run", "mine.toml", "--results", str(small_disk)), 2)
    assert "No space left on device" in told


def test_a_results_folder_that_is_a_file_is_named(bench: Bench, write: Write) -> None:
    write("mine.toml", MINE)
    file = write("taken", "not a folder")
    told = said(bench("run", "mine.toml", "--results", str(file)), 2)
    assert f"{file} can't be written: File exists" in told


def test_a_results_folder_that_cannot_be_written_is_named(bench: Bench, write: Write) -> None:
    write("mine.toml", MINE)
    # no mode stops root; the kernel's own files do
    told = said(bench("run", "mine.toml", "--results", "/proc/results"), 2)
    assert "/proc/results can't be written" in told


@pytest.mark.parametrize(
    ("damage", "part"),
    [
        ("{", "is not JSON"),
        ("[]", "is no record of pairbench"),
        ('{"schema_version": 99}', "schema version 99; this version of pairbench reads 3"),
        ('{"schema_version": 3}', "can't be read: run_id"),
        ("\udcff", "is not UTF-8"),
    ],
)
def test_a_damaged_run_folder_is_said_to_be_one(
    damage: str, part: str, bench: Bench, tmp_path: Path
) -> None:
    run = tmp_path / "results" / "damaged"
    run.mkdir(parents=True)
    (run / "run.json").write_bytes(damage.encode("utf-8", "surrogateescape"))
    told = said(bench("run", "--resume", str(run)), 2)
    assert f"{run.name}/run.json" in told
    assert part in told


def test_a_run_folder_without_its_record_is_none(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    assert "is no run folder" in said(bench("run", "--resume", "results"), 2)


def test_a_database_url_to_nowhere_is_said_without_the_password(bench: Bench, write: Write) -> None:
    write("mine.toml", 'services = ["postgres"]\n' + MINE)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"postgresql://me:hunter2@127.0.0.1:{port}/shop"
    done = bench("run", "mine.toml", "--json", env={"DATABASE_URL": url})
    told = said(done, 2)
    assert f"127.0.0.1:{port}" in told
    assert "hunter2" not in told + done.stdout


@pytest.mark.parametrize(
    ("scenario", "part"),
    [
        ("import locust\n\nimport no_such_module\n", "line 3: ModuleNotFoundError"),
        ("import locust\n\ndef half(:\n", "line 3: SyntaxError"),
        (None, "No such file"),
    ],
)
def test_a_scenario_that_cannot_be_used_is_named_with_its_line(
    scenario: str | None, part: str, bench: Bench, write: Write, tmp_path: Path
) -> None:
    write("mine.toml", MINE.replace('flow = [{ path = "/" }]', 'scenario = "users.py"'))
    if scenario is not None:
        write("users.py", scenario)
    told = said(bench("run", "mine.toml"), 2)
    assert str(tmp_path / "users.py") in told
    assert part in told
