"""Sockets in TIME_WAIT: those of one port count, by either end, and not an earlier target's."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from targets.blocking_call.time_wait import LASTS_S, count_time_wait

HEAD = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"


def row(local: int, remote: int, state: int = 6, left_s: float = 50.0) -> bytes:
    return (
        b"   1: 0100007F:%04X 0100007F:%04X %02X 00000000:00000000 03:%08X 00000000     0        0"
        b" 0 3 00000000689523a1\n" % (local, remote, state, round(left_s * 100))
    )


def test_either_end_counts_and_other_ports_and_states_do_not() -> None:
    table = HEAD + row(40001, 8000) + row(8000, 40002) + row(40003, 8001) + row(40004, 8000, 1)
    assert count_time_wait(table, 8000, LASTS_S) == 2
    assert count_time_wait(table, 8001, LASTS_S) == 1
    assert count_time_wait(HEAD, 8000, LASTS_S) == 0


def test_what_is_older_than_the_target_is_not_its_own() -> None:
    table = HEAD + row(40001, 8000, left_s=59.0) + row(40002, 8000, left_s=20.0)
    assert count_time_wait(table, 8000, within_s=0.5) == 0
    assert count_time_wait(table, 8000, within_s=5.0) == 1
    assert count_time_wait(table, 8000, within_s=45.0) == 2


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the table is Linux's")
@pytest.mark.parametrize("client_closes_first", [True, False])
def test_a_closed_connection_is_found_in_the_systems_own_table(client_closes_first: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        served, _ = listening.accept()
        first, last = (client, served) if client_closes_first else (served, client)
        first.close()
        assert last.recv(1) == b""
        last.close()
        assert count_time_wait(Path("/proc/net/tcp").read_bytes(), port, within_s=5.0) == 1
