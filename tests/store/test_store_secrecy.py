"""Whoever steals a dump of the database reads no key, no token, no address and no body in it."""

import base64
import json

from sqlalchemy import text

from store.database import Database
from store.requests import NewRequest, Requests
from store.tables import Base
from store.vault import Vault
from tests.factories import connect
from tests.store.inbox import record, stage_change

EMAIL = "ada.lovelace@people.test"
BODY = json.dumps({"event": "candidateStageChange", "data": {"email": EMAIL}})


async def _dump(database: Database) -> str:
    """Every column of every row as PostgreSQL writes it; what is binary stands there in hexadecimal."""
    rows: list[str] = []
    async with database.transaction() as session:
        for table in Base.metadata.sorted_tables:
            rows += await session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table.name} t"))  # noqa: S608
    return "\n".join(rows)


def _is_readable(secret: str, dump: str) -> bool:
    plain = secret.encode()
    return any(form in dump for form in (secret, plain.hex(), base64.b64encode(plain).decode().rstrip("=")))


async def test_a_dump_holds_no_secret_no_address_and_no_body(database: Database, vault: Vault) -> None:
    connected = await connect(database, vault, lever_key=vault.seal("the-lever-key"))
    await record(database, stage_change(connected, body=vault.seal(BODY)))
    new = NewRequest(connected.connection.id, "o-1", "c-1", "Engineers", "Engineer", vault.blind_index(EMAIL))
    async with database.transaction() as session:
        await Requests(session).reserve(new)
    dump = await _dump(database)
    for secret in (
        "the-lever-key",
        "crosschq-key",
        connected.lever_token,
        connected.crosschq_token,
        BODY,
        EMAIL,
    ):
        assert not _is_readable(secret, dump)


async def test_what_is_not_sealed_would_be_found(database: Database, vault: Vault) -> None:
    connected = await connect(database, vault, name="an-open-name", perform_as="an-open-user")
    await record(database, stage_change(connected, body=b"an-open-body"))
    dump = await _dump(database)
    for open_text in ("an-open-name", "an-open-user", "an-open-body"):
        assert _is_readable(open_text, dump)


async def test_what_was_sealed_is_opened_again_from_the_table(database: Database, vault: Vault) -> None:
    connected = await connect(database, vault)
    await record(database, stage_change(connected, body=vault.seal(BODY)))
    async with database.transaction() as session:
        body = await session.scalar(text("SELECT body FROM delivery"))
        secrets = await session.scalar(
            text("SELECT secrets FROM webhook_endpoint WHERE vendor = 'lever' ORDER BY id")
        )
    assert vault.open(body or b"") == BODY
    assert vault.open_list(secrets or b"") == [connected.lever_token]
