"""The outcome of each hire, and which version of it both systems show. Commits nothing itself."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.outcomes import Outcome, OutcomeSource
from store.outcome_tables import HiringOutcome
from store.tables import UNFINISHED, Delivery

OUTCOME_EVENT = "outcomeInCrosschq"
"""The event of a delivery that we send ourselves, to handle Crosschq's word in order with Lever's."""


class Outcomes:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, connection_id: int, opportunity_id: str) -> HiringOutcome | None:
        """Locked until the transaction ends; None as long as nobody has said anything."""
        query = select(HiringOutcome).where(
            HiringOutcome.connection_id == connection_id, HiringOutcome.opportunity_id == opportunity_id
        )
        return (await self._session.scalars(query.with_for_update())).one_or_none()

    async def record(
        self,
        connection_id: int,
        opportunity_id: str,
        outcome: Outcome,
        source: OutcomeSource,
        hired_on: date | None,
    ) -> HiringOutcome:
        """A new version, still to be shown."""
        known = await self.find(connection_id, opportunity_id)
        if known is None:
            known = HiringOutcome(
                connection_id=connection_id,
                opportunity_id=opportunity_id,
                outcome=outcome,
                source=source,
                version=0,
                shown_version=0,
            )
            self._session.add(known)
        known.outcome, known.source, known.hired_on = outcome, source, hired_on
        known.version += 1
        known.decided_at = func.now()
        await self._session.flush()
        await self._session.refresh(known)
        return known

    async def forget_answered(self, connection_id: int, opportunity_id: str) -> None:
        """Open again, without a word to anybody, unless Lever's own archive says how it ended."""
        known = await self.find(connection_id, opportunity_id)
        if known is not None and known.source is not OutcomeSource.LEVER:
            known.outcome, known.hired_on, known.in_crosschq = Outcome.OPEN, None, None
            known.shown_version = known.version
            await self._session.flush()

    async def unshown(self, before: datetime) -> Sequence[HiringOutcome]:
        """Versions decided before then that not both systems show, while nothing about the opportunity is in hand."""
        in_hand = exists().where(
            Delivery.connection_id == HiringOutcome.connection_id,
            Delivery.subject == func.concat("opportunity:", HiringOutcome.opportunity_id),
            Delivery.state.in_(UNFINISHED),
        )
        rows = await self._session.scalars(
            select(HiringOutcome).where(
                HiringOutcome.shown_version < HiringOutcome.version,
                HiringOutcome.decided_at < before,
                ~in_hand,
            )
        )
        return rows.all()

    async def note_in_crosschq(self, outcome_id: int, outcome: Outcome) -> None:
        """It was told this."""
        await self._session.execute(
            update(HiringOutcome).where(HiringOutcome.id == outcome_id).values(in_crosschq=outcome)
        )

    async def note_shown(self, outcome_id: int, version: int) -> None:
        await self._session.execute(
            update(HiringOutcome)
            .where(HiringOutcome.id == outcome_id, HiringOutcome.shown_version < version)
            .values(shown_version=version)
        )
