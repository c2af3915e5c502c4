"""A gateway as a process of its own, from the outside: its ports, its log, whether it is ready."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from deployments.environment import ROOT, process_environment
from deployments.ports import is_free
from settings import Settings

LIMIT = 30.0


@dataclass
class GatewayProcess:
    """A gateway process; stderr is in `log`."""

    settings: Settings
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def public(self) -> str:
        return f"http://127.0.0.1:{self.settings.public_port}"

    @property
    def private(self) -> str:
        return f"http://127.0.0.1:{self.settings.private_port}"

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.private}/ready").status_code == 200
        except httpx.TransportError:
            return False

    def has_left_its_ports(self) -> bool:
        return is_free(self.settings.public_port) and is_free(self.settings.private_port)

    def open(self, url_key: str, head: bytes) -> socket.socket:
        """A connection to the public port on which a webhook's headers were sent."""
        connection = socket.create_connection(("127.0.0.1", self.settings.public_port), timeout=5)
        connection.sendall(
            b"POST /webhooks/lever/%b HTTP/1.1\r\nHost: gateway.test\r\n%b" % (url_key.encode(), head)
        )
        return connection


def eventually(holds: Callable[[], bool], limit: float = LIMIT) -> bool:
    deadline = time.monotonic() + limit
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def start(
    settings: Settings, log: Path, *, file_limit: int | None = None, **environment: str
) -> GatewayProcess:
    """`file_limit`: of descriptors, which the process cannot raise."""
    argv = [sys.executable, "-m", "webhook_gateway"]
    if file_limit is not None:
        argv = ["/bin/sh", "-c", f'ulimit -n {file_limit}; exec "$@"', "sh", *argv]
    env = {**process_environment(settings), **environment}
    with log.open("wb") as stderr:
        return GatewayProcess(settings, subprocess.Popen(argv, env=env, cwd=ROOT, stderr=stderr), log)
