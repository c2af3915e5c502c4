"""Finds what a lost webhook or a crash left undone: the guarantee behind everything else (design 3.3).

Four deployments of one flow, as often as admins say in Prefect: `own-work` every minute, `lever` every 15 minutes,
`crosschq` every 30, `deletions` once a day.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from prefect import flow, get_run_logger

from outbound.errors import VendorError
from tasks.deleted_opportunities import record_deletions
from tasks.lost_endings import record_lost_endings
from tasks.lost_webhooks import active_connections, record_lost_moves, record_lost_news
from tasks.own_work import (
    end_open_runs,
    forget_old_bodies,
    free_stranded_deliveries,
    settle_abandoned_requests,
)
from tasks.prospect_schedules import make_missing_schedules
from tasks.shadow import do_what_was_only_said
from tasks.unshown_outcomes import queue_unshown_outcomes
from tasks.waits import end_abandoned, end_cancelled, look_after_waiting_runs, take_up_overdue
from wiring import open_parts

OUR_FLOWS = ("reference-request", "hiring-outcome", "hiring-followup", "candidate-erasure", "prospect-export")
"""Whose runs work on deliveries."""


class Scope(StrEnum):
    """Where to look."""

    OWN_WORK = "own-work"
    LEVER = "lever"
    CROSSCHQ = "crosschq"
    DELETIONS = "deletions"


@flow(name="reconcile", persist_result=False)
async def reconcile(scope: Scope) -> None:
    """Looks once; what it finds is handled by the ordinary flows."""
    async with open_parts():
        match scope:
            case Scope.OWN_WORK:
                await look_after_own_work()
            case Scope.LEVER:
                await ask_lever_for_lost_moves()
            case Scope.CROSSCHQ:
                await ask_crosschq_for_lost_news()
            case Scope.DELETIONS:
                await ask_lever_for_deletions()


async def look_after_own_work() -> None:
    freed = await free_stranded_deliveries()
    ended = sum([await end_open_runs(flow) for flow in OUR_FLOWS])
    settled = await settle_abandoned_requests()
    unshown = await queue_unshown_outcomes()
    only_said = await do_what_was_only_said()
    if only_said:
        get_run_logger().info("Shadow mode has ended: %d deliveries that were only said are done.", only_said)
    await look_after_follow_ups()
    await make_missing_schedules()
    await forget_old_bodies()
    if freed or ended or settled or unshown:
        get_run_logger().warning(
            "Set free: deliveries %s. Dead runs ended: %d. Abandoned requests: %d. Outcomes left unshown: %d.",
            freed,
            ended,
            settled,
            unshown,
        )


async def look_after_follow_ups() -> None:
    cancelled = await end_cancelled()
    lost = await look_after_waiting_runs()
    overdue = await take_up_overdue()
    abandoned = await end_abandoned()
    if cancelled or lost or overdue or abandoned:
        get_run_logger().warning(
            "Follow-ups: %d cancelled in Prefect, %d runs lost and ordered anew, %d overdue taken up, %d given up.",
            cancelled,
            lost,
            overdue,
            abandoned,
        )


async def ask_lever_for_lost_moves() -> None:
    await ask_for_each(record_lost_moves, "moves that no webhook told of")
    await ask_for_each(record_lost_endings, "hires and other archivings that no webhook told of")


async def ask_crosschq_for_lost_news() -> None:
    await ask_for_each(record_lost_news, "requests with news that no webhook told of")


async def ask_lever_for_deletions() -> None:
    await ask_for_each(record_deletions, "deletions that no webhook told of")


async def ask_for_each(ask: Callable[[int], Awaitable[int]], what: str) -> None:
    """One connection after the other; what cannot be asked now is asked at the next look."""
    for connection_id in await active_connections():
        try:
            found = await ask(connection_id)
        except VendorError as error:
            get_run_logger().warning("Connection %d: %s", connection_id, error)
        else:
            get_run_logger().info("Connection %d: %d %s.", connection_id, found, what)
