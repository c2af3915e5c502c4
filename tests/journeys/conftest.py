"""The whole installation, connected to its sandbox as `make demo` does it; runs execute in Prefect's worker."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from cli.demo import connect_sandbox
from demo.people import CrosschqPeople, LeverPeople
from deployments.stack import Stack


@dataclass(frozen=True)
class Installation:
    stack: Stack
    lever: LeverPeople
    crosschq: CrosschqPeople


@pytest.fixture(scope="session")
async def installation(stack: Stack) -> AsyncIterator[Installation]:
    async with httpx.AsyncClient(timeout=30) as http:
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        await connect_sandbox(stack, lever, crosschq)
        yield Installation(stack, lever, crosschq)
