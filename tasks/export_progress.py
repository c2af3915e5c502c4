"""Shows in Prefect's UI how far an export is, and at its end what became of whom: numbers and ids, nobody's data."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact

from hiring.export_pace import Pace
from outbound.transport import CallFailed
from store.prospect_tables import KnownProspect, ProspectState
from tasks.case import Case
from tasks.inbox import count_anew
from tasks.prospect_records import Count, count_prospects, ended_since
from wiring import current_parts

EVERY_SECONDS = 2.0
LAST_SECONDS = 5.0
"""Of an export that was cancelled or fails: its table may take so long, and no longer."""
MOST_ROWS = 1000
"""Of the table at the end; `crosschq-lever prospects list` has no limit."""
_FIRST = (ProspectState.FAILED, ProspectState.EXISTING, ProspectState.WITHDRAWN, ProspectState.LINKED)
"""In the table: what needs a person stands first."""


@dataclass
class ExportProgress:
    """One export's progress artifact, brought up to date every two seconds at most."""

    case: Case
    artifact: UUID
    pace: Pace
    began_at: datetime
    shown_at: datetime = field(init=False)
    _done: int = field(init=False)

    def __post_init__(self) -> None:
        self.shown_at, self._done = self.began_at, self.pace.done_before

    @classmethod
    @asynccontextmanager
    async def of(cls, case: Case) -> AsyncIterator["ExportProgress"]:
        """From the beginning on; an export that an error or a cancellation ends leaves its table, too."""
        progress = await cls.begin(case)
        try:
            yield progress
        except BaseException:
            # What ended it counts, and not that Prefect is away as well.
            with suppress(CallFailed, TimeoutError):
                async with asyncio.timeout(LAST_SECONDS):
                    await progress.end()
            raise

    @classmethod
    async def begin(cls, case: Case) -> "ExportProgress":
        count = await count_prospects(case)
        now = current_parts().now()
        pace = Pace(began_at=now, done_before=count.done)
        artifact = await acreate_progress_artifact(
            pace.percent(count.done, count.total),
            key=f"prospect-export-{case.connection_id}",
            description=pace.in_words(count.done, count.total, now),
        )
        return cls(case, artifact if isinstance(artifact, UUID) else UUID(str(artifact)), pace, now)

    async def show(self, *, now_or_never: bool = False) -> None:
        """How far it is, if the last time is a while ago."""
        now = current_parts().now()
        if not now_or_never and (now - self.shown_at).total_seconds() < EVERY_SECONDS:
            return
        self.shown_at = now
        count = await count_prospects(self.case)
        if count.done > self._done:
            # An export gets on for hours: what it did well must not lengthen the wait after a failure.
            await count_anew(self.case)
        self._done = count.done
        await aupdate_progress_artifact(
            self.artifact,
            self.pace.percent(count.done, count.total),
            self.pace.in_words(count.done, count.total, now),
        )

    async def end(self) -> Count:
        """Shows the last state, and the table of what was done for this order, whichever attempt did it."""
        await self.show(now_or_never=True)
        rows: list[KnownProspect] = []
        for state in _FIRST:
            rows += await ended_since(self.case, [state], self.case.happened_at, MOST_ROWS - len(rows))
        await acreate_table_artifact(
            [_line(row) for row in rows],
            key="prospect-export",
            description=f"Prospects of connection {self.case.connection_id} since the order of "
            f"{self.case.happened_at:%Y-%m-%d %H:%M} UTC, at most {MOST_ROWS:,}: "
            "`crosschq-lever prospects list` shows all.",
        )
        return await count_prospects(self.case)


def _line(row: KnownProspect) -> dict[str, str]:
    """Without the opportunity: Prefect keeps the table when Lever deletes the lead."""
    return {
        "prospect": row.crosschq_id,
        "what": _WORDS[row.state],
        "why": row.reason or "",
    }


_WORDS = {
    ProspectState.LINKED: "created",
    ProspectState.EXISTING: "skipped",
    ProspectState.FAILED: "failed",
    ProspectState.WITHDRAWN: "withdrawn",
}


async def show_rehearsal(connection_id: int, lines: Sequence[dict[str, str]], total: int) -> None:
    """What an export would do, as the same table."""
    await acreate_table_artifact(
        list(lines),
        key="prospect-export",
        description=f"Dry run for connection {connection_id}: {total:,} prospects, nothing was made. "
        f"At most {MOST_ROWS:,} are listed.",
    )
