"""The lasting keys outlive every secret key: no rotation loses a digest or a link, and a lost key is said at once."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from mail.links import AnswerLinks, Link, NotOurLink
from store.database import Database
from store.deliveries import NewDelivery, Recorded
from store.key_ring import KeyRings, LastingKey, refresh_ring
from store.requests import NewRequest, Requests
from store.sealed_columns import reseal_all
from store.sealed_prospects import email_index, email_indexes, erased_digests, erased_email
from store.tables import RequestState
from store.tombstones import Tombstones
from store.vault import KeyPurpose, Vault, VaultError
from tests.factories import Connected, connect, vault_of
from tests.store.inbox import record, stage_change
from tests.store.reservations import reserved

A, B, C = (Fernet.generate_key().decode() for _ in range(3))
EMAIL = "ada@people.test"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


async def start(database: Database, *keys: str) -> Vault:
    """As a process does that begins with these keys in its setting, newest first."""
    vault = Vault(keys)
    async with database.transaction() as session:
        await refresh_ring(vault, session)
    return vault


async def rotate_to(database: Database, new: str, old: str) -> Vault:
    """What an admin does: the new key in front, everything encrypted anew, the old key taken out."""
    await reseal_all(database, await start(database, new, old))
    return await start(database, new)


async def through_all_rotations(database: Database) -> Vault:
    await rotate_to(database, B, A)
    return await rotate_to(database, C, B)


def late_webhook(connected: Connected, vault: Vault) -> NewDelivery:
    return stage_change(connected, "o-1", subject_digests=tuple(vault.blind_indexes("opportunity:o-1")))


async def lay(database: Database, connected: Connected, *digests: str) -> None:
    async with database.transaction() as session:
        await Tombstones(session).lay(connected.connection.id, digests)


async def test_who_was_erased_stays_erased_when_all_old_keys_are_retired(database: Database) -> None:
    vault = await start(database, A)
    connected = await connect(database, vault)
    await lay(database, connected, vault.blind_index("opportunity:o-1"))
    retired = await through_all_rotations(database)
    assert await record(database, late_webhook(connected, retired)) is Recorded.ERASED


async def test_what_earlier_releases_laid_is_known_when_all_their_keys_are_retired(
    database: Database,
) -> None:
    earlier = vault_of(A)
    connected = await connect(database, earlier)
    await lay(database, connected, earlier.blind_index("opportunity:o-1"))
    retired = await through_all_rotations(database)
    assert await record(database, late_webhook(connected, retired)) is Recorded.ERASED
    assert retired.blind_index("opportunity:o-1") != earlier.blind_index("opportunity:o-1")


async def test_an_upgrade_keeps_what_each_secret_key_of_that_time_made(database: Database) -> None:
    await connect(database, vault_of(A))
    upgraded = await start(database, B, A)
    before = [vault_of(key).blind_index(EMAIL) for key in (B, A)]
    assert upgraded.blind_indexes(EMAIL)[1:] == before


async def test_a_new_installation_has_one_key_of_each_purpose(database: Database) -> None:
    vault = await start(database, A)
    assert {purpose: len(vault.lasting_keys(purpose)) for purpose in KeyPurpose} == dict.fromkeys(
        KeyPurpose, 1
    )


@pytest.mark.parametrize("made_with", [vault_of(A), None])
async def test_a_request_of_unknown_fate_is_adopted_after_every_rotation(
    database: Database, made_with: Vault | None
) -> None:
    connection_id = (await connect(database, vault_of(A))).connection.id
    vault = await start(database, A)
    index = (made_with or vault).blind_index(EMAIL)
    new = NewRequest(connection_id, "o-1", "c-1", "Engineers", "Engineer II", index)
    made = await reserved(database, new, RequestState.UNKNOWN)
    retired = await through_all_rotations(database)
    async with database.transaction() as session:
        indexes = retired.blind_indexes(EMAIL)
        found = await Requests(session).unanswered(connection_id, indexes, "Engineer II", None)
    assert found is not None
    assert found.id == made.id


async def test_a_prospect_and_its_tombstone_are_known_after_every_rotation(database: Database) -> None:
    earlier = vault_of(A)
    await connect(database, earlier)
    vault = await start(database, A)
    stored = {email_index(earlier, EMAIL), email_index(vault, EMAIL)}
    laid = {vault.blind_index(erased_email(email_index(earlier, EMAIL)))}
    laid |= {earlier.blind_index(erased_email(email_index(earlier, EMAIL)))}
    retired = await through_all_rotations(database)
    assert stored <= set(email_indexes(retired, EMAIL))
    assert laid <= erased_digests(retired, email_indexes(retired, EMAIL))


@pytest.mark.parametrize("made_with", [vault_of(A), None])
async def test_links_in_mails_outlive_every_rotation_until_they_are_revoked(
    database: Database, made_with: Vault | None
) -> None:
    await connect(database, vault_of(A))
    vault = await start(database, A)
    token = AnswerLinks.from_vault(made_with or vault, lambda: NOW).token(Link(7, 1))
    retired = await through_all_rotations(database)
    links = AnswerLinks.from_vault(retired, lambda: NOW + timedelta(days=399))
    assert links.read(token) == Link(7, 1)
    async with database.transaction() as session:
        await KeyRings(session, retired).revoke(KeyPurpose.ANSWER_LINKS)
        await refresh_ring(retired, session)
    with pytest.raises(NotOurLink):
        links.read(token)
    assert links.read(links.token(Link(7, 1))) == Link(7, 1)


async def test_revoking_links_keeps_the_digests(database: Database) -> None:
    vault = await start(database, A)
    before = vault.blind_index(EMAIL)
    async with database.transaction() as session:
        await KeyRings(session, vault).revoke(KeyPurpose.ANSWER_LINKS)
        await refresh_ring(vault, session)
    assert vault.blind_indexes(EMAIL) == [before]


async def test_two_processes_that_start_at_once_have_one_ring(database: Database) -> None:
    one, other = Vault([A]), Vault([A])
    async with database.transaction() as first, database.transaction() as second:
        # Both have seen that there is none before either makes it.
        first_look, second_look = KeyRings(first, one), KeyRings(second, other)
        assert not (await first.scalars(select(LastingKey))).all()
        assert not (await second.scalars(select(LastingKey))).all()
        one.use_ring(await first_look.load())
        await first.commit()
        other.use_ring(await second_look.load())
    assert one.blind_indexes(EMAIL) == other.blind_indexes(EMAIL)


async def test_a_dump_does_not_hold_a_lasting_key_readably(database: Database) -> None:
    vault = await start(database, A)
    async with database.transaction() as session:
        stored = b"".join(await session.scalars(select(LastingKey.sealed)))
    for purpose in KeyPurpose:
        for key in vault.lasting_keys(purpose):
            assert key not in stored
            assert key.hex().encode() not in stored


async def test_a_secret_key_that_was_retired_too_early_is_said_at_the_start(database: Database) -> None:
    await start(database, A)
    with pytest.raises(
        VaultError, match="put the old key back at its end, then run `crosschq-lever keys rotate`"
    ):
        await start(database, B)


async def test_a_running_process_goes_on_with_the_keys_that_it_has_read(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    running = await start(database, A)
    before = running.blind_index(EMAIL)
    await rotate_to(database, B, A)
    async with database.transaction() as session:
        await refresh_ring(running, session)
    assert running.blind_index(EMAIL) == before
    assert "works with the keys it has read before" in caplog.text


async def test_what_is_lost_for_good_is_replaced_and_the_rest_stays(database: Database) -> None:
    await connect(database, vault_of(A))
    await start(database, A)
    async with database.transaction() as session:
        # Links were revoked under the new key already.
        await KeyRings(session, Vault([B])).revoke(KeyPurpose.ANSWER_LINKS)
    before = await start(database, B, A)
    async with database.transaction() as session:
        lost = await KeyRings(session, Vault([B])).forget_lost()
    assert lost == [KeyPurpose.BLIND_INDEX] * 2
    now = await start(database, B)
    assert now.lasting_keys(KeyPurpose.ANSWER_LINKS) == before.lasting_keys(KeyPurpose.ANSWER_LINKS)
    assert len(now.lasting_keys(KeyPurpose.BLIND_INDEX)) == 1
