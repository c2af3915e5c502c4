"""`pause` and `resume` are a person's word on a connection, with a reason, in the audit."""

import json

from store.database import Database
from store.tables import Connection
from store.vault import Vault
from tests.cli.rows import audits
from tests.cli.terminal import Terminal
from tests.factories import add_template, connect

Inbox = tuple[Database, Vault, Terminal]

WHY = "Lever is being cleaned up."


async def paused_because(database: Database) -> str | None:
    async with database.transaction() as session:
        return (await session.get_one(Connection, 1)).paused_because


async def test_a_connection_is_paused_with_a_reason_and_once(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await connect(database, vault, name="acme")
    assert "Connection 'acme': paused" in await terminal.said("pause", "acme", "--reason", WHY)
    assert await paused_because(database) == f"By hand: {WHY}"
    (audit,) = await audits(database)
    assert (audit.what, audit.subject, audit.why) == ("paused the connection", "connection:1", WHY)
    assert "It is paused already" in await terminal.refusal("pause", "1", "--reason", WHY)


async def test_a_paused_connection_goes_on_and_no_other(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault, name="acme", paused_because="By hand: x")
    await add_template(database, connected.connection)
    told = json.loads(await terminal.said("resume", "acme", "--reason", WHY, "--json"))
    assert told == {"connection": 1, "name": "acme", "done": "resumed"}
    assert await paused_because(database) is None
    assert "It is not paused" in await terminal.refusal("resume", "acme", "--reason", WHY, "--json")


async def test_one_that_is_not_there_or_no_reason_is_refused(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await connect(database, vault, name="acme")
    for command in ("pause", "resume"):
        assert "There are: 1 'acme'." in await terminal.refusal(command, "umbrella", "--reason", WHY)
        await terminal.refusal(command, "acme", "--reason", " ", exit_code=2)
    assert await audits(database) == []
