"""An accepted connection before its first request is whole: a bare socket, as a stranger's may never be more than that.

A transport, a task and an HTTP parser for each of thousands of strangers would take the time of genuine requests.
"""

import asyncio
import socket
from collections.abc import Callable

from webhook_gateway.connection_limits import Connections, Held, Phase
from webhook_gateway.whole_request import Missing, WholeRequest

PIECE = 64 * 1024
"""Bytes read at a time."""
TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

Arrived = Callable[[socket.socket, Held, bytes], None]


class WaitingSocket:
    """Calls `arrived` with the socket and what was read once a request is whole, and has nothing to do with it then."""

    def __init__(
        self, accepted: socket.socket, address: str, connections: Connections, arrived: Arrived
    ) -> None:
        self._socket, self._connections, self._arrived = accepted, connections, arrived
        self._request = WholeRequest()
        self._loop = asyncio.get_running_loop()
        self._held = connections.admit(address, self)
        connections.enter(self._held, Phase.HEAD)
        self._loop.add_reader(accepted, self._read)

    def time_out(self, phase: Phase) -> None:
        """Answer 408 to who has begun; what comes then is read and dropped until the peer goes or LINGER is over."""
        if not len(self._request):
            self._close()
            return
        try:
            self._socket.send(TIMED_OUT)
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._close()

    def abort(self) -> None:
        self._close()

    def _read(self) -> None:
        try:
            data = self._socket.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._close()
        elif self._held.phase is not Phase.CLOSING:
            self._add(data)

    def _add(self, data: bytes) -> None:
        missing = self._request.add(data)
        if missing is Missing.NOTHING:
            self._loop.remove_reader(self._socket)
            self._connections.keep(self._held, 0)
            self._connections.enter(self._held, Phase.ANSWER)
            self._arrived(self._socket, self._held, self._request.take())
            return
        if missing is Missing.BODY and self._held.phase is not Phase.BODY:
            self._connections.enter(self._held, Phase.BODY)
        self._connections.keep(self._held, len(self._request))

    def _close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._connections.remove(self._held)
        self._socket.close()
