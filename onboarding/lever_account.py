"""Recognise a Lever account that another connection has already: each of its moves would be asked about twice.

Lever names no account. Its users have ids of their own in every account, deactivated ones stay, and every key that a
connection works with shows them: two keys that show the same user are of the same account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from lever.models import User
from store.connections import Connections
from store.tables import Connection
from store.vault import Vault, VaultError

KEPT = 20
"""So many of an account's users are kept, the oldest: some of them are still there when others have left."""
_PRODUCTION = frozenset({"api.lever.co", "api.eu.lever.co"})
"""Two doors to the same accounts (lever.md 2)."""
_ONE_AT_A_TIME = 7_265_066_100_002
"""Any number but that of store.migrate: the advisory lock of whoever connects an account."""
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class LeverAccount:
    """What a key shows of which account it is: the ids of its active users, the oldest first."""

    users: tuple[str, ...]

    @classmethod
    def of(cls, users: Iterable[User]) -> "LeverAccount":
        return cls(
            tuple(user.id for user in sorted(users, key=lambda one: (one.created_at or _NEVER, one.id)))
        )

    @property
    def fingerprint(self) -> list[str]:
        return [*self.users[:KEPT]]

    def is_of(self, connection: Connection) -> bool:
        """Whether what is stored of the connection is of this account, at the same Lever."""
        known = {*(connection.lever_account or ()), connection.perform_as or ""} - {""}
        return not known.isdisjoint(self.users)


async def connected_as(
    session: AsyncSession, vault: Vault, account: LeverAccount, url: str, key: SecretStr, besides: int | None
) -> str | None:
    """The name of another connection of the same account; None without one.

    Whoever else asks waits until this transaction has ended, and sees what it has stored.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    for other in await Connections(session).all():
        if other.id == besides or not is_same_lever(other.lever_url, url):
            continue
        if account.is_of(other) or _has_key(other, vault, key):
            return other.name
    return None


def is_same_lever(one: str, other: str) -> bool:
    """Not a sandbox and production: they may be copies of each other, with the same ids."""
    return _door(one) == _door(other)


def same_account_problem(name: str, instead: str) -> str:
    """`instead`: what to do where it is meant, as a clause."""
    return (
        f"This Lever account is connected already, as '{name}': every move of a candidate would be asked about twice. "
        f"Open that connection instead; or, if two connections are meant, {instead}."
    )


def _door(url: str) -> str:
    door = urlsplit(url).netloc.lower()
    return "api.lever.co" if door in _PRODUCTION else door


def _has_key(connection: Connection, vault: Vault, key: SecretStr) -> bool:
    try:
        stored = vault.open(connection.lever_key)
    except VaultError:
        return False
    return compare_digest(stored.encode(), key.get_secret_value().encode())
