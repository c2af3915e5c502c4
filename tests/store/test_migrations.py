"""The migrations make exactly the tables that the code declares, and may be run again."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

import store.migrate
from store.database import Database
from store.migrate import migrate
from store.tables import Base


async def test_migrations_and_tables_agree(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(store_url: str) -> None:
    await migrate(store_url)


async def test_who_signed_in_elsewhere_before_accounts_were_kept_holds_their_address(
    database: Database,
) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.migrate.__file__).parent / "migrations"))

    def there_and_back(connection: Connection) -> list[tuple[str, str | None, str | None]]:
        config.attributes["connection"] = connection
        command.downgrade(config, "0017")
        people = "('ada', 'admin', 'a hash'), ('eva@firm.test', 'viewer', NULL)"
        connection.execute(text(f"INSERT INTO page_person (name, role, password_hash) VALUES {people}"))  # noqa: S608
        command.upgrade(config, "head")
        held = "SELECT address, issuer, subject FROM page_address JOIN page_person ON person_id = id"
        return [(row.address, row.issuer, row.subject) for row in connection.execute(text(held))]

    async with database.engine.connect() as connection:
        # Alembic commits what it has begun itself.
        transaction = await connection.begin()
        assert await connection.run_sync(there_and_back) == [("eva@firm.test", None, None)]
        await transaction.rollback()
