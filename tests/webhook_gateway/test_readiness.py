"""`/ready` says whether webhooks can be recorded, however well the database reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import delete, text

from store.database import Database
from store.tables import Connection, Delivery
from tests.webhook_gateway.senders import Senders, as_bytes, stage_change
from tests.webhook_gateway.test_gateway_outage import NOWHERE, behind
from webhook_gateway.private import create_private_app
from webhook_gateway.readiness import KEPT_SECONDS, LastRecording, Readiness

REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{sqlstate}'; END $$
"""
ALWAYS = "CREATE TRIGGER refuse BEFORE INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION refuse()"


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def later(self) -> None:
        self.seconds += KEPT_SECONDS


@pytest.fixture
def clock() -> Clock:
    return Clock()


def readiness(senders: Senders, clock: Clock, database: Database | None = None) -> Readiness:
    return Readiness(database or senders.database, senders.gateway.last, patience=0.5, clock=clock)


async def asked(senders: Senders, ready: Readiness) -> tuple[int, str]:
    app = create_private_app(senders.database, senders.gateway.metrics, readiness=ready)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://private.test") as http:
        answer = await http.get("/ready")
        gauge = [
            one for one in (await http.get("/metrics")).text.splitlines() if "crosschq_lever_ready" in one
        ]
    assert gauge[-1] == f"crosschq_lever_ready {float(answer.is_success)}"
    assert answer.json()["ready"] is answer.is_success
    return answer.status_code, answer.json()["says"]


@asynccontextmanager
async def refusing(database: Database, sqlstate: str) -> AsyncIterator[None]:
    """The delivery table takes no row, as with this error."""
    async with database.transaction() as session:
        for statement in (REFUSE.format(sqlstate=sqlstate), ALWAYS):
            await session.execute(text(statement))
    try:
        yield
    finally:
        async with database.transaction() as session:
            await session.execute(text("DROP FUNCTION refuse CASCADE"))


async def send(senders: Senders, patience: float = 10.0) -> int:
    async with behind(senders, patience=patience) as client:
        sent = as_bytes(stage_change(senders.key))
        answer = await client.post(f"/webhooks/lever/{senders.connected.lever.url_key}", content=sent)
    return answer.status_code


@pytest.mark.parametrize(
    ("sqlstate", "why"),
    [
        ("53100", "its disk is full"),
        ("53400", "it answers with an error (53400)"),
        ("55P03", "a lock holds it up"),
    ],
)
async def test_it_is_red_from_the_first_webhook_that_is_not_recorded_until_it_could_be(
    senders: Senders, clock: Clock, sqlstate: str, why: str
) -> None:
    ready = readiness(senders, clock)
    assert await asked(senders, ready) == (200, "Webhooks are recorded.")
    async with refusing(senders.database, sqlstate):
        assert await send(senders) == 503
        for _ in range(2):
            status, says = await asked(senders, ready)
            assert (status, says) == (
                503,
                f"Webhooks are answered 503, as our database does not take them: {why}.",
            )
            clock.later()
    assert (await asked(senders, ready))[0] == 200
    assert await senders.deliveries() == []
    assert await send(senders) == 202


async def test_a_webhook_that_is_recorded_makes_it_green(senders: Senders, clock: Clock) -> None:
    ready = readiness(senders, clock)
    async with refusing(senders.database, "53100"):
        assert await send(senders) == 503
    assert await send(senders) == 202
    assert senders.gateway.last == LastRecording()
    assert (await asked(senders, ready))[0] == 200


@pytest.mark.parametrize("table", ["delivery", "webhook_endpoint", "heartbeat"])
async def test_a_table_that_stays_locked_makes_it_red(senders: Senders, clock: Clock, table: str) -> None:
    ready = readiness(senders, clock)
    async with senders.database.transaction() as session:
        await session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        assert await send(senders, patience=0.2) == (202 if table == "heartbeat" else 503)
        status, says = await asked(senders, ready)
        assert (status, "it does not answer in time" in says) == (503, True)
    clock.later()
    assert (await asked(senders, ready))[0] == 200


async def test_a_database_that_only_reads_is_red(senders: Senders, clock: Clock, store_url: str) -> None:
    """As one whose primary was demoted: what reads works, and so does SELECT 1."""
    demoted = Database(store_url)
    async with senders.database.transaction() as session:
        await session.execute(text("ALTER DATABASE crosschq_lever SET default_transaction_read_only = on"))
    try:
        async with demoted.transaction() as session:
            assert await session.scalar(text("SELECT 1")) == 1
        status, says = await asked(senders, readiness(senders, clock, demoted))
    finally:
        async with senders.database.transaction() as session:
            await session.execute(text("ALTER DATABASE crosschq_lever RESET default_transaction_read_only"))
        await demoted.close()
    assert status == 503
    assert "it is read-only, as after a switchover" in says


async def test_a_database_that_is_away_is_red(senders: Senders, clock: Clock) -> None:
    status, says = await asked(senders, readiness(senders, clock, Database(NOWHERE)))
    assert (status, "it cannot be reached" in says) == (503, True)


async def test_however_often_it_is_asked_it_writes_once_in_a_while_and_one_row(
    senders: Senders, clock: Clock
) -> None:
    ready, seen = readiness(senders, clock), set()
    for _ in range(3):
        await asyncio.gather(*(ready.why_not() for _ in range(10)))
        async with senders.database.transaction() as session:
            [row] = await session.scalars(text("SELECT xmin::text FROM heartbeat"))
        seen.add(row)
    assert len(seen) == 1
    clock.later()
    await ready.why_not()
    async with senders.database.transaction() as session:
        [row] = await session.scalars(text("SELECT xmin::text FROM heartbeat"))
    assert row not in seen


async def test_a_body_that_is_late_or_a_forgery_does_not_make_it_red(senders: Senders, clock: Clock) -> None:
    assert (await senders.lever(b"{")).status_code == 400
    assert (await senders.lever(stage_change("another-key"))).status_code == 401
    assert not senders.gateway.last.has_failed


async def test_what_can_never_be_recorded_any_more_does_not_keep_it_red(
    senders: Senders, clock: Clock
) -> None:
    ready = readiness(senders, clock)
    async with refusing(senders.database, "53100"):
        assert await send(senders) == 503
    async with senders.database.transaction() as session:
        await session.execute(delete(Delivery))
        await session.execute(delete(Connection))
    assert await ready.why_not() is None
    assert not senders.gateway.last.has_failed
