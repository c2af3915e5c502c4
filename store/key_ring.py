"""Keep the lasting keys: made once, stored encrypted, so that retiring a secret key loses no digest and no link.

Blind indexes, tombstones and answer links cannot be made anew under another key. A backup brings these keys along;
in a dump they lie under the secret keys, as API keys do. Commits nothing itself.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Identity, LargeBinary, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, by_value
from store.tables import Connection
from store.vault import KeyPurpose, KeyRing, Vault, VaultError, new_key

log = logging.getLogger(__name__)

_LOCK = 7_265_066_100_002
"""The advisory lock under which the keys are made: two processes that start at once make one ring."""


class LastingKey(Base):
    """A key of one purpose. Of each purpose the newest makes, all of them find and verify."""

    __tablename__ = "lasting_key"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    purpose: Mapped[KeyPurpose] = mapped_column(by_value(KeyPurpose))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """In hexadecimal, encrypted under a secret key."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SecretKeyAge(Base):
    """A secret key that the setting held when the gateway last started."""

    __tablename__ = "secret_key_age"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    replaced_at: Mapped[datetime | None]
    """When it was first seen behind a newer one; None: it is the newest."""


class KeyRings:
    def __init__(self, session: AsyncSession, vault: Vault) -> None:
        self._session, self._vault = session, vault

    async def load(self) -> KeyRing:
        """Reads the ring, and makes what is missing of it. Raises VaultError when a key of it cannot be opened."""
        rows = await self._rows()
        if set(KeyPurpose) - {row.purpose for row in rows}:
            await self._lock()
            rows = await self._rows()
            rows = [*rows, *await self._make(set(KeyPurpose) - {row.purpose for row in rows})]
        return self._opened(rows)

    async def revoke(self, purpose: KeyPurpose) -> None:
        """Puts a new key in place of all of them: what they signed is void."""
        await self._lock()
        await self._session.execute(delete(LastingKey).where(LastingKey.purpose == purpose))
        await self._add(purpose, [new_key()])

    async def forget_lost(self) -> list[KeyPurpose]:
        """Puts a new key in place of those that no secret key opens; returns of each its purpose."""
        await self._lock()
        lost = [row for row in await self._rows() if not self._is_readable(row)]
        await self._session.execute(delete(LastingKey).where(LastingKey.id.in_([row.id for row in lost])))
        for purpose in {row.purpose for row in lost}:
            await self._add(purpose, [new_key()])
        return [row.purpose for row in lost]

    async def _lock(self) -> None:
        await self._session.execute(select(func.pg_advisory_xact_lock(_LOCK)))

    async def _rows(self) -> Sequence[LastingKey]:
        return (await self._session.scalars(select(LastingKey).order_by(LastingKey.id))).all()

    async def _make(self, purposes: Iterable[KeyPurpose]) -> list[LastingKey]:
        """A new key, and before it those that an earlier release made digests and links with."""
        is_upgrade = await self._session.scalar(select(Connection.id).limit(1)) is not None
        before = self._vault.derived_ring() if is_upgrade else {}
        made = []
        for purpose in sorted(purposes):
            made += await self._add(purpose, [*reversed(before.get(purpose, ())), new_key()])
        return made

    async def _add(self, purpose: KeyPurpose, keys: Iterable[bytes]) -> list[LastingKey]:
        rows = [LastingKey(purpose=purpose, sealed=self._vault.seal(key.hex())) for key in keys]
        for row in rows:
            self._session.add(row)
            # One after another: the order of the ids is theirs.
            await self._session.flush()
        return rows

    def _opened(self, rows: Iterable[LastingKey]) -> KeyRing:
        ring: dict[KeyPurpose, list[bytes]] = {purpose: [] for purpose in KeyPurpose}
        for row in sorted(rows, key=lambda one: one.id, reverse=True):
            try:
                ring[row.purpose].append(bytes.fromhex(self._vault.open(row.sealed)))
            except VaultError:
                raise VaultError(_lost(row)) from None
        return ring

    def _is_readable(self, row: LastingKey) -> bool:
        try:
            self._vault.key_of(row.sealed)
        except VaultError:
            return False
        return True


def _lost(row: LastingKey) -> str:
    return (
        f"A lasting key ({row.purpose.value}) is encrypted under a secret key that CROSSCHQ_LEVER_SECRET_KEYS does not "
        "hold: put the old key back at its end, then run `crosschq-lever keys rotate` before you take it out. Only if "
        "it is lost for good: `crosschq-lever keys forget-lost`."
    )


async def refresh_ring(vault: Vault, session: AsyncSession) -> None:
    """Hands the vault its ring. A process that has one keeps it when the stored one cannot be opened any more."""
    try:
        vault.use_ring(await KeyRings(session, vault).load())
    except VaultError as error:
        if not vault.has_ring:
            raise
        log.warning("%s Until then this process works with the keys it has read before.", error)
