"""A thread for each connection, from its opening to its end: the standard library's own server.

Run as a module, with host and port. `GET /ping` answers at once and keeps the connection;
`GET /hold` answers after minutes. `THREAD_STACK_KIB` sets the size of the threads' stacks.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from targets.ping import PING_BODY

HOLD_S = 300.0


class Handler(BaseHTTPRequestHandler):
    """Answers requests of one connection, in a thread that is its own."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer, or hold."""
        if self.path == "/hold":
            time.sleep(HOLD_S)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(PING_BODY)))
        self.end_headers()
        self.wfile.write(PING_BODY)

    def log_message(self, *arguments: object) -> None:
        """Keep silent: no server here writes an access log."""


class Server(ThreadingHTTPServer):
    """With a backlog like the other servers', and threads that don't outlive it."""

    request_queue_size = 2048
    daemon_threads = True


def main() -> None:
    """Serve until SIGTERM."""
    host, port = sys.argv[1], int(sys.argv[2])
    if stack := os.environ.get("THREAD_STACK_KIB"):
        threading.stack_size(int(stack) * 1024)
    server = Server((host, port), Handler)
    # From a thread of its own, as shutdown() waits for the loop that the signal has interrupted.
    signal.signal(
        signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start()
    )
    server.serve_forever()
    os._exit(0)  # thousands of sleeping threads are not waited for


if __name__ == "__main__":
    main()
