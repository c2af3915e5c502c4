"""Exports of hours: after much was done a failure is soon tried again, and the table tells of all attempts."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from deployments.prefect_api import every, prefect_api
from hiring import retries
from hiring.export_order import Scope
from store.tables import Delivery
from tasks import prospect_batch
from tests.flows.office import Office

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif("LONG" not in os.environ, reason="a minute more in CI: set LONG=1"),
]

HOURS = timedelta(hours=60)


@pytest.fixture
def after_first_batch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Awaitable[None]]], None]:
    """Something happens once, when two leads were made."""
    export_batch = prospect_batch.export_batch
    to_happen: list[Callable[[], Awaitable[None]]] = []

    async def watched(*args: Any) -> None:
        await export_batch(*args)
        while to_happen:
            await to_happen.pop()()

    monkeypatch.setattr("flows.prospect_making.BATCH", 2)
    monkeypatch.setattr("flows.prospect_making.export_batch", watched)
    return to_happen.append


async def hours_ago(office: Office) -> None:
    """As if the order's first attempt had begun then."""
    async with office.parts.database.transaction() as session:
        await session.execute(update(Delivery).values(first_attempt_at=office.parts.now() - HOURS))


async def wait_of(office: Office) -> timedelta:
    [order] = await office.deliveries()
    return order.next_attempt_at - office.parts.now()


async def table(office: Office) -> dict[str, str]:
    """The last one in Prefect: what became of whom, in its order."""
    async with prefect_api(office.prefect) as api:
        tables = [one for one in await every(api, "/artifacts/filter") if one["key"] == "prospect-export"]
    last = max(tables, key=lambda one: str(one["created"]))
    return {row["prospect"]: row["what"] for row in json.loads(last["data"])}


async def test_after_progress_the_next_attempt_comes_soon(office: Office, after_first_batch: Any) -> None:
    async def goes_down() -> None:
        await hours_ago(office)
        await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")

    await office.crosschq.add_prospects(6)
    await office.want_prospects()
    after_first_batch(goes_down)
    assert (await office.export()).name == "TryingAgain"
    assert await wait_of(office) < 2 * retries.FIRST_WAIT


async def test_without_any_it_comes_later_and_later(office: Office) -> None:
    await office.crosschq.add_prospects(2)
    await office.want_prospects()
    await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")
    await office.export()
    await hours_ago(office)
    await office.retry_now()
    [again] = await office.work()
    assert again.name == "TryingAgain"
    assert await wait_of(office) > timedelta(minutes=59)


@pytest.mark.in_prefect
async def test_a_run_of_ours_that_breaks_after_progress_is_soon_taken_up_too(
    office: Office, after_first_batch: Any
) -> None:
    async def breaks() -> None:
        await hours_ago(office)
        raise ZeroDivisionError

    await office.crosschq.add_prospects(4)
    await office.want_prospects()
    after_first_batch(breaks)
    assert (await office.export()).is_failed()
    assert await wait_of(office) < 2 * retries.FIRST_WAIT


async def test_the_table_tells_of_every_attempt_and_of_failed_ones_first(
    office: Office, after_first_batch: Any
) -> None:
    async def goes_down() -> None:
        await office.lever.set_knobs(fail_status=503, fail_count=1000, match="POST")

    await office.crosschq.add_prospects(5, no_email=1)
    await office.want_prospects()
    after_first_batch(goes_down)
    assert (await office.export()).name == "TryingAgain"
    assert len(await table(office)) in (2, 3)  # the flawed one stands anywhere
    await office.lever.behave()
    await office.retry_now()
    [again] = await office.work()
    assert again.name == "Exported"
    shown = list((await table(office)).values())
    assert shown == ["failed", *4 * ["created"]]


async def test_one_that_lever_refuses_leaves_its_table_too(office: Office, after_first_batch: Any) -> None:
    async def revoked() -> None:
        await office.lever.set_knobs(fail_status=401, fail_count=1000)

    await office.crosschq.add_prospects(4)
    await office.want_prospects()
    after_first_batch(revoked)
    assert (await office.export()).name == "CredentialsRefused"
    assert list((await table(office)).values()) == ["created", "created"]


@pytest.mark.in_prefect
async def test_one_that_is_cancelled_leaves_its_table_in_its_last_seconds(
    office: Office, after_first_batch: Any
) -> None:
    async def cancelled() -> None:
        running.cancel()

    await office.crosschq.add_prospects(4)
    await office.want_prospects()
    after_first_batch(cancelled)
    running = asyncio.create_task(office.export())
    with suppress(asyncio.CancelledError):
        await running
    assert list((await table(office)).values()) == ["created", "created"]


async def test_crosschqs_429_is_waited_out_and_never_a_failure(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.patience.LONGEST_WAIT", 0.05)
    monkeypatch.setattr("flows.prospect_export.LONGEST_WAIT", 0.2)
    await office.want_prospects(export_new=True, new_since=office.parts.now())
    await office.crosschq.set_knobs(fail_status=429, fail_count=7, match="prospects")
    assert (await office.export(Scope.NEW)).name == "NothingNew"
    await office.crosschq.set_knobs(fail_status=429, fail_count=100_000, match="prospects")
    state = await office.export(Scope.NEW)
    assert (state.name, state.is_completed()) == ("LookedInVain", True)
    assert await office.deliveries() == []
