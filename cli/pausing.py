"""`crosschq-lever pause` and `resume`: a person's word on a whole connection. Prints what was done."""

import json
from collections.abc import Awaitable, Callable

import typer

from cli.one_connection import NoSuchConnection, connection_called
from cli.who import who
from onboarding.pausing import NotNow, pause, resume
from store.audits import PersonsWord
from wiring import Parts, open_parts

Act = Callable[[Parts, int, PersonsWord], Awaitable[None]]


async def run_pause(connection: str, why: str, *, as_json: bool) -> int:
    """1 when there is no such connection, or it is paused already."""
    return await _run(connection, why, pause, "paused", "its deliveries wait, and none is lost", as_json)


async def run_resume(connection: str, why: str, *, as_json: bool) -> int:
    """1 when there is no such connection, or it cannot go on."""
    return await _run(connection, why, resume, "resumed", "what has waited is done now", as_json)


async def _run(connection: str, why: str, act: Act, done: str, meaning: str, as_json: bool) -> int:
    """What is refused is told in words on stderr, also with `as_json`."""
    try:
        async with open_parts() as parts:
            async with parts.database.transaction() as session:
                found = await connection_called(session, connection)
            await act(parts, found.id, PersonsWord(who(), why))
    except (NoSuchConnection, NotNow) as error:
        typer.echo(str(error), err=True)
        return 1
    told = {"connection": found.id, "name": found.name, "done": done}
    typer.echo(json.dumps(told, indent=2) if as_json else f"Connection '{found.name}': {done}; {meaning}.")
    return 0
