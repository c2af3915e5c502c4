"""`keys`: which secret key is needed by what, encrypting anew, and what to do when one is lost."""

import json

from cryptography.fernet import Fernet
from sqlalchemy import select

from store.database import Database
from store.key_ring import KeyRings, LastingKey
from store.tables import Connection
from store.vault import KeyPurpose, Vault, fingerprint
from tests.cli.rows import audits
from tests.cli.terminal import Terminal
from tests.factories import connect

Inbox = tuple[Database, Vault, Terminal]
NEW = Fernet.generate_key().decode()
WHY = "The laptop with the key was stolen."


async def with_new_key(inbox: Inbox, old: str) -> str:
    """A connection under the old key, and the setting with a new one in front."""
    database, vault, terminal = inbox
    await connect(database, vault)
    await terminal.said("deliveries")
    terminal.set("secret_keys", f"{NEW},{old}")
    return fingerprint(old)


async def test_a_key_goes_after_a_rotation_and_everything_works_without_it(
    inbox: Inbox, cli_settings_key: str
) -> None:
    database, _, terminal = inbox
    old = await with_new_key(inbox, cli_settings_key)
    said = await terminal.said("keys", "status")
    assert (
        f"Key 2 ({old}): Lever API keys: 1, Crosschq API keys: 1, webhook tokens: 5, lasting keys: 2" in said
    )
    assert "An older key is still needed: run `crosschq-lever keys rotate` before you take it out." in said
    said = await terminal.said("keys", "rotate")
    assert "  webhook tokens: 5 encrypted anew\n" in said
    assert (
        f"Key 2 of CROSSCHQ_LEVER_SECRET_KEYS ({old}) is needed by nothing here and may be taken out." in said
    )
    terminal.set("secret_keys", NEW)
    assert await terminal.run("keys", "status")
    await terminal.said("deliveries")
    [audit] = await audits(database)
    assert audit.what == f"encrypted 9 rows anew under the key {fingerprint(NEW)}"
    async with database.transaction() as session:
        assert Vault([NEW]).open((await session.scalars(select(Connection.lever_key))).one()) == "lever-key"
    for key in (NEW, cli_settings_key):
        assert key not in said


async def test_scripts_read_the_same(inbox: Inbox, cli_settings_key: str) -> None:
    _, _, terminal = inbox
    old = await with_new_key(inbox, cli_settings_key)
    before = json.loads(await terminal.said("keys", "status", "--json"))
    assert [one["fingerprint"] for one in before["held"]] == [fingerprint(NEW), old]
    assert (before["missing"], before["may_go"]) == ([], [])
    after = json.loads(await terminal.said("keys", "rotate", "--json"))
    assert sum(one["done"] for one in after["resealed"]) == 9
    assert after["may_go"] == [2]


async def test_a_key_taken_out_too_early_is_said_by_every_command_and_named_by_status(
    inbox: Inbox, cli_settings_key: str
) -> None:
    _, _, terminal = inbox
    old = await with_new_key(inbox, cli_settings_key)
    terminal.set("secret_keys", NEW)
    for command in (["deliveries"], ["migrate"]):
        said = await terminal.refusal(*command)
        assert "put the old key back at its end, then run `crosschq-lever keys rotate`" in said
    result = await terminal.run("keys", "status")
    assert result.exit_code == 1
    assert f"does not hold the key {old}, which is needed by 9 rows" in result.stdout
    result = await terminal.run("keys", "rotate")
    assert result.exit_code == 1
    assert "  Lever API keys: 0 encrypted anew, 1 cannot be decrypted" in result.stdout


async def test_a_key_lost_for_good_is_given_up_with_what_that_means(
    inbox: Inbox, cli_settings_key: str
) -> None:
    database, _, terminal = inbox
    await with_new_key(inbox, cli_settings_key)
    assert "nothing was changed" in await terminal.said("keys", "forget-lost", "--reason", WHY)
    terminal.set("secret_keys", NEW)
    said = await terminal.said("keys", "forget-lost", "--reason", WHY)
    assert "Who was erased under a replaced key is not known again" in said
    await terminal.said("deliveries")
    [audit] = await audits(database)
    assert (audit.what, audit.why) == ("replaced 2 lasting keys that could not be decrypted", WHY)
    async with database.transaction() as session:
        ring = await KeyRings(session, Vault([NEW])).load()
    assert {purpose: len(keys) for purpose, keys in ring.items()} == dict.fromkeys(KeyPurpose, 1)


async def test_links_are_revoked_with_a_reason_in_the_audit(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await terminal.said("deliveries")
    before = await ring_of(database, vault)
    assert "Every answer link mailed so far is void" in await terminal.said(
        "keys", "revoke-links", "--reason", WHY
    )
    after = await ring_of(database, vault)
    assert set(before[KeyPurpose.ANSWER_LINKS]).isdisjoint(after[KeyPurpose.ANSWER_LINKS])
    assert before[KeyPurpose.BLIND_INDEX] == after[KeyPurpose.BLIND_INDEX]
    [audit] = await audits(database)
    assert (audit.what, audit.why) == ("revoked all answer links", WHY)


async def ring_of(database: Database, vault: Vault) -> dict[KeyPurpose, list[bytes]]:
    async with database.transaction() as session:
        rows = (await session.scalars(select(LastingKey))).all()
    return {
        purpose: [vault.open(row.sealed).encode() for row in rows if row.purpose is purpose]
        for purpose in KeyPurpose
    }
