"""Reads a vendor's list in which some items may be malformed: one of them never hides the others. Pure."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from outbound.answers import Call, shaped
from outbound.errors import UnexpectedAnswer, UnreadableItems, VendorError

T = TypeVar("T")


@dataclass
class Reading(Generic[T]):
    """One walk through a list: gives what is readable, and remembers what was not."""

    item: TypeAdapter[T]
    call: Call
    _unreadable: list[VendorError] = field(default_factory=list)

    def readable(self, items: Iterable[object], *, is_last: bool = True) -> list[T]:
        """Those of one page. Raises UnexpectedAnswer where none is and more pages follow: all of them are so."""
        read, failed = [], []
        for one in items:
            try:
                read.append(shaped(self.item, one, self.call))
            except UnexpectedAnswer as error:
                failed.append(error)
        if failed and not read and not is_last:
            raise failed[0]
        self._unreadable += failed
        return read

    def end(self) -> None:
        """Raises UnreadableItems if there were any: nobody takes the list for complete by mistake."""
        if self._unreadable:
            count, first = len(self._unreadable), self._unreadable[0].message
            message = f"{count} of the list's items cannot be read; the first: {first}"
            raise UnreadableItems(self.call.vendor, self.call.operation, message, count=count)


Skipped = Callable[[UnreadableItems], object]
"""Hears, once, of the items that are left out."""


async def readable(walk: AsyncIterator[T], skipped: Skipped) -> AsyncIterator[T]:
    """The items of a walk for somebody who needs not all of them."""
    try:
        async for one in walk:
            yield one
    except UnreadableItems as error:
        skipped(error)


async def listed(walk: AsyncIterator[T], skipped: Skipped | None = None) -> tuple[T, ...]:
    """All items of a walk; raises UnreadableItems unless `skipped` hears of those that are left out."""
    return tuple([one async for one in (walk if skipped is None else readable(walk, skipped))])
