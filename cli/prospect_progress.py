"""Shows in the terminal how far an export is: one line that is written over, or now and then one where none can be."""

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import typer

from cli.prefect_runs import Run, read_run
from deployments.prefect_api import prefect_api
from hiring.export_order import ExportOrder
from hiring.export_pace import Pace
from store.prospect_overview import progress_of
from wiring import Parts

LOOK_SECONDS = 1.0
LINE_SECONDS = 10.0
"""Where a line cannot be written over, as in a log."""


class Line:
    """What was said last, written over on a terminal."""

    def __init__(self, *, is_terminal: bool, now: Callable[[], float]) -> None:
        self._is_terminal = is_terminal
        self._now = now
        self._said, self._said_at = "", -LINE_SECONDS

    def say(self, words: str, *, at_last: bool = False) -> None:
        """`at_last`: whenever the line before was."""
        if words == self._said:
            return
        if self._is_terminal:
            typer.echo("\r" + words.ljust(len(self._said)), nl=False)
        elif at_last or self._now() - self._said_at >= LINE_SECONDS:
            typer.echo(words)
        else:
            return
        self._said, self._said_at = words, self._now()

    def end(self) -> None:
        """What comes next stands on a line of its own."""
        if self._is_terminal and self._said:
            typer.echo()


@dataclass(frozen=True)
class Following:
    """An export that is followed; `parts` hold the store, in which its progress is counted."""

    parts: Parts
    connection_id: int
    order: ExportOrder

    async def to_end(self, run_id: str) -> Run:
        """The run when it has ended. Raises PrefectApiError or NoAnswer if Prefect tells no more."""
        line = Line(is_terminal=sys.stdout.isatty(), now=time.monotonic)
        done_before, _ = await self._counted()
        pace = Pace(began_at=self.parts.now(), done_before=done_before)
        async with prefect_api(self.parts.settings) as client:
            while not (run := await read_run(client, run_id)).has_ended:
                line.say(await self._words(run, pace))
                await asyncio.sleep(LOOK_SECONDS)
        if not self.order.dry_run:
            line.say(await self._words(run, pace), at_last=True)
        line.end()
        return run

    async def _words(self, run: Run, pace: Pace) -> str:
        if self.order.dry_run:
            return run.state
        done, total = await self._counted()
        limit = len(self.order.only) or self.order.at_most
        if limit is not None:
            total = min(total, pace.done_before + limit)
        return f"{run.state}: {pace.in_words(done, total, self.parts.now())}"

    async def _counted(self) -> tuple[int, int]:
        async with self.parts.database.transaction() as session:
            progress = await progress_of(session, self.connection_id)
        return progress.done, progress.total
