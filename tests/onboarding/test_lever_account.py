"""Two connections for one Lever account would ask about every move twice: the second is refused, unless it is meant."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from lever.models import User
from onboarding.blueprint import BlueprintError
from onboarding.lever_account import KEPT, LeverAccount, is_same_lever
from onboarding.self_test.findings import Verdict
from onboarding.self_test.testing import self_test
from store.connection_rows import find_rows
from store.tables import Connection
from tests.onboarding.desk import Desk, Edit, Vendors, both, swap
from tests.onboarding.proving import Room
from tests.serving import sandbox_lever, served

SECOND = swap('name = "demo"', 'name = "second"')
OTHER_KEY = swap('"lever-sandbox-key"', '"lever-sandbox-people"')
MEANT = swap("create_webhooks = true", "create_webhooks = true\nallow_same_account = true")


async def rows(desk: Desk) -> dict[str, Connection]:
    async with desk.parts.database.transaction() as session:
        return {one.name: one for one in await session.scalars(select(Connection))}


async def change(desk: Desk, **columns: Any) -> None:
    async with desk.parts.database.transaction() as session:
        await session.execute(update(Connection).values(**columns))


@pytest.mark.parametrize("key", [str, OTHER_KEY])
async def test_the_second_is_refused_with_the_first_ones_name(desk: Desk, key: Edit) -> None:
    await desk.connect()
    with pytest.raises(BlueprintError, match=r"connected already, as 'demo'.*--allow-same-account"):
        await desk.connect(both(SECOND, key))
    assert set(await rows(desk)) == {"demo"}


async def test_of_two_at_the_same_moment_one_is_refused(desk: Desk) -> None:
    outcomes = await asyncio.gather(
        *(desk.connect(edit) for edit in (str, SECOND, swap('name = "demo"', 'name = "third"'))),
        return_exceptions=True,
    )
    assert sum(isinstance(one, BlueprintError) for one in outcomes) == 2, outcomes
    assert len(await rows(desk)) == 1


async def test_it_is_connected_where_that_is_meant_and_saved_again_without_saying_so(desk: Desk) -> None:
    await desk.connect()
    await desk.connect(both(SECOND, MEANT))
    for edit in (str, SECOND):
        await desk.connect(both(edit, OTHER_KEY))
    assert set(await rows(desk)) == {"demo", "second"}


@pytest.mark.parametrize(
    "forgotten",
    [
        {"lever_account": []},
        {"perform_as": "", "trigger_stages": []},
        {"perform_as": "somebody-who-left"},
    ],
)
async def test_it_is_recognised_by_whatever_is_known_of_the_first(
    desk: Desk, forgotten: dict[str, Any]
) -> None:
    await desk.connect()
    await change(desk, **forgotten)
    with pytest.raises(BlueprintError, match="connected already"):
        await desk.connect(both(SECOND, OTHER_KEY))


async def test_one_of_before_that_was_never_set_up_is_recognised_by_its_key(desk: Desk) -> None:
    await desk.connect()
    await change(desk, lever_account=[], perform_as="")
    with pytest.raises(BlueprintError, match="connected already"):
        await desk.connect(SECOND)


async def test_two_that_there_are_from_before_can_still_be_saved(desk: Desk) -> None:
    await desk.connect()
    await desk.connect(both(SECOND, MEANT))
    await change(desk, lever_account=[])
    await desk.connect()
    await desk.connect(SECOND)
    assert all(one.lever_account for one in (await rows(desk)).values())


async def test_another_lever_with_the_same_crosschq_is_welcome(desk: Desk, vendors: Vendors) -> None:
    await desk.connect()
    async with served(sandbox_lever()) as (url, _):
        await desk.connect(both(SECOND, swap(vendors.lever_url, url)))
    first, second = (await rows(desk)).values()
    assert first.crosschq_url == second.crosschq_url


async def test_a_file_that_is_given_the_key_of_anothers_account_is_refused(
    desk: Desk, vendors: Vendors
) -> None:
    await desk.connect()
    async with served(sandbox_lever()) as (url, _):
        await desk.connect(both(SECOND, swap(vendors.lever_url, url)))
    await change(desk, lever_account=["of-elsewhere"], perform_as="elsewhere")
    async with desk.parts.database.transaction() as session:
        one = await session.scalar(select(Connection).where(Connection.name == "demo"))
        assert one is not None
        one.perform_as = desk.people["integration"]
    with pytest.raises(BlueprintError, match="connected already, as 'demo'"):
        await desk.connect(SECOND)


async def test_the_self_test_names_the_other(room: Room) -> None:
    desk = room.desk
    await desk.connect()
    await desk.connect(both(SECOND, MEANT))
    stored = await find_rows(desk.parts.database, (await rows(desk))["second"].id)
    assert stored is not None
    told = {one.title: one for one in await self_test(room.parts, stored)}["Account"]
    assert told.verdict is Verdict.TO_KNOW
    assert "'demo'" in told.says


def user(number: int) -> User:
    made = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=number)
    return User(id=f"user-{number}", created_at=made)


def test_the_oldest_users_are_kept_in_whatever_order_they_come() -> None:
    users = [User(id="without"), *(user(number) for number in reversed(range(50)))]
    assert LeverAccount.of(users).fingerprint == [f"user-{number}" for number in range(KEPT)]


def test_an_account_is_known_again_as_long_as_one_of_them_is_there() -> None:
    known = Connection(lever_account=LeverAccount.of(map(user, range(30))).fingerprint, perform_as="user-29")
    assert LeverAccount.of(map(user, range(19, 60))).is_of(known)
    assert LeverAccount.of(map(user, range(29, 60))).is_of(known)
    assert not LeverAccount.of(map(user, range(30, 60))).is_of(known)


def test_what_is_not_known_is_nobodys() -> None:
    assert not LeverAccount.of([User(id="")]).is_of(Connection(lever_account=[], perform_as=""))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://api.lever.co/v1", "https://API.lever.co/v1/", True),
        ("https://api.lever.co/v1", "https://api.eu.lever.co/v1", True),
        ("https://api.lever.co/v1", "https://api.sandbox.lever.co/v1", False),
        ("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1", False),
    ],
)
def test_a_sandbox_and_production_are_two_accounts(one: str, other: str, *, same: bool) -> None:
    assert is_same_lever(one, other) is same
