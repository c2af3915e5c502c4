"""Where reference requests go on whose opportunity is gone from Lever: with another one of the same contact.

It is merged away, or deleted as a double; whoever is to be forgotten has none, or is anonymised. Asks Lever only.
"""

from collections.abc import Iterable, Mapping
from enum import Enum, auto

from sqlalchemy.ext.asyncio import AsyncSession

from hiring.merging import Sibling, surviving
from lever.confidential import all_opportunities
from outbound.errors import AccessDenied
from store.attempts import Attempts
from store.audits import Audits
from store.erasure import Erasure
from store.moving import Moving
from store.tables import ReferenceRequest
from store.tombstones import Tombstones
from tasks.case import Case, lever_of
from tasks.effects import Superseded
from tasks.step import step
from wiring import current_parts


class Moved(Enum):
    NOTHING = auto()
    """There is none that would have to go on, or nowhere to go on."""
    DONE = auto()
    IN_HAND = auto()
    """A run is working on the opportunity: not yet."""


async def go_on_elsewhere(case: Case) -> Moved:
    """Moves what is still to come of the case's opportunity. One whose erasure has begun is erased."""
    old = case.subject_id
    async with current_parts().database.transaction() as session:
        if await _erased(session, case, [old]):
            return Moved.NOTHING
        awaiting = await _moving(session, case).awaiting(old)
        contacts = {one.contact_id for one in awaiting if one.contact_id}
    found = {contact: await _survivor(case, contact) for contact in sorted(contacts)}
    targets = {contact: one for contact, one in found.items() if one is not None}
    return await _move(case, targets) if targets else Moved.NOTHING


async def _survivor(case: Case, contact_id: str) -> str | None:
    siblings = await siblings_of(case, contact_id)
    async with current_parts().database.transaction() as session:
        erased = await _erased(session, case, [one.opportunity_id for one in siblings])
    return surviving(siblings, case.subject_id, erased)


@step
async def siblings_of(case: Case, contact_id: str) -> list[Sibling]:
    """None where this key may not list opportunities."""
    async with lever_of(case) as (lever, _):
        try:
            return [
                Sibling(
                    one.id,
                    one.archived is not None,
                    one.is_anonymized,
                    one.updated_at or one.last_interaction_at or one.created_at,
                )
                async for one in all_opportunities(lever, contact_id=contact_id)
                # Said outright: a Lever that does not know the filter would list everybody.
                if one.contact == contact_id and one.deleted_at is None
            ]
        except AccessDenied:
            return []


async def _erased(session: AsyncSession, case: Case, opportunity_ids: Iterable[str]) -> set[str]:
    """Those of them that have a tombstone."""
    digests = {
        (case.connection_id, digest): one
        for one in opportunity_ids
        for digest in current_parts().vault.blind_indexes(f"opportunity:{one}")
    }
    return {digests[found] for found in await Tombstones(session).among(digests.keys())}


async def _move(case: Case, targets: Mapping[str, str]) -> Moved:
    async with current_parts().database.transaction() as session:
        if not await Attempts(session).is_current(case.attempt):
            raise Superseded(f"Another attempt has delivery {case.attempt.delivery_id}.")
        erasure = Erasure(session)
        if await erasure.is_in_hand(await erasure.kept(case.connection_id, case.subject_id, case.attempt)):
            return Moved.IN_HAND
        moving = _moving(session, case)
        awaiting = await moving.awaiting(case.subject_id)
        for contact, target in targets.items():
            going = [one for one in awaiting if one.contact_id == contact]
            await moving.move(going, target)
            for one in going:
                _audit(session, case, one, target)
    return Moved.DONE


def _moving(session: AsyncSession, case: Case) -> Moving:
    return Moving(session, case.connection_id, case.attempt.delivery_id)


def _audit(session: AsyncSession, case: Case, request: ReferenceRequest, target: str) -> None:
    Audits(session).add(
        who=f"delivery:{case.attempt.delivery_id}",
        what="moved",
        subject=f"request:{request.id}",
        connection_id=case.connection_id,
        why=f"Its opportunity is gone from Lever, where the same contact has another one: opportunity:{target}.",
    )
