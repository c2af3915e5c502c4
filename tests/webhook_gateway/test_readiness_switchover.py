"""`/ready` is red while the server that is reached was demoted, and green as soon as the new leader is."""

from pathlib import Path
from secrets import token_hex

from sqlalchemy import text

from store.database import Database
from store.migrate import migrate
from tests.switchover import two_servers
from webhook_gateway.readiness import Readiness


async def test_reads_that_are_answered_do_not_count(short_folder: Path) -> None:
    folder = short_folder / token_hex(3)
    folder.mkdir()
    folder.chmod(0o755)
    seconds = iter(range(0, 1000, 10))
    async with two_servers(folder) as switch:
        await migrate(switch.url())
        database = Database(switch.url())
        readiness = Readiness(database, clock=lambda: float(next(seconds)))
        assert await readiness.why_not() is None
        await switch.demote()
        for _ in range(3):
            async with database.transaction() as session:
                assert await session.scalar(text("SELECT 1")) == 1
            assert await readiness.why_not() == "it is read-only, as after a switchover"
        switch.leader = switch.second
        # Nothing is asked for in between: the last look has closed what was open.
        assert await readiness.why_not() is None
        await database.close()
