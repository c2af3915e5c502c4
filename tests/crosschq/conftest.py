"""Crosschq's payloads by name, each a fresh value; a client that does not wait, and a router that plays Crosschq."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import respx

from crosschq.auth import KeyAuth
from crosschq.client import CrosschqClient
from crosschq.reasons import reason_of
from outbound.client import open_client
from outbound.http import VendorHttp
from outbound.limiter import Unlimited

FIXTURES = Path(__file__).parents[1] / "fixtures" / "crosschq"
BASE = "https://partner.crosschq.example"


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """`payload("request_get")` reads tests/fixtures/crosschq/request_get.json."""
    return lambda name: json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


async def at_once(_: float) -> None:
    """Stands in for sleeping between repeats."""


@pytest.fixture
async def crosschq() -> AsyncIterator[CrosschqClient]:
    http = open_client(BASE, KeyAuth("k3y"), 5)
    client = CrosschqClient(VendorHttp("Crosschq", http, Unlimited(), reason_of, sleep=at_once))
    yield client
    await client.aclose()


@pytest.fixture
def vendor() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        yield router
