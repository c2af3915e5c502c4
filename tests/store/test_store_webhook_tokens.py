"""Which tokens are good, whatever was replaced when; and since when a secret key has been an old one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

import store.migrate
from store.database import Database
from store.secret_key_ages import note_keys, replaced_keys
from store.vault import Vault
from store.webhook_tokens import OVERLAP, Tokens
from tests.factories import connect

NOW = datetime(2026, 1, 1, tzinfo=UTC)
acts = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 12 * 24)))
"""Tokens that are stored one after the other, each so many hours after the one before."""


@given(acts, st.integers(0, 400 * 24))
def test_besides_the_present_one_only_the_one_before_is_good_and_only_for_a_while(
    stored: list[tuple[str, int]], later: int
) -> None:
    tokens, now, history = Tokens([]), NOW, list[tuple[str, datetime]]()
    for token, hours in stored:
        now += timedelta(hours=hours)
        tokens = tokens.with_new(token, now)
        if not history or history[-1][0] != token:
            history.append((token, now))
    now += timedelta(hours=later)
    expected = [token for token, _ in history[-1:]]
    if len(history) > 1 and now < history[-1][1] + OVERLAP:
        expected.append(history[-2][0])
    assert tokens.good(now) == expected
    assert not set(tokens.good(now)) & set(tokens.over(now))
    assert tokens.without_previous().good(now) == expected[:1]


def test_a_token_is_shown_in_no_message() -> None:
    assert "secret" not in repr(Tokens(["secret"]))


async def test_tokens_of_before_get_an_end(database: Database, vault: Vault) -> None:
    connected = await connect(database, vault)
    config = Config()
    config.set_main_option("script_location", str(Path(store.migrate.__file__).parent / "migrations"))

    def there_and_back(connection: Connection) -> list[bool]:
        config.attributes["connection"] = connection
        command.downgrade(config, "0018")
        unused = f"UPDATE webhook_endpoint SET secrets = NULL WHERE id = {connected.crosschq.id}"  # noqa: S608
        connection.execute(text(unused))
        command.upgrade(config, "head")
        ends = "SELECT token_replaced_at <= now() AS ends FROM webhook_endpoint ORDER BY vendor, ends"
        return [row.ends for row in connection.execute(text(ends))]

    async with database.engine.connect() as connection:
        transaction = await connection.begin()
        assert sorted(await connection.run_sync(there_and_back), key=str) == [None, True, True, True, True]
        await transaction.rollback()


async def test_since_when_a_secret_key_is_an_old_one(database: Database) -> None:
    day = timedelta(days=1)
    settings: list[tuple[list[str], dict[str, datetime]]] = [
        (["a"], {}),
        (["b", "a"], {"a": NOW + day}),
        (["b", "a"], {"a": NOW + day}),
        (["c", "b", "a"], {"a": NOW + day, "b": NOW + 3 * day}),
        (["a", "c"], {"c": NOW + 4 * day}),
        (["a"], {}),
        (["c", "a"], {"a": NOW + 6 * day}),
    ]
    for at, (fingerprints, expected) in enumerate(settings):
        async with database.transaction() as session:
            await note_keys(session, fingerprints, NOW + at * day)
            assert await replaced_keys(session) == expected
