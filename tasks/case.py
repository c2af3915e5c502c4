"""What a run works on: one attempt at one delivery, as ids. Passed from step to step; holds no client and no secret."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from crosschq.client import CrosschqClient
from lever.client import LeverClient
from store.attempts import Attempt
from store.connections import Connections
from store.deliveries import RECONCILE
from store.due import SNAPSHOT_EVENT
from store.tables import Connection, Delivery
from wiring import current_parts


@dataclass(frozen=True)
class Case:
    """`subject_id` is the opportunity's id, or for Crosschq's snapshots the id of its request."""

    attempt: Attempt
    connection_id: int
    event: str
    subject_id: str
    opportunity_id: str | None
    happened_at: datetime
    first_attempt_at: datetime
    is_found_by_asking: bool = False
    """No webhook told of it: one was lost, or came before a backup of ours was restored."""

    @classmethod
    def from_delivery(cls, delivery: Delivery) -> "Case":
        return cls(
            attempt=Attempt(delivery.id, delivery.attempt),
            connection_id=delivery.connection_id,
            event=delivery.event,
            subject_id=delivery.subject.partition(":")[2],
            opportunity_id=delivery.opportunity_id,
            happened_at=delivery.triggered_at or delivery.received_at,
            first_attempt_at=delivery.first_attempt_at or delivery.received_at,
            is_found_by_asking=delivery.origin == RECONCILE,
        )

    @property
    def is_crosschq_news(self) -> bool:
        return self.event == SNAPSHOT_EVENT


async def connection_of(case: Case) -> Connection:
    async with current_parts().database.transaction() as session:
        return await Connections(session).get(case.connection_id)


@asynccontextmanager
async def lever_of(case: Case) -> AsyncIterator[tuple[LeverClient, str]]:
    """The connection's Lever, and the user its changes are made as. It stays open for the next step."""
    connection = await connection_of(case)
    yield current_parts().kept_lever(connection), connection.perform_as


@asynccontextmanager
async def crosschq_of(case: Case) -> AsyncIterator[CrosschqClient]:
    """The connection's Crosschq. It stays open for the next step."""
    yield current_parts().kept_crosschq(await connection_of(case))
