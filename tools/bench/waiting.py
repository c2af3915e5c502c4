"""Follow-ups in bulk, as reports of two weeks leave them: what PostgreSQL makes of one statement. Asks Prefect nothing.

Each is about a finished request of an opportunity of its own and is due in one to fourteen days.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hiring.follow_ups import FollowUpState
from tools.bench.waiting_runs import WaitingRun

TEMPLATE = "bench-waiting"
"""Of these requests only: by it they are found again."""

AT_ONCE = 10_000
"""Of one statement: our engine allows it ten seconds."""

_ADD = text(
    """
    WITH request AS (
        INSERT INTO reference_request
            (connection_id, opportunity_id, generation, template, job_position, candidate_index, state, ended_at)
        SELECT :connection_id, gen_random_uuid(), 1, :template, 'Engineer', '', 'completed', now()
        FROM generate_series(1, :count)
        RETURNING id, connection_id, opportunity_id, ended_at
    )
    INSERT INTO follow_up
        (connection_id, request_id, opportunity_id, state, reported_at, due_at, flow_run_id, seen_at)
    SELECT connection_id, id, opportunity_id, :state, ended_at,
        now() + interval '1 day' + random() * interval '13 days',
        CASE WHEN :armed THEN gen_random_uuid()::text END,
        CASE WHEN :armed THEN now() - random() * interval '1 hour' END
    FROM request
    """
)

_ARMED = text(
    """
    SELECT count(flow_run_id) AS armed, extract(epoch FROM max(seen_at) - min(follow_up.reported_at)) AS seconds
    FROM follow_up JOIN reference_request request ON request.id = request_id AND template = :template
    """
)
_RUNS = text(
    """
    SELECT flow_run_id AS run_id, follow_up.id AS follow_up_id, follow_up.opportunity_id, due_at
    FROM follow_up JOIN reference_request request ON request.id = request_id AND template = :template
    WHERE flow_run_id IS NOT NULL
    """
)
_FORGET = text("DELETE FROM reference_request WHERE template = :template")


@dataclass(frozen=True)
class Waiting:
    """Steps in a transaction of somebody else's."""

    session: AsyncSession

    async def add(
        self,
        connection_id: int,
        count: int,
        state: FollowUpState = FollowUpState.WAITING,
        *,
        armed: bool = False,
    ) -> None:
        """`armed`: each with the id of a run of its own, which nobody has ordered in Prefect yet."""
        values = {"connection_id": connection_id, "template": TEMPLATE, "state": state, "armed": armed}
        while count > 0:
            await self.session.execute(_ADD, values | {"count": min(count, AT_ONCE)})
            count -= AT_ONCE

    async def armed(self) -> tuple[int, float]:
        """How many have a run by now, and how many seconds after they were added the last of these was noted."""
        found = (await self.session.execute(_ARMED, {"template": TEMPLATE})).one()
        return found.armed, float(found.seconds or 0)

    async def runs(self) -> list[WaitingRun]:
        """Those that wait for them, or are to."""
        rows = await self.session.execute(_RUNS, {"template": TEMPLATE})
        return [WaitingRun(**row) for row in rows.mappings()]

    async def forget(self) -> None:
        """All of them, with their requests."""
        await self.session.execute(_FORGET, {"template": TEMPLATE})
