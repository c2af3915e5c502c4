"""`admin forget` takes the admin with a password away, for a lost one, and says how to set a new one."""

from sqlalchemy import select

from store.database import Database
from store.people import Identity, PageSessions, People
from store.people_tables import PagePerson, PageSession, Role
from store.vault import Vault
from tests.cli.rows import audits
from tests.cli.terminal import Terminal

WHY = "Ada lost her password."


async def test_the_admin_is_forgotten_with_their_sessions_and_nobody_else(
    inbox: tuple[Database, Vault, Terminal],
) -> None:
    database, _, terminal = inbox
    terminal.set("first_run_code", "a-code-of-mine")
    async with database.transaction() as session:
        for name, role in (("ada", Role.ADMIN), ("vera", Role.VIEWER)):
            person = await People(session).add(name, role, "a hash")
            await PageSessions(session).begin(f"session of {name}", person.id)
        await People(session).from_elsewhere(
            Identity("https://id.firm.test", "eva"), "eva@firm.test", Role.ADMIN
        )
    said = await terminal.said("admin", "forget", "--reason", WHY)
    assert "/first-run with the code in CROSSCHQ_LEVER_FIRST_RUN_CODE" in said
    assert "a-code-of-mine" not in said
    async with database.transaction() as session:
        assert set(await session.scalars(select(PagePerson.name))) == {"eva@firm.test", "vera"}
        assert list(await session.scalars(select(PageSession.digest))) == ["session of vera"]
        assert not await People(session).has_admin()
    [audit] = await audits(database)
    assert (audit.what, audit.subject, audit.why) == ("forgot the admin of the pages", "person:1", WHY)
    again = await terminal.refusal("admin", "forget", "--reason", WHY, "--json")
    assert "There is no admin with a password." in again
    assert len(await audits(database)) == 1
