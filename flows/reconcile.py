"""Finds what a lost webhook or a crash left undone: the guarantee behind everything else (docs/decisions/03).

Four deployments of one flow, as often as admins say in Prefect: `own-work` every minute, `lever` every 15 minutes,
`crosschq` every 30, `deletions` once a day. The looks are plain functions and no tasks: Prefect keeps rows and events
of each task run, and most looks find nothing.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.deleted_opportunities import record_deletions
from tasks.looks import Look, described
from tasks.lost_endings import record_lost_endings
from tasks.lost_webhooks import active_connections, record_lost_moves, record_lost_news
from tasks.own_work import (
    end_open_runs,
    free_stranded_deliveries,
    settle_abandoned_requests,
)
from tasks.prospect_schedules import make_missing_schedules
from tasks.retention import purge_expired_history
from tasks.shadow import do_what_was_only_said
from tasks.unshown_outcomes import queue_unshown_outcomes
from tasks.waits import end_abandoned, end_cancelled, look_after_waiting_runs, take_up_overdue
from wiring import open_parts


class Scope(StrEnum):
    """Where to look."""

    OWN_WORK = "own-work"
    LEVER = "lever"
    CROSSCHQ = "crosschq"
    DELETIONS = "deletions"


OWN_WORK: Mapping[str, Callable[[Look], Awaitable[None]]] = {
    "stranded deliveries set free": free_stranded_deliveries,
    "dead runs ended": end_open_runs,
    "abandoned requests settled": settle_abandoned_requests,
    "unshown outcomes queued": queue_unshown_outcomes,
    "deliveries of an ended shadow mode taken up": do_what_was_only_said,
    "follow-ups cancelled in Prefect": end_cancelled,
    "lost runs of follow-ups ordered anew": look_after_waiting_runs,
    "overdue follow-ups taken up": take_up_overdue,
    "abandoned follow-ups ended": end_abandoned,
    "export schedules made": make_missing_schedules,
    "rows past their retention dealt with": purge_expired_history,
}
"""By what one is called in states and logs, in this order."""

OF_VENDORS: Mapping[Scope, Mapping[str, Callable[[Look, int], Awaitable[None]]]] = {
    Scope.LEVER: {
        "moves without a webhook": record_lost_moves,
        "archivings without a webhook": record_lost_endings,
    },
    Scope.CROSSCHQ: {"requests with news without a webhook": record_lost_news},
    Scope.DELETIONS: {"deletions without a webhook": record_deletions},
}
"""For each connection that is not paused."""


MOST_LOGGED = 10
"""Failures of one look: after so many the rest is likely the same."""


@flow(name="reconcile", persist_result=False)
async def reconcile(scope: Scope) -> State[Any] | None:
    """Looks once; what it finds is handled by the ordinary flows. Failed if any look did, after all have been taken."""
    async with open_parts():
        return _ended(await (_own_work() if scope is Scope.OWN_WORK else _vendors(OF_VENDORS[scope])))


async def _own_work() -> list[Look]:
    looks = [(Look(name), ask) for name, ask in OWN_WORK.items()]
    for look, ask in looks:
        await look.take(ask(look))
    return [look for look, _ in looks]


async def _vendors(asks: Mapping[str, Callable[[Look, int], Awaitable[None]]]) -> list[Look]:
    listing, ids = Look("the list of connections"), list[int]()

    async def list_them() -> None:
        ids.extend(await active_connections())

    await listing.take(list_them())
    looks = [(Look(name, of), ask, of) for of in ids for name, ask in asks.items()]
    for look, ask, connection_id in looks:
        await look.take(ask(look, connection_id))
    return [listing, *(look for look, _, _ in looks)]


def _ended(looks: Iterable[Look]) -> State[Any] | None:
    """What was found, left out and failed, in the run's log and state; None when there is nothing to tell."""
    told, failed, log = [], [], get_run_logger()
    for look in looks:
        if look.found:
            told.append(f"{look}: {look.found}")
        if look.skipped:
            told.append(f"{look}: {look.skipped} unreadable left out")
        kinds = Counter(type(error).__name__ for error in look.failures)
        failed += [
            f"{look}: {kind}" + (f" ({count} times)" if count > 1 else "") for kind, count in kinds.items()
        ]
        for error in look.failures[:MOST_LOGGED]:
            log.error("%s: %s", look, described(error))
    if told:
        log.warning("%s.", "; ".join(told))
    if failed:
        told.append(f"Failed: {'; '.join(failed)}")
    message = f"{'. '.join(told)}."
    return (Failed(message=message) if failed else Completed(message=message)) if told else None
