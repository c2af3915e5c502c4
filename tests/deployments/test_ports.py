"""Busy ports: another one for the demo, a clear refusal for an installation."""

import os
import socket
from collections.abc import Iterator

import pytest

from deployments.ports import PortInUseError, is_free, pick, require_free


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", pick(18800))) as server:
        yield server.getsockname()[1]


def test_the_preferred_port_is_taken_when_it_is_free() -> None:
    port = pick(18800)
    assert pick(port) == port


def test_a_busy_port_gives_way_to_the_next_free_one(busy: int) -> None:
    assert busy < pick(busy) <= busy + 200
    assert is_free(pick(busy))


def test_a_required_port_that_is_busy_is_named_with_its_setting_and_holder(busy: int) -> None:
    with pytest.raises(PortInUseError, match=f"CROSSCHQ_LEVER_PUBLIC_PORT: port {busy} .*pid {os.getpid()}"):
        require_free("CROSSCHQ_LEVER_PUBLIC_PORT", busy)


def test_a_required_port_that_is_free_is_fine() -> None:
    require_free("CROSSCHQ_LEVER_PUBLIC_PORT", pick(18800))
