"""Whether a connection is in shadow mode, and the end of it (store.shadow). Touches our own store only."""

from store.due_follow_ups import FOLLOW_UP_EVENT
from store.shadow import Shadow
from tasks.case import Case
from tasks.looks import Look
from tasks.waits import begin_at
from wiring import current_parts

BATCH = 200
"""What one look takes up."""


async def is_in_shadow(case: Case) -> bool:
    """Then a story ends with what it would have done; should one try to do it, tasks.effects refuses."""
    async with current_parts().database.transaction() as session:
        return await Shadow(session).is_on(case.connection_id)


async def do_what_was_only_said(look: Look) -> None:
    """Shadow mode has ended: all but moves is handled again, and owners are not all asked at the same moment."""
    async with current_parts().database.transaction() as session:
        questions = await Shadow(session).count_questions()
        said = await Shadow(session).only_said(BATCH)
        due_ats = {one.id: one.triggered_at or one.received_at for one in said}
        for delivery in said:
            async with look.row_on_its_own(session):
                await Shadow(session).do_now(delivery)
                if delivery.event == FOLLOW_UP_EVENT:
                    begin = begin_at(due_ats[delivery.id], questions)
                    delivery.next_attempt_at = begin or current_parts().now()
                look.found += 1
