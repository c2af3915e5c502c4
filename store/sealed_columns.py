"""Count what is encrypted by the key that it needs, and encrypt it anew under the newest. Commits nothing itself."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Table,
    Update,
    column,
    func,
    select,
    update,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from store.base import Base
from store.database import Database
from store.key_ring import LastingKey
from store.prospect_tables import KnownProspect
from store.tables import Connection, Delivery, WebhookEndpoint
from store.vault import MARK_LENGTH, Vault, VaultError, named_key

WINDOW = 2_000
"""Ids that one statement looks at, so that none runs long, however many rows there are."""


@dataclass(frozen=True)
class SealedColumn:
    """A column of what `Vault.seal` makes, by `title` for people."""

    title: str
    table_name: str
    name: str

    @property
    def table(self) -> Table:
        return Base.metadata.tables[self.table_name]

    @property
    def values(self) -> ColumnElement[Any]:
        return self.table.c[self.name]

    @property
    def mark(self) -> ColumnElement[bytes]:
        return func.substring(self.values, 1, MARK_LENGTH)


SEALED = (
    SealedColumn("Lever API keys", Connection.__tablename__, "lever_key"),
    SealedColumn("Crosschq API keys", Connection.__tablename__, "crosschq_key"),
    SealedColumn("webhook tokens", WebhookEndpoint.__tablename__, "secrets"),
    SealedColumn("webhook bodies", Delivery.__tablename__, "body"),
    SealedColumn("prospects", KnownProspect.__tablename__, "sealed"),
    SealedColumn("lasting keys", LastingKey.__tablename__, "sealed"),
)
"""All there are: a test holds that no other column is binary."""


@dataclass
class Usage:
    """Of one column: how many rows need which secret key, by its fingerprint."""

    title: str
    needed: Counter[str] = field(default_factory=Counter)
    unnamed: int = 0
    """Sealed by an earlier release, which did not write down under which key."""
    lost: int = 0
    """Of those unnamed ones, what no key here opens."""


@dataclass
class Resealed:
    """What a rotation made of one column."""

    title: str
    done: int = 0
    lost: int = 0
    """No key here opens it: left as it is."""
    changed: int = 0
    """Something else was stored meanwhile: left as it is now."""


async def count_usage(database: Database, vault: Vault, *, tries_unnamed: bool) -> list[Usage]:
    """`tries_unnamed`: opens those that do not name their key, which takes a core a second for some ten thousand."""
    found = []
    for one in SEALED:
        usage = Usage(one.title)
        async for first in _windows(database, one):
            async with database.transaction() as session:
                unnamed = await _count(session, one, first, usage)
                rows = await _rows(session, one, first, vault, only_unnamed=True) if unnamed else []
            if not tries_unnamed:
                usage.unnamed += unnamed
                continue
            for _, sealed in rows:
                _try(vault, sealed, usage)
        found.append(usage)
    return found


async def reseal_all(database: Database, vault: Vault) -> list[Resealed]:
    """Under the newest key, window by window in transactions of their own: begun again, it goes on with what is left.

    What a running process stores meanwhile is not overwritten.
    """
    told = []
    for one in SEALED:
        resealed = Resealed(one.title)
        async for first in _windows(database, one):
            async with database.transaction() as session:
                await _reseal(session, one, first, vault, resealed)
        told.append(resealed)
    return told


async def _windows(database: Database, one: SealedColumn) -> AsyncIterator[int]:
    ids = one.table.c.id
    async with database.transaction() as session:
        ends = (await session.execute(select(func.min(ids), func.max(ids)))).one()
    lowest, highest = ends
    for first in range(lowest or 0, (highest or -1) + 1, WINDOW):
        yield first


def _within(one: SealedColumn, first: int) -> ColumnElement[bool]:
    ids = one.table.c.id
    return (ids >= first) & (ids < first + WINDOW) & one.values.is_not(None)


async def _count(session: AsyncSession, one: SealedColumn, first: int, usage: Usage) -> int:
    """Adds to `usage` those that name their key; returns how many do not."""
    rows = await session.execute(
        select(one.mark.label("mark"), func.count().label("number"))
        .where(_within(one, first))
        .group_by("mark")
    )
    unnamed = 0
    for row in rows:
        if (key := named_key(row.mark)) is None:
            unnamed += row.number
        else:
            usage.needed[key] += row.number
    return unnamed


def _try(vault: Vault, sealed: bytes, usage: Usage) -> None:
    try:
        usage.needed[vault.key_of(sealed)] += 1
    except VaultError:
        usage.lost += 1


async def _rows(
    session: AsyncSession, one: SealedColumn, first: int, vault: Vault, *, only_unnamed: bool = False
) -> Sequence[tuple[int, bytes]]:
    """Ids and values of those that do not stand under the newest key."""
    newest = vault.seal("")[:MARK_LENGTH]
    rows = await session.execute(
        select(one.table.c.id, one.values).where(_within(one, first), one.mark != newest)
    )
    return [(row[0], row[1]) for row in rows if not (only_unnamed and named_key(row[1]))]


async def _reseal(
    session: AsyncSession, one: SealedColumn, first: int, vault: Vault, resealed: Resealed
) -> None:
    anew = []
    for row_id, sealed in await _rows(session, one, first, vault):
        try:
            anew.append((row_id, sealed, vault.seal(vault.open(sealed))))
        except VaultError:
            resealed.lost += 1
    if anew:
        done = len((await session.execute(_compare_and_set(one, anew))).all())
        resealed.done += done
        resealed.changed += len(anew) - done


def _compare_and_set(one: SealedColumn, anew: Sequence[tuple[int, bytes, bytes]]) -> Update:
    given = values(
        column("id", Integer), column("before", LargeBinary), column("after", LargeBinary), name="given"
    ).data(list(anew))
    # What saves the settings compares the time of the last change: to encrypt anew is none.
    same = {each: each for each in one.table.c if each.onupdate is not None}
    return (
        update(one.table)
        .where(one.table.c.id == given.c.id, one.values == given.c.before)
        .values({one.values: given.c.after, **same})
        .returning(one.table.c.id)
    )
