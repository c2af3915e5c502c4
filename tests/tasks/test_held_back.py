"""After an act whose outcome is unknown no lane begins another at that vendor before a read of it has succeeded."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

from outbound.errors import CredentialsRefused, OutcomeUnknown, SlowDown
from store.database import Database
from store.deliveries import Deliveries
from store.tables import Vendor
from store.vault import Vault
from tasks.case import Case
from tasks.effects import HeldBack, StaysUnknown, once, repeatable
from tests.factories import connect, settings_at
from tests.outbound.hostile import Server, serving, whole
from tests.store.inbox import running, stage_change
from wiring import open_parts

LANES = 8
AWAY = "503 No\r\nRetry-After: 60"
READABLE = "200 OK"


class Acts:
    """What a vendor was made to do; `outcome_unknown`: it does not say that it did."""

    def __init__(self) -> None:
        self.begun, self.outcome_unknown = 0, False

    async def act(self) -> str:
        self.begun += 1
        if self.outcome_unknown:
            raise OutcomeUnknown("Lever", "POST /opportunities", "no answer")
        return f"id-{self.begun}"

    async def find(self) -> str | None:
        return None


@pytest.fixture
async def vendor() -> AsyncIterator[tuple[Server, str]]:
    server = Server(AWAY, lambda: whole(b'{"data": []}'))
    async with serving(server) as url:
        yield server, url


@pytest.fixture
async def lanes(
    database: Database, vault: Vault, store_url: str, tmp_path: Path, vendor: tuple[Server, str]
) -> AsyncIterator[list[Case]]:
    """Each with a delivery in hand, of one connection."""
    settings = settings_at(tmp_path, store_url)
    keys = Vault.from_setting(settings.secret_keys.get_secret_value())
    connected = await connect(
        database, keys, lever_url=vendor[1], crosschq_url=vendor[1], lever_key=keys.seal("key")
    )
    attempts = [
        await running(database, stage_change(connected, f"opportunity-{lane}")) for lane in range(LANES)
    ]
    cases = []
    async with database.transaction() as session:
        for attempt in attempts:
            delivery = await Deliveries(session).get(attempt.delivery_id)
            assert delivery
            cases.append(Case.from_delivery(delivery))
    async with open_parts(settings):
        yield cases


async def at_once(*works: Awaitable[object]) -> list[object]:
    return await asyncio.gather(*works, return_exceptions=True)


async def make_unknown(case: Case, key: str = "first") -> None:
    acts = Acts()
    acts.outcome_unknown = True
    with pytest.raises(StaysUnknown):
        await once(case, key, acts.act, at=Vendor.LEVER)


async def test_all_lanes_wait_for_a_read_and_then_each_acts_once(
    lanes: list[Case], vendor: tuple[Server, str]
) -> None:
    await make_unknown(lanes[0])
    acts, (server, _) = Acts(), vendor
    begin = [lambda one=one: once(one, f"lead/{one.subject_id}", acts.act, at=Vendor.LEVER) for one in lanes]
    held = await at_once(*(each() for each in begin))
    assert all(isinstance(one, HeldBack) for one in held), held
    assert acts.begun == 0
    assert "nothing was done: whether an earlier act was done there is unknown" in str(held[0])
    server.head = READABLE
    made = await at_once(*(each() for each in begin))
    assert sorted(map(str, made)) == [f"id-{number}" for number in range(1, LANES + 1)]


async def test_those_that_were_under_way_are_not_stopped_and_count_as_one(
    lanes: list[Case], vendor: tuple[Server, str]
) -> None:
    vendor[0].head = READABLE
    await at_once(*(make_unknown(one, one.subject_id) for one in lanes))
    acts = Acts()
    assert await once(lanes[0], "next", acts.act, at=Vendor.LEVER) == "id-1", "a read is all it takes"


async def test_an_unknown_outcome_after_a_read_holds_for_longer_than_the_next_read(
    lanes: list[Case], vendor: tuple[Server, str]
) -> None:
    vendor[0].head = READABLE
    for number in range(2):
        await make_unknown(lanes[0], f"number-{number}")
    asked, acts = vendor[0].calls, Acts()
    with pytest.raises(HeldBack, match="several times in a row"):
        await once(lanes[1], "next", acts.act, at=Vendor.LEVER)
    assert (acts.begun, vendor[0].calls) == (0, asked)


async def test_what_is_looked_for_is_not_begun_again_either(
    lanes: list[Case], vendor: tuple[Server, str]
) -> None:
    acts = Acts()
    acts.outcome_unknown = True
    with pytest.raises(OutcomeUnknown):
        await once(lanes[0], "note/1", acts.act, at=Vendor.LEVER, find=acts.find)
    with pytest.raises(HeldBack):
        await once(lanes[0], "note/1", acts.act, at=Vendor.LEVER, find=acts.find)
    assert acts.begun == 1
    vendor[0].head, acts.outcome_unknown = READABLE, False
    assert await once(lanes[0], "note/1", acts.act, at=Vendor.LEVER, find=acts.find) == "id-2"


async def test_what_calls_nobody_or_does_no_harm_twice_is_not_held_back(
    lanes: list[Case], vendor: tuple[Server, str]
) -> None:
    acts = Acts()
    assert await once(lanes[0], "done", acts.act, at=Vendor.LEVER) == "id-1"
    await make_unknown(lanes[0])
    assert await once(lanes[0], "done", acts.act, at=Vendor.LEVER) == "id-1"
    await repeatable(lanes[0], "tag/1", acts.act)
    assert await once(lanes[0], "mail/1", acts.act, at=None) == "id-3"
    assert await once(lanes[0], "request/1", acts.act, at=Vendor.CROSSCHQ) == "id-4"
    with pytest.raises(StaysUnknown):
        await once(lanes[0], "first", acts.act, at=Vendor.LEVER)
    assert vendor[0].calls == 0


@pytest.mark.parametrize(
    ("head", "error"), [("401 No", CredentialsRefused), ("429 No\r\nRetry-After: 60", SlowDown)]
)
async def test_a_read_that_says_what_is_wrong_is_told_as_it_is(
    lanes: list[Case], vendor: tuple[Server, str], head: str, error: type[Exception]
) -> None:
    await make_unknown(lanes[0])
    vendor[0].head = head
    with pytest.raises(error):
        await once(lanes[1], "next", Acts().act, at=Vendor.LEVER)


@pytest.mark.parametrize("head", ["404 No", "403 No", "200 OK\r\nContent-Encoding: br", "302 No"])
async def test_an_answer_that_may_be_a_routers_frees_nothing(
    lanes: list[Case], vendor: tuple[Server, str], head: str
) -> None:
    await make_unknown(lanes[0])
    vendor[0].head = head
    with pytest.raises(HeldBack):
        await once(lanes[1], "next", Acts().act, at=Vendor.LEVER)
