"""The clients that order flow runs: kept, each for one order at a time, and given up when something was wrong."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
import respx
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_CSRF_SUPPORT_ENABLED, temporary_settings

from store.tables import Delivery, DeliveryState
from webhook_gateway.prefect_runs import PrefectRuns, PrefectUnavailable

AT_ONCE = 8
ID = "Prefect-Csrf-Client"


def delivery(number: int) -> Delivery:
    return Delivery(
        id=number,
        connection_id=1,
        attempt=1,
        event="candidateStageChange",
        subject=f"opportunity:o-{number}",
        state=DeliveryState.DISPATCHED,
    )


class Guarded:
    """Prefect's API behind its CSRF guard (server/api/middleware.py): of a client's tokens the last one counts."""

    def __init__(self, router: respx.MockRouter) -> None:
        self.lifetime = timedelta(hours=1)
        self.tokens: dict[str, str] = {}
        self.fetched = Counter[str]()
        self.orders = Counter[str]()
        self.refused = 0
        self.is_broken = False
        router.get(path="/api/csrf-token").mock(side_effect=self.token)
        router.get(path__startswith="/api/deployments/name/").respond(
            json={"id": str(uuid4()), "name": "x", "flow_id": str(uuid4())}
        )
        router.post(path__regex="create_flow_run$").mock(side_effect=self.create)

    async def token(self, request: httpx.Request) -> httpx.Response:
        client = request.url.params["client"]
        self.fetched[client] += 1
        token = self.tokens[client] = uuid4().hex
        await asyncio.sleep(0)
        expiration = (datetime.now(UTC) + self.lifetime).isoformat()
        return httpx.Response(200, json={"client": client, "token": token, "expiration": expiration})

    async def create(self, request: httpx.Request) -> httpx.Response:
        client = request.headers[ID]
        self.orders[client] += 1
        if request.headers["Prefect-Csrf-Token"] != self.tokens.get(client):
            self.refused += 1
            return httpx.Response(403, json={"detail": "Invalid CSRF token or client identifier."})
        await asyncio.sleep(0)
        if self.is_broken:
            return httpx.Response(500)
        return httpx.Response(201, json={"id": str(uuid4()), "flow_id": str(uuid4()), "name": "x"})


@pytest.fixture
async def prefect() -> AsyncIterator[Guarded]:
    settings = {PREFECT_API_URL: "http://prefect.test/api", PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: True}
    with temporary_settings(settings), respx.mock(base_url="http://prefect.test") as router:
        yield Guarded(router)


@pytest.fixture
async def runs(prefect: Guarded) -> AsyncIterator[PrefectRuns]:
    runs = PrefectRuns()
    yield runs
    await runs.aclose()


async def order(runs: PrefectRuns, *numbers: int) -> None:
    await asyncio.gather(*(runs.start(delivery(number)) for number in numbers))


async def test_orders_one_after_the_other_share_a_client_and_its_token(
    prefect: Guarded, runs: PrefectRuns
) -> None:
    for number in (1, 2, 3):
        await order(runs, number)
    assert list(prefect.orders.values()) == [3]
    assert prefect.fetched.total() == 1


@pytest.mark.parametrize("lifetime", [timedelta(hours=1), timedelta(seconds=-1)], ids=["fresh", "old"])
async def test_no_order_is_refused_for_the_token_of_another_one(
    prefect: Guarded, runs: PrefectRuns, lifetime: timedelta
) -> None:
    prefect.lifetime = lifetime
    for _ in range(3):
        await order(runs, *range(AT_ONCE))
    assert (prefect.orders.total(), prefect.refused) == (3 * AT_ONCE, 0)


async def test_a_burst_needs_no_more_clients_than_orders_at_once(prefect: Guarded, runs: PrefectRuns) -> None:
    for _ in range(3):
        await order(runs, *range(AT_ONCE))
    assert prefect.fetched.total() == len(prefect.fetched) == AT_ONCE


async def test_a_client_whose_order_failed_is_closed_and_not_used_again(
    prefect: Guarded, runs: PrefectRuns
) -> None:
    prefect.is_broken = True
    with pytest.raises(PrefectUnavailable):
        await order(runs, 1)
    [failed] = prefect.orders
    prefect.is_broken = False
    await order(runs, 2)
    assert prefect.orders[failed] == 1
    assert len(prefect.orders) == 2


async def test_closed_they_are_all_closed(prefect: Guarded, runs: PrefectRuns) -> None:
    await order(runs, *range(AT_ONCE))
    kept = list(runs._idle)
    await runs.aclose()
    assert len(kept) == AT_ONCE
    assert all(client._client.is_closed for client in kept)
