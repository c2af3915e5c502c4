"""Reads Crosschq's prospects page by page into our store. Every page may be read twice, so nothing is ever missed."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from crosschq.prospect_of import prospect_of
from crosschq.prospects import ProspectPage
from hiring.prospects import Prospect
from outbound.errors import InvalidRequest, NotFound
from store.connections import Connections
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_switches import CLOCKS_DIFFER
from store.prospect_tables import ProspectKind
from store.prospect_walks import Walks
from tasks.case import Case
from tasks.prospect_wishes import Wishes
from tasks.step import step
from wiring import current_parts

KindOf = Callable[[Prospect], ProspectKind]

log = logging.getLogger(__name__)

PAGE = 100


@dataclass(frozen=True)
class PageRead:
    """`following` is the cursor of the next page, None for the first one."""

    following: str | None
    is_last: bool


@step
async def read_walk_page(case: Case, wishes: Wishes, cursor: str | None) -> PageRead:
    """One page of all prospects; where to go on is kept in the same transaction as what it said.

    A cursor that Crosschq does not take any more, as after a long time, leads back to the start: all are read again.
    """
    try:
        page = await _page(case.connection_id, cursor, None)
    except InvalidRequest:
        if cursor is None:
            raise
        async with current_parts().database.transaction() as session:
            await Walks(session, case.connection_id).start_over(cursor)
        return PageRead(None, is_last=False)
    async with current_parts().database.transaction() as session:
        await ProspectIntake(session, case.connection_id).take_in(seen_on(page, wishes.kind_of), wishes.kinds)
        await Walks(session, case.connection_id).advance(cursor, page.next, page.count)
    return PageRead(page.next, is_last=page.next is None)


@step
async def read_changes(connection_id: int, wishes: Wishes) -> int:
    """How many opted in, withdrew or changed since the last look; of unknown ones only new ones count."""
    began = current_parts().now()
    since = await unseen_since(connection_id, wishes)
    kinds = [kind for kind in wishes.kinds if kind is ProspectKind.NEW]
    changed, cursor = 0, None
    while True:
        page = await _page(connection_id, cursor, since)
        seen = seen_on(page, wishes.kind_of_changed)
        async with current_parts().database.transaction() as session:
            changed += await ProspectIntake(session, connection_id).take_in(seen, kinds)
        if (cursor := page.next) is None:
            break
    async with current_parts().database.transaction() as session:
        await Walks(session, connection_id).note_look(began)
    return changed


async def unseen_since(connection_id: int, wishes: Wishes) -> datetime:
    """From when on the next look asks for changes."""
    async with current_parts().database.transaction() as session:
        walk = await Walks(session, connection_id).get()
    seen_until = walk.looked_until or walk.began_at or wishes.new_since or current_parts().now()
    return seen_until - CLOCKS_DIFFER


@step
async def read_again(connection_id: int, wishes: Wishes, crosschq_ids: list[str]) -> None:
    """Single prospects as Crosschq tells them now."""
    async with current_parts().database.transaction() as session:
        connection = await Connections(session).get(connection_id)
    crosschq = current_parts().kept_crosschq(connection)
    seen = []
    for one in crosschq_ids:
        # One that Crosschq does not know, as a row of a file without ids, is tried again as it is kept.
        with suppress(NotFound):
            seen.append(seen_prospect(prospect_of(await crosschq.prospect(one)), wishes.kind_of))
    async with current_parts().database.transaction() as session:
        await ProspectIntake(session, connection_id).take_in(seen, wishes.kinds)


async def _page(connection_id: int, cursor: str | None, since: datetime | None) -> ProspectPage:
    async with current_parts().database.transaction() as session:
        connection = await Connections(session).get(connection_id)
    page = await current_parts().kept_crosschq(connection).prospects(cursor, since, PAGE)
    if page.left_out:
        log.warning("Connection %d: %d prospects of a page have no usable id.", connection_id, page.left_out)
    return page


def seen_on(page: ProspectPage, kind_of: KindOf) -> list[SeenProspect]:
    return [seen_prospect(prospect_of(entry), kind_of) for entry in page.results]


def seen_prospect(prospect: Prospect, kind_of: KindOf) -> SeenProspect:
    """As the store keeps it."""
    return SeenProspect.of(prospect, kind_of(prospect), current_parts().vault)
