"""A gateway over the test's own store, with both vendors in front of it."""

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from store.vault import Vault
from tests.factories import connect
from tests.webhook_gateway.senders import Senders, in_front_of


@pytest.fixture
async def senders(database: Database, vault: Vault) -> AsyncIterator[Senders]:
    senders = in_front_of(database, vault, await connect(database, vault))
    async with senders.client:
        yield senders
