"""`crosschq-lever follow-ups`: who waits for what, until when; and a person's word on it. Writes rows only."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from cli.who import who
from hiring.follow_ups import FollowUpState
from store.audits import Audits
from store.follow_ups import FollowUps, Schedule
from store.outcome_tables import FollowUp
from wiring import open_parts

console = Console(markup=False, emoji=False, highlight=False)

_NEXT = {
    FollowUpState.WAITING: "the owner is asked",
    FollowUpState.ASKED: "a reminder, or the end without an answer",
    FollowUpState.ANSWERED: "the answer is passed on",
    FollowUpState.ENDED: "nothing",
}


async def run_follow_ups(limit: int, *, ended: bool) -> None:
    """The open ones, the next due first; `ended`: those that are over, the newest first."""
    async with open_parts() as parts, parts.database.transaction() as session:
        follow_ups = FollowUps(session)
        rows = await (follow_ups.newest_ended(limit) if ended else follow_ups.next_due(limit))
        console.print(_table([_row(row) for row in rows]))


async def run_cancel(follow_up_id: int, why: str) -> int:
    """Nobody is asked (any more)."""

    async def act(session: AsyncSession, follow_up: FollowUp, _now: datetime) -> str:
        await FollowUps(session).end(follow_up, f"Cancelled by a person: {why}")
        return "cancelled"

    return await _change(follow_up_id, why, act)


async def run_postpone(follow_up_id: int, by: timedelta, why: str) -> int:
    """What is next happens so much later than it would; an answer that is recorded is not put off."""

    async def act(session: AsyncSession, follow_up: FollowUp, now: datetime) -> str:
        if follow_up.state is FollowUpState.ANSWERED:
            raise NotNow("an answer is recorded, and is not put off: cancel it, or let it be passed on")
        due_at = max(follow_up.due_at, now) + by
        await FollowUps(session).reschedule(follow_up, Schedule(follow_up.state, due_at))
        return f"postponed to {due_at:%Y-%m-%d %H:%M} UTC"

    return await _change(follow_up_id, why, act)


async def run_ask_now(follow_up_id: int, why: str) -> int:
    """What is next happens now; a follow-up that has ended begins anew with the question."""

    async def act(session: AsyncSession, follow_up: FollowUp, now: datetime) -> str:
        is_over = follow_up.state is FollowUpState.ENDED
        state = FollowUpState.WAITING if is_over else follow_up.state
        if is_over:
            await FollowUps(session).forget_question(follow_up)
        await FollowUps(session).reschedule(follow_up, Schedule(state, now))
        return f"due now: {_NEXT[state]}"

    return await _change(follow_up_id, why, act, may_be_over=True)


class NotNow(Exception):  # noqa: N818 - says what it is
    """What is asked for makes no sense as things stand; the message says why."""


Act = Callable[[AsyncSession, FollowUp, datetime], Awaitable[str]]


async def _change(follow_up_id: int, why: str, act: Act, *, may_be_over: bool = False) -> int:
    async with open_parts() as parts, parts.database.transaction() as session:
        follow_up = await FollowUps(session).find(follow_up_id)
        if follow_up is None:
            typer.echo(f"There is no follow-up {follow_up_id}: see `crosschq-lever follow-ups`.", err=True)
            return 1
        if follow_up.state is FollowUpState.ENDED and not may_be_over:
            typer.echo(f"Follow-up {follow_up_id} has ended: {follow_up.ended_because}", err=True)
            return 1
        try:
            said = await act(session, follow_up, parts.now())
        except NotNow as error:
            typer.echo(f"Follow-up {follow_up_id}: {error}.", err=True)
            return 1
        Audits(session).add(
            who=who(),
            what=said,
            subject=f"follow-up:{follow_up_id}",
            connection_id=follow_up.connection_id,
            why=why,
        )
    typer.echo(f"Follow-up {follow_up_id}: {said}.")
    return 0


def _row(one: FollowUp) -> list[str]:
    ended = one.state is FollowUpState.ENDED
    return [
        str(one.id),
        one.opportunity_id,
        one.state.value,
        f"{one.ended_at if ended and one.ended_at else one.due_at:%Y-%m-%d %H:%M}",
        (one.ended_because or "") if ended else _NEXT[one.state],
        one.asked_role or "",
        _noteworthy(one),
    ]


def _noteworthy(one: FollowUp) -> str:
    notes = []
    if one.contradicted_at:
        notes.append("contradictory answers within seconds")
    if one.answer:
        notes.append(f"answered: {one.answer.words}")
    return ", ".join(notes)


def _table(rows: list[list[str]]) -> Table:
    table = Table()
    for header in ("Id", "Opportunity", "State", "When (UTC)", "What then", "Asked", "Remarks"):
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
