"""Takes a delivery up and puts it down again: finished, or to be tried again later. Touches our own store only."""

import random
from datetime import datetime

from hiring.retries import next_attempt_at
from outbound.errors import CredentialsRefused
from store.attempts import Attempt, Attempts
from store.connections import Connections
from store.deliveries import Deliveries
from store.tables import DeliveryState
from tasks import ops_events
from tasks.case import Case
from tasks.outcome import Outcome
from wiring import current_parts


async def take_up(attempt: Attempt) -> Case | None:
    """The case, for this attempt alone; None when another attempt has it, or it is finished."""
    async with current_parts().database.transaction() as session:
        delivery = await Attempts(session).take_up(attempt)
        return Case.from_delivery(delivery) if delivery else None


async def case_in_hand(attempt: Attempt) -> Case | None:
    """The case this attempt has taken up and not put down; None when there is nothing to put down."""
    async with current_parts().database.transaction() as session:
        if not await Attempts(session).is_current(attempt):
            return None
        delivery = await Deliveries(session).get(attempt.delivery_id)
        return Case.from_delivery(delivery) if delivery else None


async def attempt_of_run(flow_run_id: str) -> Attempt | None:
    """The attempt a flow run works for, where its parameters do not say it."""
    async with current_parts().database.transaction() as session:
        return await Deliveries(session).attempt_of_run(flow_run_id)


async def finish(case: Case, outcome: Outcome) -> bool:
    """False when another attempt has taken the delivery over meanwhile."""
    async with current_parts().database.transaction() as session:
        is_finished = await Attempts(session).finish(
            case.attempt, outcome.state, outcome.words, after_shadow=outcome.after_shadow
        )
    if is_finished and outcome.state is DeliveryState.DEAD:
        ops_events.delivery_is_dead(case.attempt.delivery_id, case.connection_id)
    return is_finished


def next_attempt(case: Case) -> datetime | None:
    """When the dispatcher may start the next attempt; None: it is time to give up, and a person must look."""
    parts = current_parts()
    return next_attempt_at(
        case.first_attempt_at,
        parts.now(),
        parts.settings.give_up_after,
        random.random(),  # noqa: S311 - spreads waits, hides nothing
    )


async def count_anew(case: Case) -> None:
    """The case has got on: from now on it counts how long it has failed."""
    async with current_parts().database.transaction() as session:
        await Attempts(session).count_anew(case.attempt)


async def put_off(case: Case, until: datetime, why: str) -> None:
    """Ends this attempt; the dispatcher starts the next one then."""
    async with current_parts().database.transaction() as session:
        await Attempts(session).put_off(case.attempt, until, f"Trying again: {why}")


async def pause_connection(connection_id: int, refused: CredentialsRefused) -> bool:
    """Its deliveries wait until an admin has stored valid keys; False: others are stored already."""
    async with current_parts().database.transaction() as session:
        is_paused = await Connections(session).pause_if_refused(connection_id, str(refused), refused.account)
    if is_paused:
        ops_events.connection_is_paused(connection_id, ops_events.Because.CREDENTIALS)
    return is_paused


async def wait_for_credentials(case: Case, refused: CredentialsRefused) -> bool:
    """Pauses the connection: its deliveries wait until an admin has stored valid keys.

    False: others are stored already, and the next attempt may begin at once.
    """
    if not await pause_connection(case.connection_id, refused):
        await put_off(case, current_parts().now(), f"the credentials were replaced meanwhile ({refused})")
        return False
    await wait_for_a_person(case, f"Waiting for valid credentials: {refused}")
    return True


async def wait_for_a_person(case: Case, words: str) -> None:
    """The connection is paused. How long that lasts does not count towards giving up."""
    parts = current_parts()
    async with parts.database.transaction() as session:
        await Attempts(session).put_off(case.attempt, parts.now(), words)
        await Deliveries(session).count_anew(case.connection_id)
