"""What we remember of a connection's prospects: whose turn it is, how far all of them are. Our own store only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.prospect_tables import KnownProspect, ProspectKind, ProspectState
from store.prospect_walks import Walks
from store.prospects import Prospects
from tasks.case import Case
from wiring import current_parts


async def next_batch(
    case: Case, kinds: Collection[ProspectKind], only: Sequence[str], limit: int
) -> Sequence[KnownProspect]:
    async with current_parts().database.transaction() as session:
        return await Prospects(session, case.connection_id).waiting(kinds, limit, only)


async def still_waiting(case: Case, rows: Sequence[KnownProspect]) -> int:
    """How many of them have not come to an end."""
    async with current_parts().database.transaction() as session:
        known = await Prospects(session, case.connection_id).known([row.crosschq_id for row in rows])
    return sum(row.state is ProspectState.WAITING for row in known)


async def next_try(case: Case, kinds: Collection[ProspectKind]) -> datetime | None:
    """When the first of those that wait is to be tried; None: nobody waits."""
    async with current_parts().database.transaction() as session:
        return await Prospects(session, case.connection_id).next_try(kinds)


async def retry_failed(connection_id: int, only: Sequence[str]) -> None:
    async with current_parts().database.transaction() as session:
        await Prospects(session, connection_id).retry(only)


async def walk_goes_on_at(case: Case) -> str | None:
    """The cursor of the page that is to be read next; None: from the start."""
    async with current_parts().database.transaction() as session:
        return (await Walks(session, case.connection_id).begin()).cursor


async def is_anything_to_do(connection_id: int, kinds: Collection[ProspectKind]) -> bool:
    """Whether a prospect waits to be made, or to be taken out of Lever."""
    async with current_parts().database.transaction() as session:
        prospects = Prospects(session, connection_id)
        return bool(await prospects.waiting(kinds, 1) or await prospects.leaving(1))


@dataclass(frozen=True)
class Count:
    """How many prospects are how far."""

    by_state: dict[ProspectState, int]
    total: int
    """As Crosschq counted them last, and no less than we know."""

    @property
    def done(self) -> int:
        return sum(self.by_state.values()) - self.by_state.get(ProspectState.WAITING, 0)

    @property
    def in_words(self) -> str:
        return ", ".join(f"{number:,} {state}" for state, number in sorted(self.by_state.items())) or "none"


async def count_prospects(case: Case) -> Count:
    async with current_parts().database.transaction() as session:
        by_state = await Prospects(session, case.connection_id).count()
        walk = await Walks(session, case.connection_id).get()
    known = sum(by_state.values())
    # Those who withdrew before we knew them are counted by Crosschq, and never met.
    is_read = walk.began_at is None or walk.finished_at is not None
    return Count(by_state, known if is_read else max(walk.total or 0, known))


async def ended_since(
    case: Case, states: Collection[ProspectState], since: datetime, limit: int
) -> Sequence[KnownProspect]:
    async with current_parts().database.transaction() as session:
        return await Prospects(session, case.connection_id).listed(states, limit, since)
