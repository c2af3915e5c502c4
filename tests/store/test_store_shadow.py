"""What was only said in shadow mode is found as soon as that has ended, and not before."""

from sqlalchemy import update

from store.attempts import Attempts
from store.database import Database
from store.shadow import Shadow
from store.tables import Connection, DeliveryState
from store.vault import Vault
from tests.factories import Connected, connect
from tests.store.inbox import claim_ids, row, running, snapshot


async def only_said(database: Database, connected: Connected, *, after_shadow: bool = True) -> int:
    attempt = await running(database, snapshot(connected))
    async with database.transaction() as session:
        await Attempts(session).finish(
            attempt, DeliveryState.DONE, "Shadow mode: ...", after_shadow=after_shadow
        )
    return attempt.delivery_id


async def found(database: Database) -> list[int]:
    async with database.transaction() as session:
        return [one.id for one in await Shadow(session).only_said(10)]


async def leave_shadow(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(update(Connection).values(is_shadow=False))


async def test_nothing_is_found_while_shadow_mode_lasts(database: Database, vault: Vault) -> None:
    said = await only_said(database, await connect(database, vault, is_shadow=True))
    assert await found(database) == []
    await leave_shadow(database)
    assert await found(database) == [said]


async def test_what_stays_as_it_was_said_is_never_found(database: Database, vault: Vault) -> None:
    await only_said(database, await connect(database, vault), after_shadow=False)
    assert await found(database) == []


async def test_it_is_handled_once(database: Database, vault: Vault) -> None:
    said = await only_said(database, await connect(database, vault))
    async with database.transaction() as session:
        [delivery] = await Shadow(session).only_said(10)
        await Shadow(session).do_now(delivery)
    assert await claim_ids(database) == [said]
    assert (await row(database, said)).attempt == 2
    assert await found(database) == []
