"""What an admin has set up, and what its endpoints have seen."""

import asyncio

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from store.audits import Audits
from store.connections import Connections, Endpoints, account_of
from store.database import Database
from store.tables import Connection, RequestTemplate, Vendor, WebhookEndpoint
from store.vault import Vault
from tests.factories import Connected, add_template, connect


@pytest.fixture
async def connected(database: Database, vault: Vault) -> Connected:
    return await connect(database, vault, name="northwind")


async def _endpoint(database: Database, connected: Connected) -> WebhookEndpoint:
    async with database.transaction() as session:
        found = (await Endpoints(session).by_url_keys([connected.lever.url_key])).get(connected.lever.url_key)
    assert found is not None
    return found[0]


async def test_an_endpoint_is_found_by_its_url_with_its_connection(
    database: Database, connected: Connected
) -> None:
    async with database.transaction() as session:
        found = (await Endpoints(session).by_url_keys([connected.crosschq.url_key])).get(
            connected.crosschq.url_key
        )
        assert found is not None
        assert (found[0].id, found[1].name) == (connected.crosschq.id, "northwind")
        assert await Endpoints(session).by_url_keys(["guessed"]) == {}


async def test_rejections_are_counted_with_the_last_reason(database: Database, connected: Connected) -> None:
    for reason in ("the signature is wrong", "triggeredAt is too old"):
        async with database.transaction() as session:
            await Endpoints(session).note_rejection(connected.lever.id, reason)
    seen = await _endpoint(database, connected)
    assert (seen.rejections, seen.last_rejection) == (2, "triggeredAt is too old")
    assert seen.last_rejected_at is not None
    assert (seen.last_ping_at, seen.last_event_at) == (None, None)


async def test_pings_and_events_leave_their_time(database: Database, connected: Connected) -> None:
    async with database.transaction() as session:
        await Endpoints(session).note_ping(connected.lever.id)
    assert (await _endpoint(database, connected)).last_ping_at is not None
    async with database.transaction() as session:
        await Endpoints(session).note_events([connected.lever.id])
    assert (await _endpoint(database, connected)).last_event_at is not None


@pytest.mark.parametrize(
    ("secrets", "scheme", "is_open"),
    [(None, None, False), (b"sealed", None, True), (None, "none", True), (None, "token", False)],
)
def test_a_url_does_not_answer_until_somebody_can_be_verified(
    secrets: bytes | None, scheme: str | None, is_open: bool
) -> None:
    assert WebhookEndpoint(secrets=secrets, auth_scheme=scheme).is_open is is_open


async def test_a_paused_connection_says_why(database: Database, connected: Connected) -> None:
    async with database.transaction() as session:
        await Connections(session).pause(connected.connection.id, "Lever, GET /users: the key was refused.")
    async with database.transaction() as session:
        kept = await Connections(session).named("northwind")
    assert kept is not None
    assert kept.paused_because == "Lever, GET /users: the key was refused."


@pytest.mark.parametrize("vendor", list(Vendor))
async def test_a_refusal_pauses_whom_the_refused_credentials_belong_to(
    database: Database, connected: Connected, vendor: Vendor
) -> None:
    async with database.transaction() as session:
        assert await Connections(session).pause_if_refused(
            1, "Refused.", account_of(connected.connection, vendor)
        )
    async with database.transaction() as session:
        assert await Connections(session).pause_if_refused(
            1, "Again.", account_of(connected.connection, vendor)
        )
    async with database.transaction() as session:
        assert (await Connections(session).get(1)).paused_because == "Refused."


@pytest.mark.parametrize(
    ("vendor", "changes"),
    [
        (Vendor.LEVER, {"lever_key": b"sealed anew"}),
        (Vendor.LEVER, {"lever_url": "https://elsewhere.test"}),
        (Vendor.CROSSCHQ, {"crosschq_key": b"sealed anew"}),
        (Vendor.CROSSCHQ, {"crosschq_key_prefix": "Token "}),
        (Vendor.CROSSCHQ, {"crosschq_url": "https://elsewhere.test"}),
    ],
)
async def test_a_refusal_of_what_has_been_replaced_pauses_nobody(
    database: Database, connected: Connected, vendor: Vendor, changes: dict[str, object]
) -> None:
    old = account_of(connected.connection, vendor)
    async with database.transaction() as session:
        await session.execute(update(Connection).values(**changes))
    async with database.transaction() as session:
        assert not await Connections(session).pause_if_refused(1, "Refused.", old)
    async with database.transaction() as session:
        assert (await Connections(session).get(1)).paused_because is None


