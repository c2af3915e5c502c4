"""An owner who has a mail with a link, over http on this machine and over https."""

from collections.abc import AsyncIterator

import pytest

from store.database import Database
from store.vault import Vault
from tests.factories import connect
from tests.pages.owner import HTTPS, Owner, ask


@pytest.fixture
async def owner(database: Database, vault: Vault) -> AsyncIterator[Owner]:
    await ask(database, (await connect(database, vault)).connection)
    owner = Owner(database, vault)
    async with owner.browser:
        yield owner


@pytest.fixture
async def owner_behind_tls(owner: Owner) -> AsyncIterator[Owner]:
    behind_tls = Owner(owner.database, owner.vault, HTTPS, owner.clock)
    async with behind_tls.browser:
        yield behind_tls
