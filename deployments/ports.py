"""Which ports are free on this machine. Holds none of them open."""

import errno
import socket
from collections.abc import Collection

import psutil

NEIGHBOURS = 200


class PortInUseError(Exception):
    """A port is taken; the message names the setting, the port and, where the system tells, who has it."""


def pick(preferred: int, host: str = "127.0.0.1", *, avoid: Collection[int] = ()) -> int:
    """The preferred port, or the next free one after it that is not promised to somebody else (`avoid`)."""
    for port in range(preferred, min(preferred + NEIGHBOURS, 65536)):
        if port not in avoid and is_free(port, host):
            return port
    raise PortInUseError(f"No port from {preferred} to {preferred + NEIGHBOURS} is free on {host}")


def require_free(setting: str, port: int, host: str = "127.0.0.1") -> None:
    """Raises PortInUseError when somebody listens there already."""
    if not is_free(port, host):
        raise PortInUseError(
            f"{setting}: port {port} on {host} is in use{_holder(port)}; free it or set another"
        )


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, proto) as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def _holder(port: int) -> str:
    try:
        pids = [
            c.pid
            for c in psutil.net_connections("tcp")
            if c.status == psutil.CONN_LISTEN and c.laddr.port == port
        ]
        process = psutil.Process(pids[0]) if pids and pids[0] else None
        return f" by {process.name()} (pid {process.pid})" if process else ""
    except psutil.Error:  # macOS tells only root
        return ""
