"""A dry run: walks through what an export would, and says what it would do. Makes and remembers nothing.

In shadow mode every export is one: nobody is taken in, so that the first one afterwards finds all that changed.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial

from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.patience import patiently
from hiring.export_order import ExportOrder
from tasks.export_progress import MOST_ROWS, show_rehearsal
from tasks.prospect_wishes import Wishes
from tasks.rehearsal import as_if_on, looks_since, rehearse_page, rehearse_single, rehearse_to_do
from tasks.rehearsed_ends import WouldBe


async def rehearse(order: ExportOrder, connection_id: int, wishes: Wishes) -> State[None]:
    """What the run would do if its switch were on. Raises what concerns all: a vendor away, or the key refused."""
    return Completed(name="Rehearsed", message=await rehearsed(order, connection_id, wishes))


async def rehearsed(order: ExportOrder, connection_id: int, wishes: Wishes) -> str:
    """In words, the table being shown."""
    rehearsal = Rehearsal()
    async for one in rehearsal.walk(order, connection_id, as_if_on(wishes, order.scope)):
        rehearsal.count(one)
        if rehearsal.total == order.at_most:
            break
    await show_rehearsal(connection_id, rehearsal.lines, rehearsal.total)
    return f"Nothing was made. Of {rehearsal.total:,} prospects: {rehearsal.in_words}."


@dataclass
class Rehearsal:
    """What was counted so far: everybody once, and of a person with several prospects the first that makes a lead."""

    counted: Counter[str] = field(default_factory=Counter)
    lines: list[dict[str, str]] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _people: set[str] = field(default_factory=set)

    def count(self, one: WouldBe) -> None:
        if one.crosschq_id in self._ids:
            return
        self._ids.add(one.crosschq_id)
        if one.person in self._people:
            one = one.as_again()
        elif one.person:
            self._people.add(one.person)
        self.counted[one.what] += 1
        if len(self.lines) < MOST_ROWS:
            self.lines.append({"prospect": one.crosschq_id, "what": one.what, "why": one.why})

    @property
    def total(self) -> int:
        return sum(self.counted.values())

    @property
    def in_words(self) -> str:
        return (
            ", ".join(f"{number:,} {what}" for what, number in self.counted.most_common()) or "there are none"
        )

    async def walk(self, order: ExportOrder, connection_id: int, wishes: Wishes) -> AsyncIterator[WouldBe]:
        if order.only:
            for one in await patiently(partial(rehearse_single, connection_id, wishes, order.only)):
                yield one
            return
        if wishes.from_api:
            async for one in _listed(order, connection_id, wishes):
                yield one
        async for one in self._to_do(connection_id, wishes):
            yield one

    async def _to_do(self, connection_id: int, wishes: Wishes) -> AsyncIterator[WouldBe]:
        """Whoever waits here besides, as imported ones do."""
        after: int | None = 0
        while after is not None:
            page = await patiently(partial(rehearse_to_do, connection_id, wishes, after, self._is_unmet))
            for one in page.would_be:
                yield one
            after = page.following

    def _is_unmet(self, crosschq_id: str) -> bool:
        return crosschq_id not in self._ids


async def _listed(order: ExportOrder, connection_id: int, wishes: Wishes) -> AsyncIterator[WouldBe]:
    """Whom Crosschq would tell of: all, or those that changed since the last look."""
    since, cursor = await looks_since(order.scope, connection_id, wishes), None
    while True:
        page = await patiently(partial(rehearse_page, connection_id, wishes, cursor, since))
        for one in page.would_be:
            yield one
        if (cursor := page.following) is None:
            return
