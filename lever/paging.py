"""Walks a Lever list, page by page, as one iterator of items (lever.md 5). Never calls Lever itself."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from pydantic import TypeAdapter

from lever.answers import Page
from outbound.answers import Call, shaped
from outbound.errors import Refused, UnexpectedAnswer
from outbound.lists import Reading

T = TypeVar("T")
_PAGE = TypeAdapter(Page)


class OffsetRefused(Refused):
    """Lever no longer takes the page token it gave out: start the walk again from its beginning."""


async def items(
    read_page: Callable[[str | None], Awaitable[object]], item: TypeAdapter[T], call: Call
) -> AsyncIterator[T]:
    """Every item of a list. `read_page` is given the offset token, None for the first page.

    The order is by stage and last advance, so an item that moves meanwhile may come twice or not at all.
    Raises OffsetRefused, UnexpectedAnswer, and what `read_page` raises; UnreadableItems at the end of the list.
    """
    offset: str | None = None
    used: set[str] = set()
    reading = Reading(item, call)
    while True:
        page = shaped(_PAGE, await _page(read_page, offset, call), call)
        for one in reading.readable(page.data, is_last=not page.has_next):
            yield one
        if not page.has_next:
            reading.end()
            return
        if page.next is None or page.next in used:
            raise UnexpectedAnswer(call.vendor, call.operation, "the list says it goes on, but not where")
        offset = page.next
        used.add(offset)


async def _page(
    read_page: Callable[[str | None], Awaitable[object]], offset: str | None, call: Call
) -> object:
    try:
        return await read_page(offset)
    except Refused as refused:
        if "invalid offset token" not in refused.reason.lower():
            raise
        message = "the page token is no longer valid; start the walk again from its beginning"
        raise OffsetRefused(call.vendor, call.operation, message, refused.status, refused.reason) from refused
