"""What admins made of an automation in Prefect survives `make deploy`, and what nobody touched follows the file."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml
from pydantic import SecretStr

from deployments.automations import FILE, VARIABLE, register_automations
from deployments.prefect_api import checked, every
from deployments.register import register
from deployments.stack import Stack
from settings import Settings

pytestmark = pytest.mark.stack

SECRET = "https://hooks.example.com/whoever-knows-this-writes-there"
DEAD, PAUSED, FAILED = [
    f"crosschq-lever: {what}"
    for what in ("a delivery is dead", "a connection is paused", "a run failed for good")
]


@pytest.fixture
async def to_ops(stack: Stack, api: httpx.AsyncClient) -> AsyncIterator[Settings]:
    """Settings that name a webhook, registered; nothing is known of automations after the test."""
    settings = stack.settings.model_copy(update={"notify_webhook_url": SecretStr(SECRET)})
    await register_automations(api, settings)
    yield settings
    for automation in await every(api, "/automations/filter"):
        checked(await api.delete(f"/automations/{automation['id']}"))
    await api.delete(f"/variables/name/{VARIABLE}")


async def found(api: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in await every(api, "/automations/filter")}


async def edit(api: httpx.AsyncClient, name: str, **changes: object) -> None:
    """As Prefect's UI saves an automation."""
    automation = (await found(api))[name]
    saved = {key: automation[key] for key in ("name", "description", "trigger", "actions", "enabled")}
    checked(await api.put(f"/automations/{automation['id']}", json=saved | changes))


def file_with(folder: Path, name: str, **changes: object) -> Path:
    file = yaml.safe_load(FILE.read_text())
    for automation in file["automations"]:
        if automation["name"] == name:
            automation.update(changes)
    (folder / "automations.yaml").write_text(yaml.safe_dump(file))
    return folder / "automations.yaml"


async def test_deploying_again_changes_nothing(to_ops: Settings, api: httpx.AsyncClient) -> None:
    before = await found(api)
    assert len(before) == 4
    told = await register_automations(api, to_ops)
    assert await found(api) == before
    assert told == "Automations: 4 of 4 are registered."


async def test_what_an_admin_edited_switched_off_or_deleted_stays_so(
    to_ops: Settings, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    await edit(api, DEAD, description="Ours")
    checked(await api.patch(f"/automations/{(await found(api))[PAUSED]['id']}", json={"enabled": False}))
    checked(await api.delete(f"/automations/{(await found(api))[FAILED]['id']}"))
    before = await found(api)
    for file in (FILE, file_with(tmp_path, DEAD, subject="Another")):
        told = await register_automations(api, to_ops, file)
        assert await found(api) == before
        assert told.startswith("Automations: 1 of 4 are registered. Left as they are")
        assert all(name in told for name in (DEAD, PAUSED, FAILED))


async def test_what_nobody_touched_follows_the_file(
    to_ops: Settings, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    before = await found(api)
    await register_automations(api, to_ops, file_with(tmp_path, DEAD, subject="Another"))
    after = await found(api)
    assert after[DEAD]["id"] == before[DEAD]["id"]
    assert "Another" in after[DEAD]["actions"][0]["payload"]
    assert after[PAUSED] == before[PAUSED]


async def test_an_address_that_is_added_is_told_too_and_edits_stay(
    to_ops: Settings, api: httpx.AsyncClient
) -> None:
    await edit(api, PAUSED, description="Ours")
    mail = {"notify_email": "ops@company.example", "smtp_host": "smtp.example.com"}
    await register_automations(api, to_ops.model_copy(update=mail))
    after = await found(api)
    assert [len(after[name]["actions"]) for name in (DEAD, PAUSED)] == [2, 1]


async def test_without_anybody_to_tell_only_what_admins_made_stays(
    to_ops: Settings, stack: Stack, api: httpx.AsyncClient
) -> None:
    await edit(api, PAUSED, description="Ours")
    told = await register_automations(api, stack.settings)
    assert list(await found(api)) == [PAUSED]
    assert "nobody is told" in told
    assert PAUSED in told


async def test_deploy_says_that_nobody_is_told(stack: Stack, api: httpx.AsyncClient) -> None:
    told = await register(stack.settings)
    assert "CROSSCHQ_LEVER_NOTIFY_WEBHOOK_URL nor CROSSCHQ_LEVER_NOTIFY_EMAIL is set" in told
    assert await found(api) == {}


async def test_an_admins_own_of_the_same_name_is_left_alone(
    stack: Stack, to_ops: Settings, api: httpx.AsyncClient
) -> None:
    await register_automations(api, stack.settings)
    trigger = {"type": "event", "posture": "Reactive", "expect": ["mine"]}
    own = {"name": DEAD, "trigger": trigger, "actions": [{"type": "do-nothing"}]}
    checked(await api.post("/automations/", json=own))
    before = (await found(api))[DEAD]
    await register_automations(api, to_ops)
    assert (await found(api))[DEAD] == before


async def test_the_address_is_encrypted_in_prefects_database_and_renewed_by_each_deploy(
    to_ops: Settings, api: httpx.AsyncClient
) -> None:
    assert SECRET not in str(await every(api, "/block_documents/filter"))
    database = await asyncpg.connect(
        host=str(to_ops.socket_dir), user="postgres", database="prefect", timeout=10
    )
    rows = await database.fetch("SELECT data::text FROM block_document")
    await database.close()
    assert rows
    assert "hooks.example.com" not in str(rows)
    other = to_ops.model_copy(update={"notify_webhook_url": SecretStr("https://hooks.example.com/other")})
    await register_automations(api, other)
    path = "/block_types/slug/webhook/block_documents/name/crosschq-lever-ops-webhook"
    shown = checked(await api.get(path, params={"include_secrets": True})).json()
    assert shown["data"]["url"] == "https://hooks.example.com/other"
