"""Note when each secret key was replaced by a newer one: an old one in the setting opens old dumps and backups.

By fingerprints, which tell keys apart and nothing about them. Commits nothing itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.key_ring import SecretKeyAge


async def note_keys(session: AsyncSession, fingerprints: Sequence[str], now: datetime) -> None:
    """`fingerprints`: of all keys in the setting, newest first. Those that were taken out are forgotten."""
    await session.execute(delete(SecretKeyAge).where(SecretKeyAge.fingerprint.not_in(fingerprints)))
    for position, one in enumerate(fingerprints):
        new = insert(SecretKeyAge).values(fingerprint=one, replaced_at=now if position else None)
        since = func.coalesce(SecretKeyAge.replaced_at, now) if position else None
        await session.execute(
            new.on_conflict_do_update(index_elements=[SecretKeyAge.fingerprint], set_={"replaced_at": since})
        )


async def replaced_keys(session: AsyncSession) -> Mapping[str, datetime]:
    """Since when, by fingerprint."""
    rows = await session.execute(
        select(SecretKeyAge.fingerprint, SecretKeyAge.replaced_at).where(
            SecretKeyAge.replaced_at.is_not(None)
        )
    )
    return {row.fingerprint: row.replaced_at for row in rows}
