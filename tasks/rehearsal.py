"""Whom an export would meet, page by page, and what it would do: reads both vendors, changes nothing."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from crosschq.prospect_of import prospect_of
from hiring.export_order import Scope
from hiring.prospects import Prospect
from outbound.errors import NotFound
from store.connections import Connections
from store.prospect_intake import ProspectIntake
from store.prospect_pages import page_of_those_to_do
from store.prospect_tables import ProspectKind
from store.prospects import Prospects
from store.tables import Connection
from tasks.prospect_source import PAGE, KindOf, seen_prospect, unseen_since
from tasks.prospect_wishes import Wishes
from tasks.rehearsed_ends import Met, WouldBe, met, rehearse_ends
from tasks.step import step
from wiring import current_parts

Place = TypeVar("Place")


@dataclass(frozen=True)
class RehearsedPage(Generic[Place]):
    """`following` is where the next page begins; None: that was the last."""

    would_be: Sequence[WouldBe]
    following: Place | None


def as_if_on(wishes: Wishes, scope: Scope) -> Wishes:
    """As they would be if the switch for such runs were turned on now; nothing else is different."""
    if wishes.is_on(scope):
        return wishes
    if scope is Scope.NEW:
        return replace(wishes, kinds=(*wishes.kinds, ProspectKind.NEW), new_since=current_parts().now())
    return replace(wishes, kinds=(*wishes.kinds, ProspectKind.EXISTING))


async def looks_since(scope: Scope, connection_id: int, wishes: Wishes) -> datetime | None:
    """From when on such a run would ask Crosschq for changes; None: for all it has."""
    return await unseen_since(connection_id, wishes) if scope is Scope.NEW else None


@step
async def rehearse_page(
    connection_id: int, wishes: Wishes, cursor: str | None, since: datetime | None
) -> RehearsedPage[str]:
    """One page of Crosschq's list, or of what changed there; without whom the run would leave alone."""
    connection = await _connection(connection_id)
    page = await current_parts().kept_crosschq(connection).prospects(cursor, since, PAGE)
    prospects = [prospect_of(entry) for entry in page.results]
    if since is None:
        people = await _as_if_taken_in(connection_id, prospects, wishes.kinds, wishes.kind_of)
    else:
        kinds = [kind for kind in wishes.kinds if kind is ProspectKind.NEW]
        people = await _as_if_taken_in(connection_id, prospects, kinds, wishes.kind_of_changed)
    left = {person.crosschq_id for person in people}
    # Of those that the store would not take: who has withdrawn is told of, who is the other switch's is not.
    withdrawn = [
        WouldBe(one.id, "withdrawn") for one in prospects if not one.is_active and one.id not in left
    ]
    return RehearsedPage([*await rehearse_ends(connection, wishes, people), *withdrawn], page.next)


@step
async def rehearse_single(
    connection_id: int, wishes: Wishes, crosschq_ids: Sequence[str]
) -> Sequence[WouldBe]:
    """Single ones, as Crosschq tells them now or as they are kept; failed ones would be tried again."""
    connection = await _connection(connection_id)
    prospects = []
    for one in crosschq_ids if wishes.from_api else ():
        with suppress(NotFound):
            prospects.append(prospect_of(await current_parts().kept_crosschq(connection).prospect(one)))
    people = await _as_if_taken_in(connection_id, prospects, wishes.kinds, wishes.kind_of, retry=crosschq_ids)
    there = {person.crosschq_id for person in people}
    left_out = [
        WouldBe(one, "left out", "Neither Crosschq nor we have it to be exported.")
        for one in crosschq_ids
        if one not in there
    ]
    return [*await rehearse_ends(connection, wishes, people), *left_out]


@step
async def rehearse_to_do(
    connection_id: int, wishes: Wishes, after: int, is_unmet: Callable[[str], bool]
) -> RehearsedPage[int]:
    """A page of those that wait to be made, or to be taken out of Lever, behind the row `after`."""
    connection = await _connection(connection_id)
    async with current_parts().database.transaction() as session:
        rows = await page_of_those_to_do(session, connection_id, after, PAGE)
    would_be = await rehearse_ends(
        connection, wishes, [met(row) for row in rows if is_unmet(row.crosschq_id)]
    )
    return RehearsedPage(would_be, rows[-1].id if len(rows) == PAGE else None)


async def _connection(connection_id: int) -> Connection:
    async with current_parts().database.transaction() as session:
        return await Connections(session).get(connection_id)


async def _as_if_taken_in(
    connection_id: int,
    prospects: Sequence[Prospect],
    kinds: Collection[ProspectKind],
    kind_of: KindOf,
    retry: Sequence[str] = (),
) -> list[Met]:
    """What our store would say of them, by its own rules, and does not: the transaction is rolled back."""
    seen = [seen_prospect(one, kind_of) for one in prospects]
    async with current_parts().database.transaction() as session:
        store = Prospects(session, connection_id)
        await ProspectIntake(session, connection_id).take_in(seen, kinds)
        await store.retry(retry)
        people = [met(row) for row in await store.known({*(one.id for one in prospects), *retry})]
        await session.rollback()
    return people
