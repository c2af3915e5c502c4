"""One export at work: reads on where the walk stopped, makes what waits, and ends when its switch is turned off."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum, auto

from flows.patience import LONGEST_WAIT, Patience
from hiring.export_order import ExportOrder, Scope
from outbound.errors import SlowDown
from store.prospect_tables import ProspectKind
from tasks.case import Case
from tasks.export_orders import scope_of
from tasks.export_progress import ExportProgress
from tasks.outcome import Outcome
from tasks.prospect_batch import BATCH, export_batch
from tasks.prospect_records import next_batch, next_try, still_waiting, walk_goes_on_at
from tasks.prospect_source import read_changes, read_walk_page
from tasks.prospect_wishes import Wishes, wishes_of
from tasks.prospect_withdrawals import show_some_withdrawals
from wiring import current_parts

_IN_SHADOW = "would have gone on with the export, which had begun before."
_SWITCHED_OFF = "The switch is off: `crosschq-lever prospects switch` turns it on, and it goes on from here."
CUT_OFF = "A run for single prospects was cut off, and only it knew which: start it again."


async def make_leads(case: Case, order: ExportOrder) -> Outcome:
    """`order` is this run's; what the case was ordered for counts, whoever took it up."""
    ordered = scope_of(case)
    if ordered is None and not order.is_limited:
        return Outcome.done("NotRepeated", CUT_OFF, CUT_OFF)
    export = Export(case, order, ordered or order.scope)
    async with ExportProgress.of(case) as progress:
        end = await _to_its_end(export, progress)
        count = await progress.end()
    if end is End.SWITCHED_OFF:
        return Outcome.done("SwitchedOff", _SWITCHED_OFF, _SWITCHED_OFF)
    if end is End.IN_SHADOW:
        return Outcome.only_said(_IN_SHADOW, after_shadow=ordered is not None)
    words = f"Prospects: {count.in_words}."
    return Outcome.done("Exported", words, words)


async def _to_its_end(export: "Export", progress: ExportProgress) -> "End":
    patience = Patience()
    while True:
        try:
            if (end := await export.go_on()) is not None:
                return end
        except SlowDown as slow:
            await patience.wait(slow)
        else:
            patience = Patience()
            await progress.show()


class End(Enum):
    """Why an export goes on no longer."""

    NOBODY_LEFT = auto()
    SWITCHED_OFF = auto()
    IN_SHADOW = auto()


@dataclass
class Export:
    """What is still to be done for one order, batch by batch."""

    case: Case
    order: ExportOrder
    scope: Scope
    _made: int = 0
    _source: "Source" = field(init=False)

    def __post_init__(self) -> None:
        self._source = Source(self.case, walks=not self.order.only and self.scope is Scope.ALL_EXISTING)

    def _kinds(self, wishes: Wishes) -> Collection[ProspectKind]:
        """Whatever is switched on is taken along; but a walk through all ends with its own switch."""
        ends = self.scope is Scope.ALL_EXISTING and not wishes.is_on(self.scope)
        return () if ends else wishes.kinds

    async def go_on(self) -> End | None:
        """The next batch, or page, or wait, as the admin wants it at this moment; None: there is more.

        Who has withdrawn is taken out of Lever whatever the switches say.
        """
        wishes = await wishes_of(self.case.connection_id)
        if wishes is None:
            return End.SWITCHED_OFF
        if wishes.is_shadow:
            return End.IN_SHADOW
        if await show_some_withdrawals(self.case, wishes):
            return None
        if not self._kinds(wishes):
            return End.SWITCHED_OFF
        await self._source.open(wishes)
        if self._may_make == 0:
            return End.NOBODY_LEFT
        did = await self._make_some(wishes) or await self._source.read_on(wishes) or await self._wait(wishes)
        return None if did else End.NOBODY_LEFT

    @property
    def _may_make(self) -> int:
        return BATCH if self.order.at_most is None else min(BATCH, self.order.at_most - self._made)

    async def _make_some(self, wishes: Wishes) -> bool:
        """Whether anybody's turn had come: they came to an end, or are to be tried again."""
        rows = await next_batch(self.case, self._kinds(wishes), self.order.only, self._may_make)
        if not rows:
            return False
        still = 0
        try:
            await export_batch(self.case, wishes, rows)
        except SlowDown:
            # What was not made yet waits in the store; what was made counts.
            if (still := await still_waiting(self.case, rows)) == len(rows):
                raise
        self._made += len(rows) - still
        return True

    async def _wait(self, wishes: Wishes) -> bool:
        """Whether somebody still waits, whose turn has then come; those left over by `only` are another export's."""
        at = None if self.order.only else await next_try(self.case, self._kinds(wishes))
        if at is None:
            return False
        await asyncio.sleep(max(0.0, min(LONGEST_WAIT, (at - current_parts().now()).total_seconds())))
        return True


class Source:
    """Where prospects come from: what changed in Crosschq, and with `walks` its whole list, page by page."""

    def __init__(self, case: Case, *, walks: bool) -> None:
        self._case, self._walks = case, walks
        self._is_open = False
        self._cursor: str | None = None
        self._more = False

    async def open(self, wishes: Wishes) -> None:
        """Once: afterwards it goes on where it is."""
        if self._is_open or not wishes.from_api:
            return
        await read_changes(self._case.connection_id, wishes)
        if self._walks:
            self._cursor, self._more = await walk_goes_on_at(self._case), True
        self._is_open = True

    async def read_on(self, wishes: Wishes) -> bool:
        """Reads one more page into the store; False at the end."""
        if not self._more:
            return False
        page = await read_walk_page(self._case, wishes, self._cursor)
        self._cursor, self._more = page.following, not page.is_last
        return True
