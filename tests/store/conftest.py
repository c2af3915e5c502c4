"""What several files of the store's tests begin with."""

import pytest

from store.database import Database
from store.requests import NewRequest
from store.vault import Vault
from tests.factories import connect
from tests.store.reservations import INDEX


@pytest.fixture
async def new(database: Database, vault: Vault) -> NewRequest:
    connected = await connect(database, vault)
    return NewRequest(
        connected.connection.id, "opportunity-1", "contact-1", "Engineers", "Engineer II", INDEX
    )
