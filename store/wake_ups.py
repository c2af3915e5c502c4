"""The runs that wait in Prefect for a follow-up's time: which are to be ordered, cancelled, looked after.

Prefect may lose any of them: what is due is found here by SQL alone. Commits nothing itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.follow_ups import FollowUpState
from store.outcome_tables import FollowUp

_WAITS = and_(FollowUp.state != FollowUpState.ENDED, FollowUp.delivery_id.is_(None))
# Written out and not bound, as states are (store.base): so PostgreSQL sees that the partial index fits.
_HAS_VOID_RUNS: ColumnElement[bool] = literal_column("follow_up.void_runs <> '[]'")


@dataclass(frozen=True)
class WakeUp:
    """A run to be ordered: `token` is its idempotency key, another one each time a lost run is ordered anew."""

    follow_up_id: int
    generation: int
    opportunity_id: str
    connection_id: int
    due_at: datetime
    armed: int

    @property
    def token(self) -> str:
        return f"followup:{self.follow_up_id}:{self.generation}:{self.armed}"


class WakeUps:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def unarmed(self, limit: int) -> list[WakeUp]:
        """Those that no run waits for yet. Several may ask: the token lets Prefect make one run of two orders."""
        rows = await self._session.scalars(
            select(FollowUp).where(_WAITS, FollowUp.flow_run_id.is_(None)).order_by(FollowUp.id).limit(limit)
        )
        return [_wake_up(row) for row in rows]

    async def note_run(self, wake_up: WakeUp, flow_run_id: str) -> bool:
        """False when the follow-up has been scheduled anew meanwhile: then the run is void."""
        noted = await self._session.scalar(
            update(FollowUp)
            .where(
                FollowUp.id == wake_up.follow_up_id,
                FollowUp.generation == wake_up.generation,
                FollowUp.armed == wake_up.armed,
                _WAITS,
            )
            .values(flow_run_id=flow_run_id, seen_at=func.now())
            .returning(FollowUp.id)
        )
        if noted is None:
            await self.void(wake_up.follow_up_id, flow_run_id)
        return noted is not None

    async def void(self, follow_up_id: int, flow_run_id: str) -> None:
        """A run that waits for nothing: it is to be cancelled in Prefect."""
        await self._session.execute(
            update(FollowUp)
            .where(FollowUp.id == follow_up_id)
            .values(void_runs=FollowUp.void_runs.concat(func.jsonb_build_array(flow_run_id)))
        )

    async def with_void_runs(self, limit: int) -> Sequence[FollowUp]:
        rows = await self._session.scalars(
            select(FollowUp).where(_HAS_VOID_RUNS).order_by(FollowUp.id).limit(limit)
        )
        return rows.all()

    async def forget_void_run(self, follow_up_id: int, flow_run_id: str) -> None:
        """It is cancelled, or gone."""
        await self._session.execute(
            update(FollowUp)
            .where(FollowUp.id == follow_up_id)
            .values(void_runs=FollowUp.void_runs.op("-")(flow_run_id))
        )

    async def overdue(self, grace: timedelta, limit: int) -> Sequence[FollowUp]:
        """Those whose run should have come long ago, the longest first."""
        rows = await self._session.scalars(
            select(FollowUp)
            .where(_WAITS, FollowUp.due_at < func.now() - grace)
            .order_by(FollowUp.due_at)
            .limit(limit)
        )
        return rows.all()

    async def count_due(self) -> int:
        return (
            await self._session.scalars(
                select(func.count()).select_from(FollowUp).where(_WAITS, FollowUp.due_at <= func.now())
            )
        ).one()

    async def longest_unseen(self, limit: int) -> Sequence[FollowUp]:
        """Those whose run was not looked at for the longest time."""
        rows = await self._session.scalars(
            select(FollowUp)
            .where(_WAITS, FollowUp.flow_run_id.is_not(None))
            .order_by(FollowUp.seen_at)
            .limit(limit)
        )
        return rows.all()

    async def note_seen(self, follow_up_ids: Collection[int]) -> None:
        await self._session.execute(
            update(FollowUp).where(FollowUp.id.in_(follow_up_ids)).values(seen_at=func.now())
        )

    async def disarm(self, follow_up: FollowUp) -> None:
        """Its run is lost: another one is ordered, for the same time."""
        await self._session.execute(
            update(FollowUp)
            .where(FollowUp.id == follow_up.id, FollowUp.flow_run_id == follow_up.flow_run_id)
            .values(flow_run_id=None, armed=FollowUp.armed + 1)
        )

    async def waiting_for(self, flow_run_ids: Collection[str]) -> Sequence[FollowUp]:
        """The follow-ups that these runs wait for at present; locked."""
        rows = await self._session.scalars(
            select(FollowUp).where(_WAITS, FollowUp.flow_run_id.in_(flow_run_ids)).with_for_update()
        )
        return rows.all()


def _wake_up(row: FollowUp) -> WakeUp:
    return WakeUp(row.id, row.generation, row.opportunity_id, row.connection_id, row.due_at, row.armed)
