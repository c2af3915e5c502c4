"""`crosschq-lever replay`: lets deliveries be handled once more. Prints what is queued."""

import json
from datetime import datetime

import typer

from cli.who import who
from store.audits import PersonsWord
from store.replaying import NotReplayable, replay, replay_failed
from wiring import open_parts


async def run_replay(delivery_id: int, why: str, *, as_json: bool = False) -> int:
    """1 when it is in hand, or there is nothing to read anew, which is told in words on stderr, also with `as_json`."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            word, retention = PersonsWord(who(), why), parts.settings.history_retention
            await replay(session, delivery_id, word, parts.now(), retention)
    except NotReplayable as error:
        typer.echo(f"{error} See `crosschq-lever deliveries`.", err=True)
        return 1
    said = f"Delivery {delivery_id}: replayed. It is read anew; what was done before is not done twice."
    typer.echo(json.dumps({"delivery": delivery_id, "done": "replayed"}, indent=2) if as_json else said)
    return 0


async def run_replay_failed(since: datetime, why: str, *, as_json: bool = False) -> int:
    """1 when none failed since then."""
    async with open_parts() as parts, parts.database.transaction() as session:
        replayed = await replay_failed(session, since, PersonsWord(who(), why), parts.now())
    if not replayed.number:
        typer.echo(f"None was given up since {since:%Y-%m-%d %H:%M} UTC.", err=True)
        return 1
    more = " There are more: run this again." if replayed.are_more else ""
    told = {"replayed": replayed.number, "are_more": replayed.are_more}
    typer.echo(json.dumps(told, indent=2) if as_json else f"Replayed: {replayed.number:,}.{more}")
    return 0
