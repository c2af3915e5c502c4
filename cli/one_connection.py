"""Finds the connection that a command names, or says which there are."""

from sqlalchemy.ext.asyncio import AsyncSession

from cleaning.text import clean_line
from store.prospect_overview import all_connections
from store.prospect_switches import not_set_up
from store.prospect_tables import ProspectSettings
from store.prospect_walks import settings_of
from store.tables import Connection
from wiring import Parts


class NoSuchConnection(Exception):  # noqa: N818 - says what it is
    """The message lists those there are."""


async def connection_called(session: AsyncSession, name_or_number: str) -> Connection:
    """By its exact name, else as its name reads, else by its number. Raises NoSuchConnection."""
    known = await all_connections(session)
    wanted = clean_line(name_or_number)
    for called in (
        {one.name: one for one in known}.get(name_or_number),
        {clean_line(one.name): one for one in known}.get(wanted),
        {str(one.id): one for one in known}.get(wanted),
    ):
        if called:
            return called
    there_are = ", ".join(f"{one.id} '{one.name}'" for one in known) or "none: see `crosschq-lever connect`"
    raise NoSuchConnection(f"There is no connection '{name_or_number}'. There are: {there_are}.")


async def prospect_settings(parts: Parts, name_or_number: str) -> ProspectSettings:
    """What that connection wants of its prospects. Raises NoSuchConnection or NotSetUp."""
    async with parts.database.transaction() as session:
        connection = await connection_called(session, name_or_number)
        found = await settings_of(session, connection.id)
    if found is None:
        raise not_set_up(connection.id)
    return found
