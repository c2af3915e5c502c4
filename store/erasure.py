"""What we keep of one opportunity, and taking all of it away when Lever has deleted it. Commits nothing itself.

Of the delivery that brought the deletion the row stays, without whom it was about; of the audit trail as well
(store.erased_audits).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.attempts import Attempt
from store.effect_keys import (
    begin_of_contact,
    begin_of_follow_up,
    begins_of_opportunity,
    cancellation_key,
    creation_key,
)
from store.erased_prospects import ErasedProspects, names_prospect
from store.outcome_tables import FollowUp, HiringOutcome
from store.prospect_tables import KnownProspect
from store.tables import OPEN_REQUEST, UNFINISHED, Delivery, Effect, EffectState, NewestMove, ReferenceRequest
from store.tombstones import Digest

ERASED = "erased:"
"""What the subject of somebody who was erased begins with; a keyed hash follows."""


@dataclass(frozen=True)
class Kept:
    """The ids under which something is kept of one opportunity; `deliveries` are all but the one that erases."""

    connection_id: int
    opportunity_id: str
    contacts: Sequence[str]
    """Those of whom we know no other opportunity."""
    crosschq_ids: Sequence[str]
    requests: Sequence[int]
    follow_ups: Sequence[int]
    deliveries: Sequence[int]
    prospects: Sequence[str]
    """Crosschq's ids of those whose lead it was."""
    awaited: Sequence[str] = ()
    """Those of `crosschq_ids` of which a report was still to come."""

    @property
    def subjects(self) -> list[str]:
        """As deliveries and Prefect's tags name them."""
        return [f"opportunity:{self.opportunity_id}", *(f"request:{one}" for one in self.crosschq_ids)]

    @property
    def is_anything(self) -> bool:
        return bool(self.requests or self.deliveries or self.prospects)

    @property
    def in_words(self) -> str:
        numbers = (len(self.deliveries), "deliveries"), (len(self.requests), "reference requests")
        words = " and ".join(f"{number} {what}" for number, what in numbers)
        if not self.awaited:
            return words
        return f"{words}, {len(self.awaited)} of them still under way in Crosschq: no report comes of that any more"


