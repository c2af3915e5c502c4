"""Reads the audit: the newest first, in pages, and what of the rows' subjects is still there. Changes nothing."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.base import LARGEST_ID
from store.keyset import Leaf, Order, Spot, Turn, leaf
from store.outcome_tables import FollowUp
from store.people_tables import PagePerson
from store.tables import BY_PEOPLE, LOOKED, Audit, Connection, Delivery, ReferenceRequest

FIRST = Turn()
_NUMBERED = re.compile(r"([a-z-]+):(\d{1,10})", re.ASCII)


class Which(StrEnum):
    CHANGES = "changes"
    """All but looks at Lever's list of deleted opportunities: they change nothing, and there are a hundred a day."""
    PEOPLE = "people"
    """What people did, owners by their link included."""
    ALL = "all"


@dataclass(frozen=True)
class Wanted:
    """None is no filter."""

    connection_id: int | None = None
    since: datetime | None = None
    which: Which = Which.CHANGES


@dataclass(frozen=True)
class Entry:
    audit: Audit
    connection: Connection | None
    """None of what concerns none, such as people of the pages."""


@dataclass(frozen=True)
class StillThere:
    """By id: the rows that entries name and that were not erased or removed since."""

    deliveries: Set[int]
    follow_ups: Set[int]
    requests: Mapping[int, ReferenceRequest]
    people: Mapping[int, str]
    """Their names."""


async def audit_entries(session: AsyncSession, wanted: Wanted, turn: Turn = FIRST) -> Leaf[Entry]:
    """The newest first."""
    both = select(Audit, Connection).outerjoin(Connection, Connection.id == Audit.connection_id)
    found = await leaf(session, both.where(*_conditions(wanted)), _BY_TIME, turn)
    return Leaf([Entry(*row) for row in found.rows], found.before, found.after)


async def still_there(session: AsyncSession, entries: Sequence[Entry]) -> StillThere:
    texts = [text for one in entries for text in (one.audit.who, one.audit.subject)]

    def named(kind: str) -> set[int]:
        return {number for text in texts if (number := number_in(text, kind)) is not None}

    deliveries = select(Delivery.id).where(Delivery.id.in_(named("delivery")))
    follow_ups = select(FollowUp.id).where(FollowUp.id.in_(named("follow-up")))
    requests = select(ReferenceRequest).where(ReferenceRequest.id.in_(named("request")))
    people = select(PagePerson.id, PagePerson.name).where(PagePerson.id.in_(named("person")))
    return StillThere(
        deliveries=frozenset(await session.scalars(deliveries)),
        follow_ups=frozenset(await session.scalars(follow_ups)),
        requests={one.id: one for one in await session.scalars(requests)},
        people=dict((await session.execute(people)).all()),
    )


def number_in(text: str, kind: str) -> int | None:
    """Of the row that `<kind>:<number>` names; None where it names another, or none that there can be."""
    found = _NUMBERED.fullmatch(text)
    if found is None or found[1] != kind or int(found[2]) > LARGEST_ID:
        return None
    return int(found[2])


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    of_kind: Mapping[Which, list[ColumnElement[bool]]] = {
        Which.CHANGES: [Audit.what != LOOKED],
        # Written out: PostgreSQL takes a partial index only where it sees that the query implies its condition.
        Which.PEOPLE: [literal_column(BY_PEOPLE)],
        Which.ALL: [],
    }
    conditions = of_kind[wanted.which]
    if wanted.connection_id is not None:
        conditions.append(Audit.connection_id == wanted.connection_id)
    if wanted.since is not None:
        conditions.append(Audit.at >= wanted.since)
    return conditions


_BY_TIME = Order[Audit, Connection](
    Audit.at, Audit.id, lambda row: Spot(row[0].at, row[0].id), newest_first=True
)
