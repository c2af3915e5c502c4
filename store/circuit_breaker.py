"""Holds back acts at a vendor after one whose outcome is unknown, until a read of that vendor has succeeded.

So an outage costs one unconfirmed act a connection, not one a candidate. Acts that are under way when the first one
turns out unknown are not stopped. Commits nothing itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Vendor, VendorHealth

FIRST_HOLD = timedelta(seconds=10)
"""From the second unknown outcome in a row on, a read alone proves too little: it also takes so long, then longer."""
LONGEST_HOLD = timedelta(minutes=30)


@dataclass(frozen=True)
class Tripped:
    """What holds acts back: `reset` takes exactly this one away."""

    vendor: Vendor
    since: datetime
    held_for: timedelta
    """From now on, by the database's clock; nothing or less: a read may be tried."""


class CircuitBreaker:
    def __init__(self, session: AsyncSession, connection_id: int, vendor: Vendor) -> None:
        self._session = session
        self._key = {"connection_id": connection_id, "vendor": vendor}
        self._row = (VendorHealth.connection_id == connection_id, VendorHealth.vendor == vendor)
        self._vendor = vendor

    async def tripped(self) -> Tripped | None:
        """None: acts may begin. Whoever trips it waits until this transaction, and with it the intent, is committed."""
        query = (
            select(
                VendorHealth.unconfirmed_since,
                VendorHealth.unconfirmed_in_a_row,
                (func.clock_timestamp() - VendorHealth.unconfirmed_since).label("lasts"),
            )
            .where(*self._row)
            .with_for_update(read=True)
        )
        while (found := (await self._session.execute(query)).one_or_none()) is None:
            # Only a row can be locked: the first ever to look makes it.
            await self._session.execute(insert(VendorHealth).values(**self._key).on_conflict_do_nothing())
        if found.unconfirmed_since is None:
            return None
        return Tripped(
            self._vendor, found.unconfirmed_since, hold_after(found.unconfirmed_in_a_row) - found.lasts
        )

    async def trip(self) -> None:
        """An outcome is unknown. Those of acts that were under way together count as one."""
        since, in_a_row = VendorHealth.unconfirmed_since, VendorHealth.unconfirmed_in_a_row
        await self._session.execute(
            insert(VendorHealth)
            .values(**self._key, unconfirmed_since=func.clock_timestamp(), unconfirmed_in_a_row=1)
            .on_conflict_do_update(
                index_elements=list(self._key),
                # Later than any read that began before: such a read proves nothing.
                set_={
                    since: func.clock_timestamp(),
                    in_a_row: case((since.is_(None), in_a_row + 1), else_=in_a_row),
                },
            )
        )

    async def reset(self, tripped: Tripped) -> None:
        """A read that began after `tripped` was seen has succeeded. What has turned out unknown since then stays."""
        await self._change(VendorHealth.unconfirmed_since == tripped.since, unconfirmed_since=None)

    async def note_success(self) -> None:
        """An act was confirmed: the next unknown outcome is a first one again, or the present one is.

        Where a vendor fails now and then, those that succeed beside one that did not keep the hold short.
        """
        first = case((VendorHealth.unconfirmed_since.is_(None), 0), else_=1)
        await self._change(VendorHealth.unconfirmed_in_a_row > first, unconfirmed_in_a_row=first)

    async def _change(self, *only_if: ColumnElement[bool], **values: object) -> None:
        await self._session.execute(update(VendorHealth).where(*self._row, *only_if).values(**values))


def hold_after(in_a_row: int) -> timedelta:
    """How long acts are held back after so many unknown outcomes in a row, whatever reads say."""
    if in_a_row <= 1:
        return timedelta(0)
    return min(FIRST_HOLD * int(3 ** min(in_a_row - 2, 10)), LONGEST_HOLD)
