"""A gateway over the test's own store, with a clock that stands still and both vendors in front of it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from store.database import Database
from store.vault import Vault
from tests.factories import connect
from tests.webhook_gateway.senders import Clock, Senders
from webhook_gateway.app import Gateway
from webhook_gateway.inbox import Inbox
from webhook_gateway.metrics import Metrics


@pytest.fixture
async def senders(database: Database, vault: Vault) -> AsyncIterator[Senders]:
    clock, woken = Clock(), list[None]()
    gateway = Gateway(
        inbox=Inbox(database),
        vault=vault,
        metrics=Metrics(),
        now=clock,
        retention=timedelta(days=30),
        recorded=lambda: woken.append(None),
    )
    senders = Senders(gateway, database, await connect(database, vault), clock, woken)
    async with senders.client:
        yield senders
