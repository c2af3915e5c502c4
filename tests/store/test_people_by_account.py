"""Whatever people, accounts and addresses do, in whatever order: an address gives nobody what is another one's."""

from random import Random

import pytest
from sqlalchemy import select

from store.database import Database
from store.people import AddressHeld, Identity, NameTaken, People
from store.people_tables import PageAddress, PagePerson, Role

ACCOUNTS = [Identity(issuer, subject) for issuer in ("https://a.test", "https://b.test") for subject in "12"]
ADDRESSES = ["ana@firm.test", "bob@firm.test", "eve@firm.test"]
LOCAL = ["ana@firm.test", "Bob@Firm.test", "carl"]


class Model:
    """Who has which address, as it should be."""

    def __init__(self) -> None:
        self.local: dict[int, str] = {}
        self.ids: dict[Identity, int] = {}
        self.addresses: dict[Identity, set[str]] = {}

    def may_arrive(self, account: Identity, address: str) -> bool:
        has_password = address in {one.lower() for one in self.local.values()}
        others = [one for whose, one in self.addresses.items() if whose != account]
        return not has_password and not any(address in one for one in others)

    def may_be_added(self, name: str) -> bool:
        names = {one.lower() for one in self.local.values()}.union(*self.addresses.values())
        return name.lower() not in names


async def arrive(database: Database, model: Model, account: Identity, address: str) -> None:
    try:
        async with database.transaction() as session:
            person, is_new = await People(session).from_elsewhere(account, address, Role.VIEWER)
            assert (person.name, person.issuer, person.subject) == (address, account.issuer, account.subject)
    except (NameTaken, AddressHeld):
        assert not model.may_arrive(account, address)
        return
    assert model.may_arrive(account, address)
    assert model.ids.setdefault(account, person.id) == person.id, "The same account is the same person."
    assert not is_new or len(model.addresses[account]) > 0
    model.addresses.setdefault(account, set()).add(address)


async def add(database: Database, model: Model, name: str) -> None:
    try:
        async with database.transaction() as session:
            person = await People(session).add(name, Role.VIEWER, "a hash")
    except NameTaken:
        assert not model.may_be_added(name)
        return
    assert model.may_be_added(name)
    model.local[person.id] = name


async def remove(database: Database, model: Model, person_id: int) -> None:
    async with database.transaction() as session:
        assert await People(session).remove(person_id)
    model.local.pop(person_id, None)
    for account in [one for one, its in model.ids.items() if its == person_id]:
        del model.ids[account], model.addresses[account]


@pytest.mark.parametrize("seed", range(8))
async def test_an_address_belongs_to_one_account_until_its_person_is_removed(
    database: Database, seed: int
) -> None:
    random, model = Random(seed), Model()  # noqa: S311 - the same moves each time
    for _ in range(40):
        match random.choice("aaaalr"):
            case "a":
                await arrive(database, model, random.choice(ACCOUNTS), random.choice(ADDRESSES))
            case "l":
                await add(database, model, random.choice(LOCAL))
            case _ if people := [*model.local, *model.ids.values()]:
                await remove(database, model, random.choice(people))
    async with database.transaction() as session:
        held = {(one.person_id, one.address) for one in await session.scalars(select(PageAddress))}
        assert set(await session.scalars(select(PagePerson.id))) == {*model.local, *model.ids.values()}
    assert held == {(model.ids[account], one) for account, each in model.addresses.items() for one in each}
