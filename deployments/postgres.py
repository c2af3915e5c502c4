"""The embedded PostgreSQL: makes its cluster once and starts it as a child process on a Unix socket.

Durable as PostgreSQL is by default; never on a TCP port, never as root, never a daemon of its own.
"""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deployments.cluster import Cluster, prepare
from deployments.lifeline import tied

START_SECONDS = 30.0
STOP_SECONDS = 15.0


class PostgresError(Exception):
    """PostgreSQL does not start; the message says why and what to do."""


@dataclass(frozen=True)
class PostgresProcess:
    """A started server; whoever started it stops it."""

    cluster: Cluster
    process: subprocess.Popen[bytes]

    def url(self, database: str) -> str:
        """A database of it, as SQLAlchemy wants it."""
        return self.cluster.url(database)

    def stop(self) -> None:
        """Ends it with a last checkpoint, or by force after 15 seconds."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_postgres(data_dir: Path, socket_dir: Path, connections: int = 100) -> PostgresProcess:
    """Starts the cluster under `data_dir`, made when missing, and waits until it answers."""
    cluster = prepare(data_dir, socket_dir, connections)
    with cluster.log.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own binary
            tied(cluster.argv, signal.SIGINT, cluster.user),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
            pass_fds=[cluster.lock],
        )
    cluster.unlock()
    _wait_until_ready(cluster, process)
    return PostgresProcess(cluster, process)


@contextmanager
def embedded_postgres(data_dir: Path, socket_dir: Path, connections: int = 100) -> Iterator[PostgresProcess]:
    """A server for the length of a block."""
    server = start_postgres(data_dir, socket_dir, connections)
    try:
        yield server
    finally:
        server.stop()


def _wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not cluster.is_ready(process.pid):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise PostgresError(f"PostgreSQL did not start; the end of {cluster.log}:\n{cluster.log_end()}")
        time.sleep(0.02)
