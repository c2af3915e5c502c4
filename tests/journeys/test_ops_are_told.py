"""What ops get, sent by a real Prefect server: by webhook to this machine, by mail to the sandbox's mailbox."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deployments.automations import FILE, register_automations
from deployments.prefect_api import checked, every, prefect_api
from deployments.stack import Stack
from settings import Settings
from store.database import Database
from store.tables import Connection
from tests.factories import settings_at
from tests.flows.engine import run_in_prefect
from tests.flows.office import open_office
from tests.journeys.conftest import Installation
from tests.serving import AppAt, served
from tools.demo.mailbox import Owner

pytestmark = pytest.mark.stack

SECRET = "the-address-is-a-secret"
OPS = "ops@sandbox.test"
SILENT_POOL = "nobody-serves-it"
NO_WORKER_SECONDS = 10
"""Instead of minutes: the least that Prefect watches for."""


@dataclass
class Told:
    """What ops have got so far."""

    settings: Settings
    api: httpx.AsyncClient
    mailbox: Owner
    texts: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, request: Request) -> Response:
        self.texts.append((await request.json())["text"])
        self.news.set()
        return Response()

    async def of(self, words: str, within: float = 60) -> str:
        """The one message with these words, as soon as it is there."""
        async with asyncio.timeout(within):
            while not (found := [text for text in self.texts if words in text]):
                self.news.clear()
                await self.news.wait()
        (only,) = found
        return only

    async def mail_of(self, words: str) -> dict[str, Any]:
        """The same by mail; Prefect sends it after the webhook."""
        async with asyncio.timeout(20):
            while True:
                for mail in await self.mailbox.mails(OPS):
                    if words in mail["subject"]:
                        url = f"{self.mailbox.url}/api/messages/{mail['id']}"
                        return mail | (await self.mailbox.http.get(url)).json()
                await asyncio.sleep(0.2)


def impatient_file(folder: Path) -> Path:
    """The product's automations; the one of workers watches a pool of this test, and for seconds."""
    file = yaml.safe_load(FILE.read_text())
    (trigger,) = [one["trigger"] for one in file["automations"] if "no worker" in one["name"]]
    trigger["match"]["prefect.resource.name"] = SILENT_POOL
    trigger["within"] = NO_WORKER_SECONDS
    path = folder / "automations.yaml"
    path.write_text(yaml.safe_dump(file))
    return path


async def until_refused(api: httpx.AsyncClient, number: int) -> None:
    async with asyncio.timeout(30):
        while True:
            if await refused_runs(api) >= number:
                return
            await asyncio.sleep(0.2)


async def refused_runs(api: httpx.AsyncClient) -> int:
    refused = {"flow_runs": {"state": {"name": {"any_": ["Refused"]}}}}
    return int(checked(await api.post("/flow_runs/count", json=refused)).json())


async def a_worker_falls_silent(api: httpx.AsyncClient) -> None:
    """It says that it lives, and no more; Prefect calls its pool not ready after three of its intervals."""
    checked(await api.post("/work_pools/", json={"name": SILENT_POOL, "type": "process"}))
    alive = {"name": "short-lived", "heartbeat_interval_seconds": 1}
    checked(await api.post(f"/work_pools/{SILENT_POOL}/workers/heartbeat", json=alive))


