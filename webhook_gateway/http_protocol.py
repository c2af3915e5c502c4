"""Accept connections and speak HTTP on them under limits: uvicorn's h11 protocol, with the phases of a connection.

uvicorn itself limits neither the time of a request's head and body nor of reading the answer, and asyncio's accepting
logs each failure for want of descriptors, by the thousand.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from webhook_gateway.connection_limits import NOBODY, Connections, Held, Phase
from webhook_gateway.waiting_socket import TIMED_OUT, WaitingSocket
from webhook_gateway.whole_request import Missing, WholeRequest

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Connections accepted before others get a turn."""


class LimitedProtocol(H11Protocol):
    """One connection; `first` is what was read of it before."""

    def __init__(
        self,
        config: uvicorn.Config,
        state: ServerState,
        connections: Connections,
        held: Held,
        first: bytes = b"",
    ) -> None:
        super().__init__(config, state, {})
        self._connections, self._held, self._first = connections, held, first
        held.owner = self
        self.opening: asyncio.Task[None] | None = None
        self._request = WholeRequest()
        self.is_open = False
        """Whether there ever was a transport: over TLS only after the handshake."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.is_open = True
        self._connections.enter(self._held, Phase.HEAD)
        if self._first:
            self.data_received(self._first)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connections.remove(self._held)

    def data_received(self, data: bytes) -> None:
        if self._held.phase is Phase.CLOSING:
            return
        if self._is_between_requests():
            missing = self._request.add(data)
            if missing is not Missing.NOTHING:
                self._unset_keepalive_if_required()
                self._enter(Phase.HEAD if missing is Missing.HEAD else Phase.BODY)
                self._connections.keep(self._held, len(self._request))
                return
            data = self._request.take()
        super().data_received(data)
        self._follow(Phase.HEAD)
        self._count(data)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._follow(Phase.IDLE)
        # The next one may have begun in the same piece.
        self._count(bytes(self.cycle.body))

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._held.phase is not Phase.CLOSING:
            self._enter(Phase.SENDING)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._held.phase is Phase.SENDING:
            self._enter(Phase.ANSWER)
        self._follow(Phase.IDLE)

    def time_out(self, phase: Phase) -> None:
        self._end_request()
        has_begun = phase is Phase.BODY or len(self._request) > 0 or self.conn.trailing_data[0] != b""
        is_answered = self.conn.their_state is h11.SEND_BODY and self.cycle.response_started
        if has_begun and not is_answered:
            self.transport.write(TIMED_OUT)
        if not has_begun or not self.transport.can_write_eof():
            self.transport.close()
            return
        try:
            # Closed with bytes on their way to us, TCP would reset the connection, and the answer with it.
            self.transport.write_eof()
        except OSError:
            # Its peer has reset it, and the loop has not told us yet.
            self.transport.abort()

    def _end_request(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def abort(self) -> None:
        if self.is_open:
            self.transport.abort()
        elif self.opening is not None:
            self.opening.cancel()

    def opening_failed(self) -> None:
        """There will be no transport."""
        self._connections.remove(self._held)

    def _is_between_requests(self) -> bool:
        states = self.conn.their_state, self.conn.our_state
        return states == (h11.IDLE, h11.IDLE) and self.conn.trailing_data[0] == b""

    def _count(self, data: bytes) -> None:
        """Count `data` as more of a request whose body is not whole."""
        is_whole = self.conn.their_state is not h11.SEND_BODY
        self._connections.keep(self._held, 0 if is_whole else self._held.size + len(data))

    def _follow(self, between_requests: Phase) -> None:
        """Enter the phase that the state of the connection says."""
        if self.transport.is_closing():
            self._enter(Phase.CLOSING)
        elif self._held.phase in (Phase.SENDING, Phase.CLOSING):
            return
        elif self.conn.their_state is h11.SEND_BODY:
            self._enter(Phase.BODY)
        elif self.conn.their_state is h11.IDLE:
            self._enter(between_requests)
        else:
            self._enter(Phase.ANSWER)

    def _enter(self, phase: Phase) -> None:
        # Once begun a phase is not begun anew by another byte.
        if phase is not self._held.phase:
            self._connections.enter(self._held, phase)


class Acceptor:
    """Accepts on a listening socket while there is room; stands in for asyncio's server in uvicorn's."""

    def __init__(
        self,
        listener: socket.socket,
        connections: Connections,
        make: Callable[[Held, bytes], LimitedProtocol],
        context: ssl.SSLContext | None,
    ) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._connections = connections
        self._make = make
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        self._is_accepting = False

    def resume(self) -> None:
        """Accept again after a pause; to be called several times a second."""
        if not self._is_accepting and self._listener.fileno() >= 0:
            self._is_accepting = True
            self._loop.add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Accept no more, and let no handshake go on."""
        self._pause()
        for task in self._opening:
            task.cancel()
        for owner in self._connections.owners():
            if isinstance(owner, WaitingSocket):
                owner.abort()
        self._listener.close()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._opening, return_exceptions=True)

    def _pause(self) -> None:
        if self._is_accepting:
            self._is_accepting = False
            self._loop.remove_reader(self._listener)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            if not self._connections.has_room():
                log.warning("The port has as many requests at work as it may: no more are accepted for now.")
                self._pause()
                return
            try:
                accepted, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                # EMFILE, ENFILE, ENOBUFS, ENOMEM: the listener would stay readable, and this loop busy.
                log.error("A connection could not be accepted: %s.", error.strerror)
                self._pause()
                return
            accepted.setblocking(False)
            if self._context is None:
                WaitingSocket(accepted, address[0], self._connections, self._open)
            else:
                self._open(accepted, self._connections.admit(address[0], NOBODY))

    def _open(self, accepted: socket.socket, held: Held, first: bytes = b"") -> None:
        protocol = self._make(held, first)
        opening = self._loop.create_task(self._opened(accepted, protocol))
        protocol.opening = opening
        self._opening.add(opening)

        def done(task: asyncio.Task[None]) -> None:
            self._opening.discard(task)
            if not protocol.is_open:
                protocol.opening_failed()
                accepted.close()

        opening.add_done_callback(done)

    async def _opened(self, accepted: socket.socket, protocol: LimitedProtocol) -> None:
        limits = self._connections.limits
        times: dict[str, Any] = {}
        if self._context is not None:
            times = {"ssl_handshake_timeout": limits.handshake, "ssl_shutdown_timeout": limits.linger}
        try:
            await self._loop.connect_accepted_socket(lambda: protocol, accepted, ssl=self._context, **times)
        except OSError as error:  # ssl.SSLError is one
            log.warning("A TLS handshake failed (%s).", type(error).__name__)
