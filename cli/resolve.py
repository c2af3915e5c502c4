"""`crosschq-lever resolve`: a person's word on what stayed unknown or was given up. Prints what was done."""

import json

import typer

from cli.who import who
from store.audits import PersonsWord
from store.resolving import IdTaken, NothingToResolve, resolve_delivery, resolve_request
from wiring import open_parts


async def run_resolve_request(
    request_id: int, crosschq_id: str | None, why: str, *, as_json: bool = False
) -> int:
    """`crosschq_id`: Crosschq has the request under that id; None: it does not, and is sent now.

    1 when there is nothing to resolve, which is told in words on stderr, also with `as_json`.
    """
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            said = await resolve_request(session, request_id, crosschq_id, PersonsWord(who(), why))
    except NothingToResolve as error:
        typer.echo(f"{error}: see `crosschq-lever deliveries`.", err=True)
        return 1
    except IdTaken as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo(_told("request", request_id, said, as_json=as_json))
    return 0


async def run_resolve_delivery(delivery_id: int, *, again: bool, why: str, as_json: bool = False) -> int:
    """`again` lets it be tried from the start; otherwise it is dropped. 1 when it was not given up."""
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            word = PersonsWord(who(), why)
            said = await resolve_delivery(session, delivery_id, word, parts.now(), again=again)
    except NothingToResolve as error:
        typer.echo(f"{error}: see `crosschq-lever deliveries`.", err=True)
        return 1
    typer.echo(_told("delivery", delivery_id, said, as_json=as_json))
    return 0


def _told(what: str, which: int, said: str, *, as_json: bool) -> str:
    return (
        json.dumps({what: which, "done": said}, indent=2) if as_json else f"{what.title()} {which}: {said}."
    )
