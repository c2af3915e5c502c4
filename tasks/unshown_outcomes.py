"""Outcomes of hires that not both systems show yet: what is to be shown, and that it was. Our own store only."""

from dataclasses import dataclass

from hiring.outcome_notes import Said
from hiring.outcomes import Outcome, OutcomeSource
from store.connections import Connections
from store.deliveries import RECONCILE, Deliveries, NewDelivery
from store.follow_ups import FollowUps
from store.outcome_tables import HiringOutcome
from store.outcomes import OUTCOME_EVENT, Outcomes
from store.own_deliveries import own_delivery
from store.requests import Requests
from store.tables import Connection
from tasks.case import Case
from tasks.looks import Look
from wiring import current_parts


@dataclass(frozen=True)
class ToShow:
    """A version of the outcome that not both systems show yet. `archive_reason_id`: Lever is to archive with it."""

    outcome_id: int
    version: int
    said: Said
    crosschq_id: str | None
    crosschq_knows: bool
    crosschq_takes_outcomes: bool
    archive_reason_id: str | None


async def outcome_to_show(case: Case, opportunity_id: str) -> ToShow | None:
    """None when both systems show the present version."""
    async with current_parts().database.transaction() as session:
        row = await Outcomes(session).find(case.connection_id, opportunity_id)
        if row is None or row.shown_version >= row.version:
            return None
        connection = await Connections(session).get(case.connection_id)
        request = await Requests(session).latest_in_crosschq(connection.id, opportunity_id)
        follow_up = await FollowUps(session).latest_of(connection.id, opportunity_id)
        by = follow_up.asked_role if follow_up else None
        return ToShow(
            outcome_id=row.id,
            version=row.version,
            said=Said(row.outcome, row.source, row.decided_at, row.hired_on, by),
            crosschq_id=request.crosschq_id if request else None,
            crosschq_knows=row.in_crosschq is row.outcome,
            crosschq_takes_outcomes=connection.crosschq_takes_outcomes,
            archive_reason_id=_archive_reason(connection, row),
        )


async def remember_nothing_to_show(case: Case, opportunity_id: str) -> None:
    """The candidate is gone or anonymised: nothing is to be written about them any more."""
    async with current_parts().database.transaction() as session:
        row = await Outcomes(session).find(case.connection_id, opportunity_id)
        if row is not None:
            await Outcomes(session).note_shown(row.id, row.version)


async def queue_unshown_outcomes(look: Look) -> None:
    """Outcomes that were recorded and not shown, as when a delivery was given up in between: once for each version."""
    parts = current_parts()
    async with parts.database.transaction() as session:
        for row in await Outcomes(session).unshown(parts.now() - 2 * parts.settings.run_silence):
            async with look.row_on_its_own(session):
                await Deliveries(session).record(_unshown(row))
                look.found += 1


async def remember_told(outcome_id: int, outcome: Outcome) -> None:
    async with current_parts().database.transaction() as session:
        await Outcomes(session).note_in_crosschq(outcome_id, outcome)


async def remember_shown(to_show: ToShow) -> None:
    async with current_parts().database.transaction() as session:
        await Outcomes(session).note_shown(to_show.outcome_id, to_show.version)


def _archive_reason(connection: Connection, row: HiringOutcome) -> str | None:
    if row.source is OutcomeSource.LEVER:
        return None
    return {Outcome.HIRED: connection.hired_reason, Outcome.NOT_HIRED: connection.not_hired_reason}.get(
        row.outcome
    )


def _unshown(row: HiringOutcome) -> NewDelivery:
    key = f"outcome-unshown:{row.id}:{row.version}"
    return own_delivery(row, OUTCOME_EVENT, key, origin=RECONCILE, triggered_at=row.decided_at)
