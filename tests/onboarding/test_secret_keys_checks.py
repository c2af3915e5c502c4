"""The self-test says which secret key is needed, which may go, which is missing, and which token is too short."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from hiring.local_days import local_day_in_words
from onboarding.self_test.findings import Verdict
from store.sealed_columns import reseal_all
from store.secret_key_ages import note_keys
from store.tables import Connection, WebhookEndpoint
from store.vault import Vault, fingerprint
from store.webhook_tokens import OVERLAP
from tests.onboarding.proving import Room

KEYS = "This installation: Secret keys"
TOKENS = "This installation: Webhook tokens"
OTHER = Fernet.generate_key().decode()


def with_keys(room: Room, *keys: str) -> Vault:
    vault = Vault(keys, room.parts.vault.derived_ring())
    room.parts = replace(room.parts, vault=vault)
    return vault


def own_key(room: Room) -> str:
    return room.parts.settings.secret_keys.get_secret_value()


async def test_one_key_that_opens_everything_is_well(room: Room) -> None:
    await room.set_up()
    assert (await room.found(KEYS)).verdict is Verdict.OK
    assert (await room.found(TOKENS)).verdict is Verdict.OK


async def test_an_old_key_is_needed_until_the_rotation_and_may_go_then(room: Room) -> None:
    await room.set_up()
    old = own_key(room)
    both = with_keys(room, OTHER, old)
    found = await room.found(KEYS)
    assert found.verdict is Verdict.TO_KNOW
    assert f"Key 2 of CROSSCHQ_LEVER_SECRET_KEYS ({fingerprint(old)}) is still needed by " in found.says
    assert found.do == "Run `crosschq-lever keys rotate` before you take it out."
    await reseal_all(room.parts.database, both)
    found = await room.found(KEYS)
    assert (found.verdict, "may be taken out" in found.says) == (Verdict.OK, True)


async def test_an_old_key_that_stays_is_told_with_its_day(room: Room) -> None:
    await room.set_up()
    both = with_keys(room, OTHER, own_key(room))
    await reseal_all(room.parts.database, both)
    replaced = room.parts.now() - timedelta(days=8)
    async with room.parts.database.transaction() as session:
        await note_keys(session, both.fingerprints, replaced)
    found = await room.found(KEYS)
    assert found.verdict is Verdict.TO_KNOW
    assert f"may be taken out; it was replaced on {local_day_in_words(replaced)}." in found.says
    assert found.do is not None
    assert found.do.startswith("Take it out of CROSSCHQ_LEVER_SECRET_KEYS")


async def test_a_previous_token_is_told_with_its_end(room: Room) -> None:
    await room.set_up()
    endpoint, now = await room.desk.endpoint("snapshot"), room.parts.now()
    sealed = room.parts.vault.seal_list(["a-long-enough-token", "another-long-token"])
    for replaced, is_told in ((now, True), (now - OVERLAP, False)):
        await room.change(WebhookEndpoint, endpoint.id, secrets=sealed, token_replaced_at=replaced)
        found = await room.found(TOKENS)
        until = f"Crosschq takes its previous token until {replaced + OVERLAP:%d %B %Y, %H:%M} UTC."
        assert (found.verdict, until in found.says) == (Verdict.OK, is_told)


async def test_a_missing_key_is_named(room: Room) -> None:
    await room.set_up()
    connection = await room.desk.connection()
    sealed = Vault([OTHER]).seal("crosschq-sandbox-key")
    await room.change(Connection, connection.id, crosschq_key=sealed)
    found = await room.found(KEYS)
    assert found.verdict is Verdict.WRONG
    assert (
        f"does not hold the key {fingerprint(OTHER)}, which is needed by 1 row (Crosschq API keys: 1)"
        in found.says
    )


async def test_what_an_earlier_release_stored_is_to_be_encrypted_anew_before_a_key_goes(room: Room) -> None:
    await room.set_up()
    connection, old = await room.desk.connection(), own_key(room)
    await room.change(Connection, connection.id, lever_key=Fernet(old).encrypt(b"lever-sandbox-key"))
    assert (await room.found(KEYS)).verdict is Verdict.OK
    both = with_keys(room, OTHER, old)
    await reseal_all(room.parts.database, both)
    await room.change(Connection, connection.id, lever_key=Fernet(old).encrypt(b"lever-sandbox-key"))
    found = await room.found(KEYS)
    assert found.verdict is Verdict.TO_KNOW
    assert found.says.startswith("1 rows were encrypted by an earlier release")


@pytest.mark.parametrize("short", ["x", "15-characters-x"])
async def test_a_short_token_from_before_is_told(room: Room, short: str) -> None:
    await room.set_up()
    endpoint = await room.desk.endpoint("snapshot")
    sealed = room.parts.vault.seal_list(["a-long-enough-token", short])
    await room.change(WebhookEndpoint, endpoint.id, secrets=sealed, token_replaced_at=room.parts.now())
    found = await room.found(TOKENS)
    assert found.verdict is Verdict.TO_KNOW
    assert "Too short: Crosschq accepts a token with fewer than 16 characters." in found.says
    assert short not in f"{found.says} {found.do}" or short == "x"
