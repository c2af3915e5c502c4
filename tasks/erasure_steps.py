"""Erases what we keep of one opportunity that Lever has deleted: closes the door, then takes all of it away.

Touches our own store only. Until the last step the delivery at work knows the opportunity's id: an attempt that dies
leaves the next one all it needs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from store.attempts import Attempts
from store.audits import Audits
from store.erased_audits import hash_audits
from store.erasure import ERASED, Erasure, Kept
from store.follow_ups import FollowUps
from store.tombstones import Tombstones
from tasks.case import Case
from tasks.effects import Superseded
from wiring import current_parts

LATE_ORDERS = timedelta(seconds=30)
"""So long after the door was closed an order to Prefect from before may still make a run there."""


@dataclass(frozen=True)
class ClosedDoor:
    """From `closed_at` on nothing about the opportunity is recorded any more."""

    kept: Kept
    closed_at: datetime

    @property
    def opens_again_at(self) -> datetime:
        """When nothing can come any more that was on its way."""
        return self.closed_at + LATE_ORDERS


async def close_door(case: Case) -> ClosedDoor:
    """Lays the tombstones, and ends what waits for a time, so that no new run is ordered."""
    parts = current_parts()
    async with parts.database.transaction() as session:
        kept = await Erasure(session).kept(case.connection_id, case.subject_id, case.attempt)
        digests = [parts.vault.blind_index(subject) for subject in kept.subjects]
        awaited = [parts.vault.blind_index(f"request:{one}") for one in kept.awaited]
        closed_at = await Tombstones(session).lay(case.connection_id, digests, awaited)
        follow_ups = FollowUps(session)
        for waiting in await follow_ups.open_of(case.connection_id, case.subject_id):
            await follow_ups.end(waiting, "The opportunity was deleted in Lever.")
    return ClosedDoor(kept, closed_at)


async def erase_kept(case: Case, words: str) -> bool:
    """All at once, with an audit row of these words; False while runs about the person are at work."""
    digest = current_parts().vault.blind_index
    async with current_parts().database.transaction() as session:
        if not await Attempts(session).is_current(case.attempt):
            raise Superseded(f"Another attempt has delivery {case.attempt.delivery_id}.")
        erasure = Erasure(session)
        kept = await erasure.kept(case.connection_id, case.subject_id, case.attempt)
        if await erasure.is_in_hand(kept):
            return False
        await hash_audits(session, kept, case.attempt.delivery_id, digest)
        await erasure.erase(kept, case.attempt, digest)
        _audit(
            session, case, f"{ERASED}{digest(f'opportunity:{case.subject_id}')}", f"{kept.in_words}. {words}"
        )
    return True


def _audit(session: AsyncSession, case: Case, subject: str, why: str) -> None:
    Audits(session).add(
        who=f"delivery:{case.attempt.delivery_id}",
        what="erased",
        subject=subject,
        connection_id=case.connection_id,
        why=f"Deleted in Lever. Erased here: {why}",
    )
