"""`crosschq-lever follow-ups`: who waits for what, until when; and a person's word on it. Prints what was done."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from cli.who import who
from hiring.follow_ups import FollowUpState
from store.audits import PersonsWord
from store.follow_up_changes import NEXT, NoSuchFollowUp, NotNow, ask_now, cancel, postpone, send_again
from store.follow_ups import FollowUps
from store.outcome_tables import FollowUp
from wiring import Parts, open_parts

console = Console(markup=False, emoji=False, highlight=False)

BEFORE_THE_ANSWER = (FollowUpState.WAITING, FollowUpState.ASKED)

Change = Callable[[AsyncSession, PersonsWord, datetime], Awaitable[str]]


async def run_follow_ups(limit: int, *, ended: bool, as_json: bool = False) -> None:
    """The open ones, the next due first; `ended`: those that are over, the newest first."""
    async with open_parts() as parts, parts.database.transaction() as session:
        follow_ups = FollowUps(session)
        found = await (follow_ups.newest_ended if ended else follow_ups.next_due)(limit + 1)
        rows = found[:limit]
        if not ended:
            _say_what_waits_for_mail(parts, rows)
    if as_json:
        typer.echo(json.dumps([_as_json(row) for row in rows], indent=2))
        return
    console.print(_table([_row(row) for row in rows]))
    if len(found) > limit:
        console.print("There are more: --limit shows them.")


async def run_cancel(follow_up_id: int, why: str, *, as_json: bool = False) -> int:
    def change(session: AsyncSession, word: PersonsWord, _now: datetime) -> Awaitable[str]:
        return cancel(session, follow_up_id, word)

    return await _change(follow_up_id, why, change, as_json=as_json)


async def run_postpone(follow_up_id: int, by: timedelta, why: str, *, as_json: bool = False) -> int:
    def change(session: AsyncSession, word: PersonsWord, now: datetime) -> Awaitable[str]:
        return postpone(session, follow_up_id, by, word, now)

    return await _change(follow_up_id, why, change, as_json=as_json)


async def run_ask_now(follow_up_id: int, why: str, *, as_json: bool = False) -> int:
    def change(session: AsyncSession, word: PersonsWord, now: datetime) -> Awaitable[str]:
        return ask_now(session, follow_up_id, word, now)

    return await _change(follow_up_id, why, change, as_json=as_json)


async def run_send_again(follow_up_id: int, why: str, *, as_json: bool = False) -> int:
    def change(session: AsyncSession, word: PersonsWord, _now: datetime) -> Awaitable[str]:
        return send_again(session, follow_up_id, word)

    return await _change(follow_up_id, why, change, as_json=as_json)


async def _change(follow_up_id: int, why: str, change: Change, *, as_json: bool) -> int:
    """What is refused is told in words on stderr, also with `as_json`."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            said = await change(session, PersonsWord(who(), why), parts.now())
            await session.flush()
            changed = await session.get_one(FollowUp, follow_up_id, populate_existing=True)
            told = {"done": said, **_as_json(changed)}
            _say_what_waits_for_mail(parts, [changed])
    except NoSuchFollowUp as error:
        typer.echo(f"{error}: see `crosschq-lever follow-ups`.", err=True)
        return 1
    except NotNow as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo(json.dumps(told, indent=2) if as_json else f"Follow-up {follow_up_id}: {said}.")
    return 0


def _say_what_waits_for_mail(parts: Parts, follow_ups: Sequence[FollowUp]) -> None:
    """On stderr, so that JSON stays JSON. Of what is over nothing waits, and an answer needs no mail."""
    if parts.mail_server is None and any(one.state in BEFORE_THE_ANSWER for one in follow_ups):
        typer.echo(
            "No mail server is set, so nobody is asked: questions wait for it. To let them go out by themselves, "
            "write CROSSCHQ_LEVER_SMTP_HOST into .env and start `crosschq-lever up` anew.",
            err=True,
        )


def _as_json(one: FollowUp) -> dict[str, object]:
    times = {
        name: at.isoformat() if at else None
        for name, at in (
            ("due_at", one.due_at),
            ("reported_at", one.reported_at),
            ("asked_at", one.asked_at),
            ("ended_at", one.ended_at),
        )
    }
    return {
        "id": one.id,
        "connection": one.connection_id,
        "opportunity": one.opportunity_id,
        "state": one.state.value,
        "next": NEXT[one.state],
        "asked": one.asked_role,
        "answer": one.answer.value if one.answer else None,
        "ended_because": one.ended_because,
        **times,
    }


def _row(one: FollowUp) -> list[str]:
    ended = one.state is FollowUpState.ENDED
    return [
        str(one.id),
        one.opportunity_id,
        one.state.value,
        f"{one.ended_at if ended and one.ended_at else one.due_at:%Y-%m-%d %H:%M}",
        (one.ended_because or "") if ended else NEXT[one.state],
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