@pytest.fixture(scope="module")
async def told(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    """Ops are told; nobody is any more after these tests. The clock of the silent pool runs beside the other tests."""
    settings = installation.stack.settings
    owner = Owner(installation.lever.http, installation.stack.mailbox_url)
    async with prefect_api(settings) as api:
        told = Told(settings, api, owner)
        app = Starlette(routes=[Route(f"/{SECRET}", told.hear, methods=["POST"])])
        async with served(AppAt(lambda _url: app)) as (url, _):
            to_ops = {"notify_webhook_url": SecretStr(f"{url}/{SECRET}"), "notify_email": OPS}
            named = settings.model_copy(update=to_ops)
            await register_automations(api, named, impatient_file(tmp_path_factory.mktemp("ops")))
            await a_worker_falls_silent(api)
            yield told
            await register_automations(api, settings)
            checked(await api.delete(f"/work_pools/{SILENT_POOL}"))


async def test_a_delivery_that_is_dead_is_told_by_webhook_and_mail(
    told: Told, installation: Installation
) -> None:
    before = await refused_runs(told.api)
    candidate, other = [await installation.lever.meet_candidate() for _ in range(2)]
    await installation.lever.set_knobs(fail_status=400, fail_count=1000)
    for one in (candidate, other):
        await installation.lever.move(one["id"])
    text = await told.of("is dead")
    await until_refused(told.api, before + 2)
    await installation.lever.behave()
    assert "crosschq-lever deliveries --open" in text
    assert f"{installation.stack.prefect_url}/runs/flow-run/" in text
    assert candidate["name"] not in text
    assert candidate["email"] not in text
    mail = await told.mail_of("is dead")
    assert text == f"{mail['subject']}\n{mail['text'].strip()}".replace("\r", "")


async def test_a_refused_key_is_told_once_with_its_connection(
    told: Told, stack: Stack, database: Database, store_url: str, tmp_path: Path
) -> None:
    settings = settings_at(tmp_path, store_url, allowed_hosts="127.0.0.1")
    async with open_office(settings, stack.settings) as office:
        office.engine = run_in_prefect
        async with office.parts.database.transaction() as session:
            await session.execute(update(Connection).values(lever_key=office.parts.vault.seal("revoked")))
        for _ in range(2):
            await office.move(await office.lever.meet_candidate())
        assert [ran.name for ran in await office.work()] == ["CredentialsRefused"] * 2
    text = await told.of("is paused")
    assert "An API key of connection 1 was refused" in text
    assert "crosschq-lever connect" in text
    assert f"{stack.prefect_url}/runs/flow-run/" in text


@pytest.mark.parametrize(
    ("kind", "name"), [("FAILED", "Failed"), ("CRASHED", "Crashed"), ("FAILED", "Refused")]
)
async def test_a_look_that_failed_for_good_is_told_with_its_run(told: Told, kind: str, name: str) -> None:
    which = {"Failed": "lever", "Crashed": "crosschq", "Refused": "deletions"}[name]
    (deployment,) = [one for one in await every(told.api, "/deployments/filter") if one["name"] == which]
    later = {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2999-01-01T00:00:00Z"}}}
    path = f"/deployments/{deployment['id']}/create_flow_run"
    run = checked(await told.api.post(path, json=later)).json()
    ended = {"state": {"type": kind, "name": name, "message": "Ann Example"}, "force": True}
    checked(await told.api.post(f"/flow_runs/{run['id']}/set_state", json=ended))
    text = await told.of(f"reconcile/{which} ended as {name}")
    assert f"/runs/flow-run/{run['id']}" in text
    assert f"/deployments/deployment/{deployment['id']}" in text
    assert "Ann Example" not in text


async def test_a_pool_whose_workers_are_silent_is_told(told: Told) -> None:
    text = await told.of("no worker for five minutes")
    assert f"/work-pools/work-pool/{told.settings.work_pool}" in text
    assert "logs/worker.log" in text


async def test_many_dead_deliveries_are_told_once(told: Told) -> None:
    """All the time that the tests above took."""
    assert await told.of("is dead") in told.texts


async def test_the_address_to_tell_is_in_no_log_and_shown_by_no_api(told: Told) -> None:
    logs = "".join(path.read_text() for path in (told.settings.data_dir / "logs").glob("*.log"))
    assert SECRET not in logs
    for kind in ("automations", "block_documents", "variables"):
        assert SECRET not in str(await every(told.api, f"/{kind}/filter"))
