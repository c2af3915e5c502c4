"""Forgets Lever's ids of the webhooks made here, once the connection has another key: Lever lists to each its own."""

from sqlalchemy.ext.asyncio import AsyncSession

from store.connections import Endpoints
from store.tables import Connection
from store.vault import Vault, VaultError


async def forget_those_of_another_key(
    session: AsyncSession, vault: Vault, connection: Connection, url_before: str, key_before: bytes
) -> None:
    """`connection` has the present key, and `key_before` is sealed as it was. Else all would seem deleted in Lever."""
    if not is_same_access(vault, connection, url_before, key_before):
        await Endpoints(session).forget_lever_webhook_ids(connection.id)


def is_same_access(vault: Vault, connection: Connection, url_before: str, key_before: bytes) -> bool:
    """Whether the connection still has that address and key, however the key is sealed."""
    return url_before == connection.lever_url and _hold_the_same(vault, key_before, connection.lever_key)


def _hold_the_same(vault: Vault, one: bytes, other: bytes) -> bool:
    try:
        return one == other or vault.open(one) == vault.open(other)
    except VaultError:
        return False
