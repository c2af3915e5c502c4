"""Lever's payloads by name, and a client whose waits are remembered instead of waited."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import respx

from lever.auth import api_key
from lever.client import LeverClient, connect
from outbound.limiter import Unlimited

FIXTURES = Path(__file__).parents[1] / "fixtures" / "lever"
BASE = "https://api.lever.example/v1"


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """`payload("opportunity")` reads tests/fixtures/lever/opportunity.json."""
    return lambda name: json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Lever:
    """The client under test and the router that plays Lever."""

    client: LeverClient
    router: respx.MockRouter
    waits: list[float]


@pytest.fixture
async def lever() -> AsyncIterator[Lever]:
    waits: list[float] = []

    async def remember(seconds: float) -> None:
        waits.append(seconds)

    connected = connect(BASE, api_key("invented-key"), Unlimited())
    client = LeverClient(replace(connected.http, sleep=remember))
    with respx.mock(base_url=BASE) as router:
        yield Lever(client, router, waits)
    await client.aclose()
