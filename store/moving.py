"""Reference requests go on with another opportunity, where their own was merged away in Lever. Commits nothing itself.

What an earlier attempt wrote on the old profile may be on the new one or gone with the old: its rows in the effect log
move along as `intended`, so that it is looked for there, and written where it is not found.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.traces import report_file
from store.effect_keys import (
    REQUEST_KEY,
    begin_of_contact,
    begin_of_follow_up,
    begin_of_request_notes,
    cancellation_key,
    creation_key,
    file_key,
)
from store.follow_ups import FollowUps, Schedule, is_open
from store.outcome_tables import FollowUp, HiringOutcome
from store.tables import OPEN_REQUEST, Delivery, Effect, EffectState, ReferenceRequest, RequestState

NOT_CONFIRMED = "Crosschq did not answer whether it took the request."


class Moving:
    """Of one connection, by one delivery, which what was done outside goes with from then on."""

    def __init__(self, session: AsyncSession, connection_id: int, carrier_id: int) -> None:
        self._session, self._here, self._carrier_id = session, connection_id, carrier_id

    async def awaiting(self, opportunity_id: str) -> Sequence[ReferenceRequest]:
        """Requests of which something is still to come: a report, a question, the word of an outcome; locked."""
        asks = exists().where(FollowUp.request_id == ReferenceRequest.id, is_open())
        tells = exists().where(
            HiringOutcome.connection_id == self._here,
            HiringOutcome.opportunity_id == opportunity_id,
            HiringOutcome.shown_version < HiringOutcome.version,
        )
        rows = await self._session.scalars(
            select(ReferenceRequest)
            .where(
                ReferenceRequest.connection_id == self._here,
                ReferenceRequest.opportunity_id == opportunity_id,
                or_(
                    ReferenceRequest.state.in_((RequestState.SENT, RequestState.UNKNOWN)),
                    (ReferenceRequest.state == RequestState.INTENDED) & self._may_have_left(),
                    asks,
                    (ReferenceRequest.state == RequestState.COMPLETED) & tells,
                ),
            )
            .order_by(ReferenceRequest.generation)
            .with_for_update()
        )
        return rows.all()

    def _may_have_left(self) -> ColumnElement[bool]:
        key = func.concat(f"{REQUEST_KEY}/", ReferenceRequest.id)
        return exists().where(
            Effect.connection_id == self._here, Effect.key == key, Effect.state != EffectState.REFUSED
        )

    async def move(self, requests: Sequence[ReferenceRequest], opportunity_id: str) -> None:
        """In their order, after those that the opportunity has; a copy of none stays behind."""
        old = {one.opportunity_id for one in requests}
        for one in requests:
            await self._move(one, opportunity_id)
        for opportunity in old:
            await self._move_outcome(opportunity, opportunity_id)

    async def _move(self, request: ReferenceRequest, opportunity_id: str) -> None:
        old = request.opportunity_id
        of_target = (
            ReferenceRequest.connection_id == self._here,
            ReferenceRequest.opportunity_id == opportunity_id,
        )
        newest = await self._session.scalar(select(func.max(ReferenceRequest.generation)).where(*of_target))
        if request.state is RequestState.INTENDED:
            # The run that was sending it goes with the old opportunity.
            request.state, request.problem = RequestState.UNKNOWN, NOT_CONFIRMED
        if request.state in OPEN_REQUEST:
            has_own = exists().where(*of_target, ReferenceRequest.state.in_(OPEN_REQUEST))
            request.is_beside_another = bool(await self._session.scalar(select(has_own)))
        request.opportunity_id, request.generation = opportunity_id, (newest or 0) + 1
        await self._session.flush()
        follow_ups = await self._session.scalars(
            select(FollowUp).where(FollowUp.request_id == request.id).with_for_update()
        )
        for follow_up in follow_ups.all():
            await self._move_follow_up(follow_up, opportunity_id)
        await self._move_effects(request, old)
        await self._session.execute(
            update(Delivery)
            .where(Delivery.connection_id == self._here, Delivery.subject == f"request:{request.crosschq_id}")
            .values(opportunity_id=opportunity_id)
        )

    async def _move_follow_up(self, follow_up: FollowUp, opportunity_id: str) -> None:
        follow_up.opportunity_id = opportunity_id
        if follow_up.ended_at is None:
            # The run that waits in Prefect, and a delivery that is in the inbox, are about the old one.
            await FollowUps(self._session).reschedule(follow_up, Schedule(follow_up.state, follow_up.due_at))
        await self._keep(Effect.key.startswith(begin_of_follow_up(follow_up.id), autoescape=True))

    async def _move_effects(self, request: ReferenceRequest, old: str) -> None:
        await self._keep(Effect.key.in_([creation_key(request.id), cancellation_key(request.id)]))
        if request.contact_id:
            await self._keep(Effect.key.startswith(begin_of_contact(request.contact_id), autoescape=True))
        marked = or_(
            Effect.key.startswith(begin_of_request_notes(old, request.id), autoescape=True),
            Effect.key == file_key(old, report_file(request.crosschq_id or "")),
        )
        written = await self._session.scalars(
            select(Effect).where(Effect.connection_id == self._here, marked).with_for_update()
        )
        for effect in written.all():
            kind, _, rest = effect.key.split("/", 2)
            effect.key = f"{kind}/{request.opportunity_id}/{rest}"
            effect.delivery_id, effect.result = self._carrier_id, None
            if effect.state is not EffectState.REFUSED:
                effect.state = EffectState.INTENDED
        await self._session.flush()

    async def _keep(self, such: ColumnElement[bool]) -> None:
        """They do not go with the deliveries of the old opportunity."""
        await self._session.execute(
            update(Effect)
            .where(Effect.connection_id == self._here, such)
            .values(delivery_id=self._carrier_id)
        )

    async def _move_outcome(self, old: str, new: str) -> None:
        """Unless the other one's own is known."""
        of_new = exists().where(
            HiringOutcome.connection_id == self._here, HiringOutcome.opportunity_id == new
        )
        outcome = await self._session.scalar(
            select(HiringOutcome)
            .where(HiringOutcome.connection_id == self._here, HiringOutcome.opportunity_id == old, ~of_new)
            .with_for_update()
        )
        if outcome is None:
            return
        outcome.opportunity_id = new
        if outcome.shown_version < outcome.version:
            # A version of its own: it is queued once more, for the other profile.
            outcome.version += 1
        await self._session.flush()
