"""The private port: whether the process lives, whether it can take webhooks, and what it has done, in numbers."""

from collections.abc import AsyncIterator
from math import isnan

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text, update

from store.database import Database
from store.tables import NOT_OVER, Delivery, DeliveryState
from tests.webhook_gateway.senders import Senders, stage_change
from tests.webhook_gateway.test_gateway_outage import NOWHERE
from tests.webhook_gateway.test_gateway_silence import everything_is_sent, told_by
from webhook_gateway.private import create_private_app

AWAY = "Webhooks are answered 503, as our database does not take them: it cannot be reached."
Samples = dict[tuple[str, ...], float]


def client_of(senders: Senders, database: Database, patience: float = 3.0) -> httpx.AsyncClient:
    app = create_private_app(database, senders.gateway.metrics, patience=patience)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://private.test")


@pytest.fixture
async def private(senders: Senders) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(senders, senders.database) as client:
        yield client


@pytest.fixture
async def down(senders: Senders) -> AsyncIterator[httpx.AsyncClient]:
    """The private port of a process whose database is down."""
    async with client_of(senders, Database(NOWHERE)) as client:
        yield client


async def samples(client: httpx.AsyncClient) -> Samples:
    """As Prometheus reads them: the name, and the labels' values in the order of the labels' names."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        (one.name, *(one.labels[label] for label in sorted(one.labels))): one.value
        for family in families
        for one in family.samples
    }


async def test_a_process_that_can_take_webhooks_is_alive_and_ready(private: httpx.AsyncClient) -> None:
    answers = [await private.get("/health"), await private.get("/ready")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"status": "alive"}),
        (200, {"ready": True, "says": "Webhooks are recorded."}),
    ]


async def test_an_address_asked_in_another_way_is_like_one_that_is_not_there(
    private: httpx.AsyncClient,
) -> None:
    ways = (("POST", "/health"), ("GET", "/nothing-here"))
    answers = [await private.request(method, path) for method, path in ways]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, "Not Found")}
    assert answers[0].headers == answers[1].headers


async def test_without_a_database_it_is_alive_but_not_ready(down: httpx.AsyncClient) -> None:
    answers = [await down.get("/health"), await down.get("/ready")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"status": "alive"}),
        (503, {"ready": False, "says": AWAY}),
    ]


async def test_a_database_that_does_not_answer_counts_as_down(senders: Senders) -> None:
    async with senders.database.transaction() as session, client_of(senders, senders.database, 0.2) as client:
        await session.execute(text("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE"))
        found = await samples(client)
    assert isnan(found["crosschq_lever_deliveries", "waiting"])


async def test_metrics_count_webhooks_by_what_was_answered(
    senders: Senders, private: httpx.AsyncClient
) -> None:
    await everything_is_sent(senders)
    found = await samples(private)
    name = "crosschq_lever_webhooks_total"
    by_result = {key[1]: value for key, value in found.items() if key[0] == name and key[2] == "lever"}
    assert by_result == {
        "recorded": 2,
        "known": 1,
        "rejected": 5,
        "ping": 1,
        "unreadable": 3,
        "too large": 1,
        "unknown": 1,
    }
    assert found["crosschq_lever_webhook_answer_seconds_count", "lever"] == sum(by_result.values())


async def test_metrics_show_each_state_of_the_inbox_also_when_it_is_empty_again(
    senders: Senders, private: httpx.AsyncClient
) -> None:
    await senders.lever(stage_change(senders.key))
    before = await samples(private)
    async with senders.database.transaction() as session:
        await session.execute(update(Delivery).values(state=DeliveryState.DEAD))
    after = await samples(private)
    states = [("crosschq_lever_deliveries", state.value) for state in NOT_OVER]
    assert [before[state] for state in states] == [1, 0, 0, 0]
    assert [after[state] for state in states] == [0, 0, 0, 1]
    assert after["crosschq_lever_open_requests",] == 0


async def test_while_the_database_is_down_metrics_still_show_what_was_answered(
    senders: Senders, private: httpx.AsyncClient, down: httpx.AsyncClient
) -> None:
    await senders.lever(stage_change(senders.key))
    found = await samples(down)
    assert found["crosschq_lever_webhooks_total", "recorded", "lever"] == 1
    assert isnan(found["crosschq_lever_deliveries", "waiting"])
    assert isnan(found["crosschq_lever_open_requests",])
    assert (await samples(private))["crosschq_lever_deliveries", "waiting"] == 1


async def test_metrics_hold_no_key_no_id_and_no_person(senders: Senders, private: httpx.AsyncClient) -> None:
    await everything_is_sent(senders)
    page = (await private.get("/metrics")).text
    assert [one for one in [*told_by(senders), "o-1", "rq_1", "stage-crosschq"] if one in page] == []