class Erasure:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def kept(self, connection_id: int, opportunity_id: str, carrier: Attempt) -> Kept:
        """`carrier`: the attempt at the delivery that says the opportunity was deleted."""
        requests = await self._requests(connection_id, opportunity_id)
        ids = [one.id for one in requests]
        crosschq_ids = {one.crosschq_id for one in requests if one.crosschq_id}
        crosschq_ids |= await self._made_in_crosschq(connection_id, ids)
        subjects = [f"opportunity:{opportunity_id}", *(f"request:{one}" for one in crosschq_ids)]
        about = or_(Delivery.subject.in_(subjects), Delivery.opportunity_id == opportunity_id)
        deliveries = await self._session.scalars(
            select(Delivery.id)
            .where(Delivery.connection_id == connection_id, about, Delivery.id != carrier.delivery_id)
            .order_by(Delivery.id)
        )
        follow_ups = await self._session.scalars(select(FollowUp.id).where(FollowUp.request_id.in_(ids)))
        return Kept(
            connection_id=connection_id,
            opportunity_id=opportunity_id,
            contacts=await self._contacts_of_it_alone(connection_id, requests),
            crosschq_ids=sorted(crosschq_ids),
            requests=ids,
            follow_ups=follow_ups.all(),
            deliveries=deliveries.all(),
            prospects=await self._prospects(connection_id, opportunity_id),
            awaited=[one.crosschq_id for one in requests if one.crosschq_id and one.state in OPEN_REQUEST],
        )

    async def _prospects(self, connection_id: int, opportunity_id: str) -> Sequence[str]:
        rows = await self._session.scalars(
            select(KnownProspect.crosschq_id).where(
                KnownProspect.connection_id == connection_id, KnownProspect.opportunity_id == opportunity_id
            )
        )
        return rows.all()

    async def _requests(self, connection_id: int, opportunity_id: str) -> Sequence[ReferenceRequest]:
        rows = await self._session.scalars(
            select(ReferenceRequest).where(
                ReferenceRequest.connection_id == connection_id,
                ReferenceRequest.opportunity_id == opportunity_id,
            )
        )
        return rows.all()

    async def _made_in_crosschq(self, connection_id: int, requests: Sequence[int]) -> set[str]:
        """Crosschq's ids that only the effects know: of requests cut off before they were marked as sent."""
        rows = await self._session.scalars(
            select(Effect.result).where(
                Effect.connection_id == connection_id,
                Effect.key.in_([creation_key(one) for one in requests]),
                Effect.state == EffectState.DONE,
            )
        )
        return {made for made in rows if made}

    async def _contacts_of_it_alone(
        self, connection_id: int, requests: Sequence[ReferenceRequest]
    ) -> Sequence[str]:
        contacts = {one.contact_id for one in requests if one.contact_id}
        shared = await self._session.scalars(
            select(ReferenceRequest.contact_id).where(
                ReferenceRequest.connection_id == connection_id,
                ReferenceRequest.contact_id.in_(contacts),
                ReferenceRequest.id.not_in([one.id for one in requests]),
            )
        )
        return sorted(contacts - set(shared))

    async def is_in_hand(self, kept: Kept) -> bool:
        """Whether runs are at work about the person; until the transaction ends, none can begin."""
        await self._session.execute(
            select(FollowUp.id).where(FollowUp.id.in_(kept.follow_ups)).with_for_update()
        )
        states = await self._session.scalars(
            select(Delivery.state).where(Delivery.id.in_(kept.deliveries)).with_for_update()
        )
        return any(state in UNFINISHED[1:] for state in states)

    async def erase(self, kept: Kept, carrier: Attempt, digest: Digest) -> None:
        """All but the audit trail, at once. The carrier's row forgets whom it was about, and can still be finished."""
        here, it = kept.connection_id, kept.opportunity_id
        await self._session.execute(delete(Effect).where(Effect.connection_id == here, _is_about(kept)))
        await self._session.execute(delete(FollowUp).where(FollowUp.id.in_(kept.follow_ups)))
        await self._session.execute(
            delete(HiringOutcome).where(
                HiringOutcome.connection_id == here, HiringOutcome.opportunity_id == it
            )
        )
        await self._session.execute(
            delete(NewestMove).where(NewestMove.connection_id == here, NewestMove.opportunity_id == it)
        )
        await self._session.execute(delete(ReferenceRequest).where(ReferenceRequest.id.in_(kept.requests)))
        await self._session.execute(delete(Delivery).where(Delivery.id.in_(kept.deliveries)))
        await ErasedProspects(self._session, here).erase(kept.prospects, digest)
        subject = f"{ERASED}{digest(f'opportunity:{it}')}"
        await self._session.execute(
            update(Delivery)
            .where(Delivery.id == carrier.delivery_id)
            .values(subject=subject, opportunity_id=None, body=None)
        )

    async def kept_among(self, connection_id: int, opportunity_ids: Collection[str]) -> set[str]:
        """Those of the opportunities of which anything is kept."""
        found: set[str] = set()
        for table in (Delivery, NewestMove, ReferenceRequest, HiringOutcome, KnownProspect):
            rows = await self._session.scalars(
                select(table.opportunity_id).where(
                    table.connection_id == connection_id, table.opportunity_id.in_(opportunity_ids)
                )
            )
            found |= {one for one in rows if one}
        return found


def _is_about(kept: Kept) -> ColumnElement[bool]:
    """By the delivery an effect was for, and by what its key names."""
    named = begins_of_opportunity(kept.opportunity_id)
    named += map(begin_of_contact, kept.contacts)
    named += map(begin_of_follow_up, kept.follow_ups)
    exact = [key_of(request) for request in kept.requests for key_of in (creation_key, cancellation_key)]
    return or_(
        Effect.delivery_id.in_(kept.deliveries),
        Effect.key.in_(exact),
        *map(names_prospect, kept.prospects),
        *(Effect.key.startswith(prefix, autoescape=True) for prefix in named),
    )
