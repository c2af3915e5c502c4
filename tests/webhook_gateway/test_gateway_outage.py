"""Without a database there is no 2xx: 503, so that the vendor sends again; and nothing is lost or doubled by it."""

import asyncio
import logging
from dataclasses import replace

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from store.database import Database
from store.vault import Vault
from tests.webhook_gateway.senders import Senders, as_bytes, snapshot, stage_change
from webhook_gateway.app import create_public_app
from webhook_gateway.inbox import Inbox

NOWHERE = "postgresql+asyncpg://postgres@/crosschq_lever?host=/nonexistent"


def behind(senders: Senders, **parts: object) -> httpx.AsyncClient:
    """A second gateway on the same store, with some of its parts changed."""
    app = create_public_app(replace(senders.gateway, **parts))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://gateway.test")


async def test_a_database_that_is_down_is_503_and_the_same_webhook_is_accepted_later(
    senders: Senders,
) -> None:
    sent = as_bytes(stage_change(senders.key))
    down = Database(NOWHERE)
    async with behind(senders, inbox=Inbox(down)) as client:
        answer = await client.post(f"/webhooks/lever/{senders.connected.lever.url_key}", content=sent)
    assert (answer.status_code, answer.text) == (503, "try again later")
    assert answer.headers["connection"] == "close"
    assert senders.answered("lever", "unavailable") == 1
    assert (await senders.lever(sent)).status_code == 202
    assert len(await senders.deliveries()) == len(senders.woken) == 1


async def test_an_unknown_url_cannot_be_told_from_a_known_one_while_the_database_is_down(
    senders: Senders,
) -> None:
    async with behind(senders, inbox=Inbox(Database(NOWHERE))) as client:
        assert (await client.post("/webhooks/crosschq/guess", content=b"{}")).status_code == 503


async def test_a_database_that_does_not_answer_is_503_in_good_time(senders: Senders) -> None:
    sent = as_bytes(stage_change(senders.key))
    async with senders.database.transaction() as session, behind(senders, patience=0.2) as client:
        await session.execute(text("LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE"))
        async with asyncio.timeout(3):
            answer = await client.post(f"/webhooks/lever/{senders.connected.lever.url_key}", content=sent)
    assert answer.status_code == 503
    assert await senders.deliveries() == senders.woken == []
    assert (await senders.lever(sent)).status_code == 202


async def test_a_rejection_that_cannot_be_noted_is_503_and_not_401(senders: Senders) -> None:
    forged = as_bytes(stage_change("another-key"))
    async with senders.database.transaction() as session, behind(senders, patience=0.2) as client:
        await session.execute(text("LOCK TABLE webhook_endpoint IN SHARE MODE"))
        answer = await client.post(f"/webhooks/lever/{senders.connected.lever.url_key}", content=forged)
    assert answer.status_code == 503
    assert (await senders.endpoint(senders.connected.lever)).rejections == 0


async def test_a_missing_encryption_key_is_503_and_the_log_says_what_to_do(
    senders: Senders, caplog: pytest.LogCaptureFixture
) -> None:
    other = Vault([Fernet.generate_key().decode()])
    async with behind(senders, vault=other) as client:
        for vendor, endpoint in (
            ("lever", senders.connected.lever),
            ("crosschq", senders.connected.crosschq),
        ):
            body = as_bytes(stage_change(senders.key) if vendor == "lever" else snapshot())
            answer = await client.post(f"/webhooks/{vendor}/{endpoint.url_key}", content=body)
            assert answer.status_code == 503
    assert caplog.text.count("add the old key") == 2
    assert (await senders.endpoint(senders.connected.lever)).rejections == 0


async def test_a_burst_beyond_the_connection_pool_is_all_recorded(senders: Senders) -> None:
    sent = [stage_change(senders.key, opportunityId=f"o-{number}") for number in range(60)]
    answers = await asyncio.gather(*(senders.lever(one) for one in sent))
    assert {answer.status_code for answer in answers} == {202}
    assert len({one.subject for one in await senders.deliveries()}) == 60


async def test_the_log_names_the_outage_and_nothing_of_the_webhook(
    senders: Senders, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "webhook_gateway")
    async with behind(senders, inbox=Inbox(Database(NOWHERE))) as client:
        await client.post(f"/webhooks/crosschq/{senders.connected.crosschq.url_key}", content=b"{}")
    [record] = [one for one in caplog.records if one.name.startswith("webhook_gateway")]
    assert record.getMessage() == (
        "A crosschq webhook could not be recorded and was answered 503: it cannot be reached"
    )
