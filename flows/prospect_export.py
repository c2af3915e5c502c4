"""Crosschq's prospects become leads in Lever: all existing ones once, new ones as they come."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.casework import failed, give_back, set_aside, work_on
from flows.patience import LONGEST_WAIT, patiently
from flows.prospect_making import make_leads
from flows.prospect_rehearsal import rehearse
from flows.prospects_said import only_say
from hiring.export_order import ExportOrder, Scope
from outbound.errors import CredentialsRefused, SlowDown, VendorError
from tasks.case import Case
from tasks.export_orders import NotNow, is_export_ordered, note_run, order_for_all, take_up_export
from tasks.inbox import pause_connection
from tasks.outcome import Outcome
from tasks.prospect_records import is_anything_to_do, retry_failed
from tasks.prospect_source import read_again, read_changes
from tasks.prospect_wishes import Wishes, wishes_of
from wiring import open_parts

_NO_SETTINGS = "This connection says nothing of prospects: see [prospects] in connection.example.toml."


@flow(
    name="prospect-export",
    persist_result=False,
    on_failure=[give_back],
    on_crashed=[give_back],
    on_cancellation=[set_aside],
)
async def prospect_export(order: ExportOrder) -> State[None]:
    """Makes Crosschq's prospects leads in Lever, each once, however often and wherever it is cut off."""
    async with open_parts():
        if order.connection_id is None:
            ordered = await order_for_all(order.scope)
            return Completed(name="Ordered", message=f"A run of its own begins for each of: {ordered}.")
        wishes = await wishes_of(order.connection_id)
        if wishes is None:
            return Completed(name="NothingWanted", message=_NO_SETTINGS)
        if wishes.paused_because:
            return Completed(name="Paused", message=f"{wishes.paused_because} The connection is paused.")
        try:
            return await _with_the_key_stored(order, order.connection_id, wishes)
        except CredentialsRefused as error:
            return failed(
                "CredentialsRefused", f"{error} The connection is paused until its key is replaced."
            )
        except SlowDown as error:
            # It has no time for us, and that is no failure (crosschq.md 1.7, 5).
            return Completed(name="LookedInVain", message=f"{error} {_what_next(order)}")
        except VendorError as error:
            return failed("LookedInVain", f"{error} {_what_next(order)}")


async def _with_the_key_stored(order: ExportOrder, connection_id: int, wishes: Wishes) -> State[None]:
    """Begins anew when a key was refused that has been replaced since. Raises CredentialsRefused: now it is paused."""
    while True:
        try:
            if order.dry_run:
                return await rehearse(order, connection_id, wishes)
            if wishes.is_shadow:
                return await only_say(order, connection_id, wishes)
            return await _export(order, connection_id, wishes)
        except CredentialsRefused as error:
            if await pause_connection(connection_id, error):
                raise


def _what_next(order: ExportOrder) -> str:
    if order.dry_run or order.only:
        return "Nothing was made: start it again."
    return "The next look sees what this one missed."


async def _export(order: ExportOrder, connection_id: int, wishes: Wishes) -> State[None]:
    if order.scope is Scope.NEW and not order.only and not await _is_anything_new(connection_id, wishes):
        return Completed(name="NothingNew", message="Nobody opted in or withdrew since the last look.")
    if order.only:
        await _take_in_single(order, connection_id, wishes)
    attempt = await take_up_export(order, connection_id)
    if isinstance(attempt, NotNow):
        return Completed(name=attempt.name, message=attempt.why)

    async def story(case: Case) -> Outcome:
        await note_run(case)
        return await make_leads(case, order)

    return await work_on(attempt.delivery_id, attempt.number, story)


async def _take_in_single(order: ExportOrder, connection_id: int, wishes: Wishes) -> None:
    """Before anything else: whichever export is at work takes them along."""
    if wishes.from_api:
        await patiently(lambda: read_again(connection_id, wishes, order.only), at_most=LONGEST_WAIT)
    await retry_failed(connection_id, order.only)


async def _is_anything_new(connection_id: int, wishes: Wishes) -> bool:
    """Looks without an attempt of its own, so that most looks leave nothing in the inbox."""
    is_ordered = await is_export_ordered(connection_id)
    try:
        if wishes.from_api:
            await patiently(lambda: read_changes(connection_id, wishes), at_most=LONGEST_WAIT)
    except VendorError:
        if not is_ordered:
            raise
        # The attempt that was ordered meets the same trouble, and is put off as every other.
    return is_ordered or await is_anything_to_do(connection_id, wishes.kinds)
