"""Who may come in and whose time is over, by the rules alone: no sockets, a clock that stands still."""

import resource
from dataclasses import dataclass, field

import pytest

from webhook_gateway.connection_limits import (
    MOST_PUBLIC,
    RESERVED,
    Connections,
    Held,
    Limits,
    Phase,
    peer_of,
    public_connections,
    raise_file_limit,
)
from webhook_gateway.trusted_proxies import TrustedProxies


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Port:
    """A port with so many places, and what became of its connections."""

    limits: Limits
    clock: Clock = field(default_factory=Clock)
    aborted: list[str] = field(default_factory=list)
    timed_out: list[tuple[str, Phase]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connections = Connections(self.limits, self.clock, lambda: 0.0)

    def accept(self, name: str, address: str = "192.0.2.1", phase: Phase = Phase.HEAD) -> Held:
        port = self

        class Owner:
            def abort(self) -> None:
                port.aborted.append(name)

            def time_out(self, phase: Phase) -> None:
                port.timed_out.append((name, phase))

        held = self.connections.admit(address, Owner())
        self.connections.enter(held, phase)
        return held

    def at(self, seconds: float) -> None:
        self.clock.seconds = seconds
        self.connections.end_overdue()


@pytest.mark.parametrize("phase", [Phase.HEAD, Phase.BODY, Phase.IDLE, Phase.ANSWER])
def test_a_phase_that_takes_too_long_ends_the_connection(phase: Phase) -> None:
    port = Port(Limits(10, 10, head=5, body=5, idle=5, answer=5, linger=2))
    port.accept("one", phase=phase)
    port.at(4.9)
    assert port.timed_out == []
    port.at(5)
    assert port.timed_out == [("one", phase)]
    port.at(6.9)
    assert port.aborted == []
    port.at(7)
    assert port.aborted == ["one"]
    assert len(port.connections) == 0


@pytest.mark.parametrize("phase", [Phase.HANDSHAKE, Phase.SENDING])
def test_who_would_not_read_an_answer_gets_none(phase: Phase) -> None:
    port = Port(Limits(10, 10, handshake=5, sending=5))
    port.accept("one", phase=phase)
    port.at(5)
    assert (port.timed_out, port.aborted, len(port.connections)) == ([], ["one"], 0)


def test_each_phase_has_a_time_of_its_own() -> None:
    port = Port(Limits(10, 10, head=5, body=5, answer=100))
    held = port.accept("one")
    port.clock.seconds = 4
    port.connections.enter(held, Phase.BODY)
    port.at(8)
    port.connections.enter(held, Phase.ANSWER)
    port.at(100)
    assert port.timed_out == []


def test_strangers_who_came_together_are_closed_one_after_the_other_and_none_too_late() -> None:
    clock, dice = Clock(), iter([0.0, 0.5, 0.999, 0.0])
    port = Port(Limits(10, 10, head=10, linger=10))
    port.connections = Connections(port.limits, clock, lambda: next(dice, 0.0))
    port.clock = clock
    held = [port.accept(name, phase=Phase.HANDSHAKE) for name in "abcd"]
    dice = iter([0.0, 0.5, 0.999, 0.0])
    for one in held:
        port.connections.enter(one, Phase.HEAD)
    closed = []
    for seconds in (7.9, 8.1, 9.1, 10):
        port.at(seconds)
        closed.append("".join(name for name, _ in port.timed_out))
    assert closed == ["", "c", "cb", "cbad"]


def test_a_full_port_closes_who_has_waited_longest_and_nobody_who_is_answered() -> None:
    port = Port(Limits(3, 3))
    answered = port.accept("answered", phase=Phase.ANSWER)
    port.accept("second")
    began_anew = port.accept("third")
    port.connections.enter(began_anew, Phase.ANSWER)
    port.connections.enter(began_anew, Phase.IDLE)
    port.accept("fourth")
    assert port.aborted == ["second"]
    port.connections.enter(answered, Phase.IDLE)
    for name in ("fifth", "sixth", "seventh"):
        port.accept(name)
    assert port.aborted == ["second", "third", "fourth", "answered"]
    assert len(port.connections) == 3


def test_a_port_full_of_requests_at_work_has_no_room_until_one_is_answered() -> None:
    port = Port(Limits(2, 2))
    first, _ = (port.accept(name, phase=Phase.ANSWER) for name in ("first", "second"))
    assert not port.connections.has_room()
    port.connections.remove(first)
    assert port.connections.has_room()


def test_of_one_peer_only_so_many_wait_and_its_oldest_goes_first() -> None:
    port = Port(Limits(100, per_peer=2))
    for name in ("a1", "a2", "a3"):
        port.accept(name, "192.0.2.1")
    for name in ("b1", "b2"):
        port.accept(name, "192.0.2.2")
    assert port.aborted == ["a1"]


def test_requests_at_work_do_not_count_against_their_peer() -> None:
    port = Port(Limits(100, per_peer=2))
    for number in range(10):
        port.accept(f"webhook {number}", phase=Phase.ANSWER)
    for number in range(2):
        port.accept(f"next {number}")
    assert port.aborted == []


@pytest.mark.parametrize(
    ("setting", "kept"), [("192.0.2.1", 5), ("192.0.2.0/24", 5), ("*", 5), ("192.0.2.9", 2)]
)
def test_a_trusted_proxy_has_as_many_as_the_port(setting: str, kept: int) -> None:
    port = Port(Limits(100, per_peer=2, exempt=TrustedProxies(setting)))
    for number in range(5):
        port.accept(str(number), "192.0.2.1")
    assert len(port.connections) == kept


def test_while_parts_of_requests_have_too_many_bytes_the_largest_is_closed() -> None:
    port = Port(Limits(100, 100, bytes=100))
    sizes = {"genuine": 5, "large": 60, "larger": 30}
    held = {name: port.accept(name) for name in sizes}
    for name, size in sizes.items():
        port.connections.keep(held[name], size)
    assert port.aborted == []
    port.connections.keep(held["larger"], 90)
    assert port.aborted == ["larger"]
    port.connections.keep(held["genuine"], 0)
    port.connections.keep(held["large"], 100)
    assert port.aborted == ["larger"]


def test_what_is_closed_leaves_nothing_behind() -> None:
    port = Port(Limits(100, 100))
    held = [port.accept(str(number), f"192.0.2.{number}") for number in range(50)]
    for one in held:
        port.connections.keep(one, 10)
    for one in held * 2:
        port.connections.remove(one)
    port.connections.enter(held[0], Phase.IDLE)
    connections = port.connections
    assert (len(connections), connections._waiting, connections._by_peer, connections._bytes) == (
        0,
        {},
        {},
        0,
    )


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
    ],
)
def test_a_peer_is_an_address_or_a_network_of_one_customer(address: str, peer: str) -> None:
    assert peer_of(address) == peer


@pytest.mark.parametrize(
    ("file_limit", "most"), [(256, 64), (1024, 1024 - RESERVED), (8192, MOST_PUBLIC), (10**6, MOST_PUBLIC)]
)
def test_the_public_port_leaves_descriptors_to_everything_else(file_limit: int, most: int) -> None:
    assert public_connections(file_limit) == most


@pytest.mark.parametrize(
    ("soft", "hard", "now"),
    [
        (1024, 524288, 8192),
        (1024, 4096, 4096),
        (1024, resource.RLIM_INFINITY, 8192),
        (20000, 20000, 20000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 8192),
    ],
)
def test_the_file_limit_is_raised_within_bounds_and_never_lowered(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, now: int
) -> None:
    made: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: made.append(limits))
    assert raise_file_limit() == now
    assert made == ([(now, hard)] if 0 < soft < now else [])
