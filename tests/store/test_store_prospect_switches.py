"""The two switches: each turning is written down, ordered once, and a connection without settings has none."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from hiring.prospects import IfInLever, OnWithdrawal
from store.database import Database
from store.prospect_intake import ProspectIntake, SeenProspect
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT
from store.prospect_switches import SWITCH, NotSetUp, Switches, kind_of, set_switches
from store.prospect_tables import KnownProspect, ProspectKind, ProspectSettings
from store.tables import Audit, Delivery, DeliveryState
from store.vault import Vault
from tests.factories import connect


@pytest.fixture
async def connection_id(database: Database, vault: Vault) -> int:
    """Both switches are off."""
    connection = (await connect(database, vault)).connection
    async with database.transaction() as session:
        session.add(
            ProspectSettings(
                connection_id=connection.id,
                source="Crosschq",
                tags=["prospect"],
                if_in_lever=IfInLever.SKIP,
                on_withdrawal=OnWithdrawal.TAG,
                withdrawal_tag="withdrawn",
            )
        )
    return connection.id


async def turn(
    database: Database, connection_id: int, *, existing: bool | None = None, new: bool | None = None
) -> Switches:
    async with database.transaction() as session:
        return await set_switches(
            session, connection_id, existing=existing, new=new, who="ada", why="we hire"
        )


async def orders(database: Database) -> list[Delivery]:
    async with database.transaction() as session:
        return list(await session.scalars(select(Delivery).order_by(Delivery.id)))


async def audits(database: Database) -> list[tuple[str, str, str | None]]:
    async with database.transaction() as session:
        rows = await session.scalars(select(Audit).order_by(Audit.id))
        return [(row.who, row.what, row.why) for row in rows]


async def test_turning_the_existing_on_places_one_order(database: Database, connection_id: int) -> None:
    for _ in range(2):
        switches = await turn(database, connection_id, existing=True)
    assert (switches.existing, switches.new, switches.changes) == (True, False, ())
    (order,) = await orders(database)
    assert (order.event, order.origin, order.subject) == (
        EXISTING_EVENT,
        SWITCH,
        f"prospects:{connection_id}",
    )
    assert await audits(database) == [("ada", "prospect export of existing ones turned on", "we hire")]


async def test_turning_the_new_on_counts_from_now_and_orders_nothing(
    database: Database, connection_id: int
) -> None:
    switches = await turn(database, connection_id, new=True)
    assert switches.new_since is not None
    assert await orders(database) == []
    assert (await turn(database, connection_id, new=True)).new_since == switches.new_since


async def test_turning_the_new_on_again_counts_anew(database: Database, connection_id: int) -> None:
    first = (await turn(database, connection_id, new=True)).new_since
    off = await turn(database, connection_id, new=False)
    again = (await turn(database, connection_id, new=True)).new_since
    assert (off.new, off.new_since) == (False, first)
    assert first is not None
    assert again is not None
    assert again > first


async def test_none_leaves_a_switch_as_it_is(database: Database, connection_id: int) -> None:
    await turn(database, connection_id, existing=True, new=True)
    switches = await turn(database, connection_id, existing=False)
    assert (switches.existing, switches.new) == (False, True)
    assert switches.changes == ("prospect export of existing ones turned off",)


async def test_a_connection_without_settings_has_no_switch(database: Database, vault: Vault) -> None:
    connection = (await connect(database, vault)).connection
    with pytest.raises(NotSetUp, match="crosschq-lever connect FILE"):
        await turn(database, connection.id, existing=True)
    assert await orders(database) == []


SINCE = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MIDNIGHT = SINCE.replace(hour=0)
BOTH, NEW, EXISTING = tuple(ProspectKind), ProspectKind.NEW, ProspectKind.EXISTING


@pytest.mark.parametrize(
    ("opted_in_on", "kind"),
    [
        (SINCE + timedelta(days=1), NEW),
        (SINCE - timedelta(minutes=4), NEW),  # Crosschq's clock may be behind ours
        (SINCE - timedelta(minutes=6), EXISTING),
        (MIDNIGHT, NEW),  # that day, whenever
        (MIDNIGHT - timedelta(days=1), EXISTING),
        (None, EXISTING),
    ],
)
def test_new_are_those_who_opted_in_since_the_switch_was_turned_on(
    opted_in_on: datetime | None, kind: ProspectKind
) -> None:
    assert kind_of(opted_in_on, BOTH, SINCE) is kind
    assert kind_of(opted_in_on, (EXISTING,), SINCE) is EXISTING


async def waits(database: Database, connection_id: int, kind: ProspectKind) -> None:
    async with database.transaction() as session:
        seen = SeenProspect("pr_1", kind, True, b"sealed", "index", SINCE)
        await ProspectIntake(session, connection_id).take_in([seen], BOTH)


async def kinds(database: Database) -> list[ProspectKind]:
    async with database.transaction() as session:
        return list(await session.scalars(select(KnownProspect.kind)))


async def test_turning_the_new_off_leaves_who_waits_to_the_existing(
    database: Database, connection_id: int
) -> None:
    await turn(database, connection_id, new=True)
    await waits(database, connection_id, NEW)
    await turn(database, connection_id, existing=False)
    assert await kinds(database) == [NEW]
    await turn(database, connection_id, new=False)
    assert await kinds(database) == [EXISTING]
    assert await orders(database) == []


async def test_those_left_to_the_existing_are_ordered_where_these_are_on(
    database: Database, connection_id: int
) -> None:
    await turn(database, connection_id, existing=True, new=True)
    await waits(database, connection_id, NEW)
    async with database.transaction() as session:
        await session.execute(update(Delivery).values(state=DeliveryState.DONE))
    await turn(database, connection_id, new=False)
    assert [(order.event, order.state) for order in await orders(database)][1:] == [
        (NEW_EVENT, DeliveryState.WAITING)
    ]