async def test_a_refusal_waits_for_whoever_is_just_replacing_the_key(
    database: Database, connected: Connected
) -> None:
    old = account_of(connected.connection, Vendor.LEVER)

    async def refused() -> bool:
        async with database.transaction() as session:
            return await Connections(session).pause_if_refused(1, "Refused.", old)

    async with database.transaction() as session:
        (await Connections(session).locked(1)).lever_key = b"sealed anew"
        await session.flush()
        pausing = asyncio.ensure_future(refused())
        while not await _somebody_waits(database):
            assert not pausing.done()
    assert not await pausing


async def _somebody_waits(database: Database) -> bool:
    async with database.transaction() as session:
        found = text("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return (await session.execute(found)).first() is not None


def test_an_account_has_one_name_at_each_vendor_and_shows_no_key(connected: Connected) -> None:
    names = {account_of(connected.connection, vendor) for vendor in Vendor}
    assert len(names) == 2
    assert all(len(name) == 64 and name.isalnum() for name in names)


async def test_whoever_changes_a_connection_changes_it_alone(
    database: Database, connected: Connected
) -> None:
    async with database.transaction() as first, database.transaction() as second:
        await Connections(first).named("northwind")
        with pytest.raises(DBAPIError, match="could not obtain lock"):
            await second.execute(text("SELECT id FROM connection FOR UPDATE NOWAIT"))
        await second.rollback()


@pytest.mark.parametrize("called", ["Acme  EU", "Acme EU", "\u200bAcme\u00a0EU ", "Acme\u2003EU"])
async def test_a_name_of_an_earlier_release_is_found_as_it_reads(
    database: Database, vault: Vault, connected: Connected, called: str
) -> None:
    earlier = await connect(database, vault, name="Acme  EU")
    async with database.transaction() as session:
        found = await Connections(session).named(called)
        assert await Connections(session).named("acme eu") is None
    assert found
    assert found.id == earlier.connection.id


async def test_of_two_names_that_read_alike_the_exact_one_is_meant(database: Database, vault: Vault) -> None:
    for name in ("Acme  EU", "Acme EU"):
        await connect(database, vault, name=name)
    for name in ("Acme  EU", "Acme EU"):
        async with database.transaction() as session:
            found = await Connections(session).named(name)
        assert found
        assert found.name == name


async def test_a_connections_name_is_its_own(database: Database, vault: Vault, connected: Connected) -> None:
    with pytest.raises(IntegrityError, match="uq_connection_name"):
        await connect(database, vault, name="northwind")


async def test_templates_come_in_the_admins_order_and_the_others_behind(
    database: Database, connected: Connected
) -> None:
    for name, position in [("c", None), ("b", 2), ("d", None), ("a", 1)]:
        await add_template(database, connected.connection, name=name, position=position)
    async with database.transaction() as session:
        templates = await Connections(session).templates(connected.connection.id)
    assert [template.name for template in templates] == ["a", "b", "c", "d"]


async def test_templates_are_replaced_as_a_whole_for_one_connection(
    database: Database, vault: Vault, connected: Connected
) -> None:
    other = await connect(database, vault)
    for connection in (connected.connection, other.connection):
        await add_template(database, connection, name="Engineers")
    fresh = RequestTemplate(
        connection_id=connected.connection.id,
        name="Engineers",
        description="",
        survey="new",
        counts={},
        is_fallback=True,
    )
    async with database.transaction() as session:
        await Connections(session).replace_templates(connected.connection.id, [fresh])
    async with database.transaction() as session:
        assert [t.survey for t in await Connections(session).templates(connected.connection.id)] == ["new"]
        assert len(await Connections(session).templates(other.connection.id)) == 1


async def test_what_was_begun_in_a_transaction_that_fails_is_undone(
    database: Database, connected: Connected
) -> None:
    async def begin_and_fail() -> None:
        async with database.transaction() as session:
            Audits(session).add(who="test", what="paused", subject="connection:1")
            await session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        await begin_and_fail()
    async with database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM audit")) == 0


async def test_an_audit_row_outlives_its_connection(database: Database, connected: Connected) -> None:
    async with database.transaction() as session:
        Audits(session).add(
            who="command line",
            what="connected",
            subject="connection:1",
            connection_id=connected.connection.id,
        )
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM connection"))
    async with database.transaction() as session:
        kept = (await session.execute(text("SELECT who, what, connection_id FROM audit"))).one()
    assert tuple(kept) == ("command line", "connected", None)
