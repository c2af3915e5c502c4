"""Limit the connections of one port in number and time, so that strangers who send nothing leave room for the others.

Time limits start with the phase and are not extended by single bytes. At a limit of number the connection that has
waited longest without a whole request is closed: a genuine request is whole within milliseconds.
"""

import logging
import random
import resource
import time
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv6Address, ip_address
from math import inf
from typing import Protocol

log = logging.getLogger(__name__)

FILE_LIMIT = 8192
"""Descriptors wanted; the hard limit may allow fewer."""
RESERVED = 400
"""Descriptors that the public port leaves to databases, Prefect, vendors, logs, one round of accepting and the private
port."""
MOST_PUBLIC = 4096
MOST_PRIVATE = 128
SHARE_OF_PEER = 8
"""A peer may have this part of the port's connections waiting: 512 of 4,096."""
MOST_BYTES = 32 * 1024 * 1024
"""Bytes of all requests of one port that are not whole yet. A genuine one has a few thousand."""
LINGER_SECONDS = 2.0
"""How long a peer has to take the last answer once its connection is being closed."""


SPREAD = 0.2
"""By what part of its time a phase may be shorter."""


class Phase(Enum):
    HANDSHAKE = "handshake"
    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"
    """The request is whole, and we are at work: never closed to make room."""
    SENDING = "sending"
    """The peer is slow to read the answer."""
    IDLE = "idle"
    """Answered; the next request has not begun."""
    CLOSING = "closing"


@dataclass(frozen=True)
class Limits:
    """Seconds per phase, how many connections, and how many bytes. `exempt` peers (proxies) have no limit per peer."""

    connections: int
    per_peer: int
    bytes: int = MOST_BYTES
    exempt: Container[str] = ()
    handshake: float = 10.0
    head: float = 10.0
    body: float = 12.0
    """The gateway gives a webhook's body 10 s and answers by itself; this ends what nobody reads."""
    answer: float = 120.0
    sending: float = 30.0
    idle: float = 15.0
    linger: float = LINGER_SECONDS

    def seconds(self, phase: Phase) -> float:
        limits = {
            Phase.HANDSHAKE: self.handshake,
            Phase.HEAD: self.head,
            Phase.BODY: self.body,
            Phase.ANSWER: self.answer,
            Phase.SENDING: self.sending,
            Phase.IDLE: self.idle,
            Phase.CLOSING: self.linger,
        }
        return limits[phase]


class Closable(Protocol):
    def time_out(self, phase: Phase) -> None:
        """Its time in this phase is over: answer if that makes sense, and close."""

    def abort(self) -> None:
        """Free the descriptor now."""


class _Nobody:
    """Owns a connection until somebody does."""

    def time_out(self, phase: Phase) -> None:
        pass

    def abort(self) -> None:
        pass


NOBODY = _Nobody()


@dataclass(eq=False)
class Held:
    """One accepted connection."""

    peer: str
    owner: Closable
    phase: Phase = Phase.HANDSHAKE
    deadline: float = inf
    size: int = 0
    """Bytes of a request that is not whole yet."""


@dataclass
class Connections:
    """The connections of one port. All calls come from one event loop."""

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    dice: Callable[[], float] = random.random
    """In [0, 1)."""
    _all: dict[Held, None] = field(default_factory=dict)
    _waiting: dict[Held, None] = field(default_factory=dict)
    """Those that may be closed to make room, in the order in which they began to wait."""
    _by_peer: dict[str, dict[Held, None]] = field(default_factory=dict)
    """The same, per peer."""
    _bytes: int = 0

    def __len__(self) -> int:
        return len(self._all)

    def owners(self) -> list[Closable]:
        return [held.owner for held in self._all]

    def has_room(self) -> bool:
        """Whether one more may be accepted, be it in the place of one that waits."""
        return len(self._all) < self.limits.connections or bool(self._waiting)

    def admit(self, address: str, owner: Closable) -> Held:
        """Count a connection that was accepted; who has waited longest, at its peer or at all, may have to go."""
        held = Held(peer_of(address), owner)
        others = self._by_peer.get(held.peer, {})
        if len(others) >= self.limits.per_peer and address not in self.limits.exempt:
            log.warning("A peer has %d connections without a request: its oldest was closed.", len(others))
            self._evict(next(iter(others)))
        if len(self._all) >= self.limits.connections and self._waiting:
            log.warning("There are %d connections: the oldest without a request was closed.", len(self._all))
            self._evict(next(iter(self._waiting)))
        self._all[held] = None
        self.enter(held, Phase.HANDSHAKE)
        return held

    def enter(self, held: Held, phase: Phase) -> None:
        """Begin a phase, and its time."""
        if held not in self._all:
            return
        self._stop_waiting(held)
        # Strangers who came together do not all come back together.
        seconds = self.limits.seconds(phase) * (1 - SPREAD * self.dice())
        held.phase, held.deadline = phase, self.clock() + seconds
        if phase is not Phase.ANSWER:
            self._waiting[held] = None
            self._by_peer.setdefault(held.peer, {})[held] = None

    def keep(self, held: Held, size: int) -> None:
        """Count `size` bytes of a request that is not whole; while all have too many, who has the most has to go."""
        if held not in self._all:
            return
        self._bytes += size - held.size
        held.size = size
        while self._bytes > self.limits.bytes:
            log.warning("Requests that are not whole have %d bytes: the largest was closed.", self._bytes)
            self._evict(max(self._all, key=lambda one: one.size))

    def remove(self, held: Held) -> None:
        """It is closed. May be called again."""
        self._bytes -= held.size
        held.size = 0
        self._all.pop(held, None)
        self._stop_waiting(held)

    def end_overdue(self) -> None:
        """Close those whose time is over; to be called several times a second."""
        now = self.clock()
        for held in [one for one in self._all if one.deadline <= now]:
            phase = held.phase
            if phase in (Phase.CLOSING, Phase.SENDING, Phase.HANDSHAKE):
                self._evict(held)
                continue
            if phase is not Phase.IDLE:
                seconds = self.limits.seconds(phase)
                log.warning("A connection was closed: its %s took over %g s.", phase.value, seconds)
            self.enter(held, Phase.CLOSING)
            held.owner.time_out(phase)

    def _evict(self, held: Held) -> None:
        self.remove(held)
        held.owner.abort()

    def _stop_waiting(self, held: Held) -> None:
        self._waiting.pop(held, None)
        others = self._by_peer.get(held.peer)
        if others is not None:
            others.pop(held, None)
            if not others:
                del self._by_peer[held.peer]


def peer_of(address: str) -> str:
    """Whom a limit per peer is about: an IPv4 address, or an IPv6 network of /64, which is one customer."""
    if ":" not in address:
        return address
    six = ip_address(address.partition("%")[0])
    if not isinstance(six, IPv6Address):
        return address
    return str(six.ipv4_mapped or IPv6Address(int(six) >> 64 << 64))


def raise_file_limit(wanted: int = FILE_LIMIT) -> int:
    """Raise this process's limit of descriptors as far as `wanted` and the hard limit allow; return what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited:
        return wanted
    new = max(soft, wanted if hard == unlimited else min(wanted, hard))
    if new > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (new, hard))
    return new


def public_connections(file_limit: int) -> int:
    """How many the public port may hold with so many descriptors; a quarter of them where there are very few."""
    return min(MOST_PUBLIC, max(file_limit - RESERVED, file_limit // 4))
