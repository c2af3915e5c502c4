"""An export of a connection in shadow mode: a dry run, whose words an order in the inbox ends with."""

from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.casework import work_on
from flows.prospect_making import CUT_OFF
from flows.prospect_rehearsal import rehearse, rehearsed
from hiring.export_order import ExportOrder
from tasks.case import Case
from tasks.export_orders import NotNow, is_export_ordered, note_run, scope_of, take_up_export
from tasks.outcome import Outcome
from tasks.prospect_wishes import Wishes


async def only_say(order: ExportOrder, connection_id: int, wishes: Wishes) -> State[None]:
    """What nobody ordered through the inbox leaves nothing there, as most looks for new ones."""
    if not await is_export_ordered(connection_id):
        return await rehearse(order, connection_id, wishes)
    attempt = await take_up_export(order, connection_id)
    if isinstance(attempt, NotNow):
        return Completed(name=attempt.name, message=attempt.why)

    async def story(case: Case) -> Outcome:
        await note_run(case)
        scope = scope_of(case)
        if scope is None:
            return Outcome.done("NotRepeated", CUT_OFF, CUT_OFF)
        # What was ordered counts, whoever has taken it up.
        ordered = ExportOrder(scope=scope, connection_id=connection_id)
        words = await rehearsed(ordered, connection_id, wishes)
        return Outcome.only_said(f"would have exported prospects. {words}", words)

    return await work_on(attempt.delivery_id, attempt.number, story)
