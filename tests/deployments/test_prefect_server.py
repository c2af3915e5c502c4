"""Our Prefect server's doors are closed (docs/decisions/15), and Prefect's own tools still get in."""

import asyncio
import stat
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from deployments.environment import process_environment
from deployments.guardian import marked
from deployments.prefect_server import encryption_key
from deployments.stack import Stack


def test_the_encryption_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = encryption_key(tmp_path / "prefect")
    assert encryption_key(tmp_path / "prefect") == key
    assert stat.S_IMODE((tmp_path / "prefect" / "encryption.key").stat().st_mode) == 0o600


@pytest.mark.stack
async def test_nobody_reads_without_the_password(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.settings.api_url) as stranger:
        assert (await stranger.get("/flows/count")).status_code == 401
        assert (await stranger.get("/csrf-token", params={"client": "x"})).status_code == 401


@pytest.mark.stack
async def test_nothing_is_written_without_a_csrf_token(stack: Stack, api: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(base_url=stack.settings.api_url, auth=api.auth) as forged:
        answer = await forged.post("/flows/", json={"name": "forged"})
    assert (answer.status_code, answer.json()) == (403, {"detail": "Missing CSRF token."})


@pytest.mark.stack
async def test_a_foreign_page_may_not_read_an_answer(api: httpx.AsyncClient) -> None:
    answer = await api.get("/admin/version", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.stack
async def test_the_ui_asks_the_origin_it_came_from(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.prefect_url, follow_redirects=True) as browser:
        told = (await browser.get("/ui-settings")).json()
        page = await browser.get("/")
    assert (told["api_url"], told["auth"], told["csrf_enabled"]) == ("/api", "BASIC", True)
    assert page.headers["content-type"].startswith("text/html")


@pytest.mark.stack
def test_every_process_of_the_stack_listens_on_loopback_only(stack: Stack) -> None:
    addresses = {
        connection.laddr.ip
        for process in marked(stack.supervisor.mark)
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


@pytest.mark.stack
async def test_prefects_own_command_line_gets_in(stack: Stack) -> None:
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "prefect", "deployment", "inspect", "reference-request/stage-change"],
        env=process_environment(stack.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert b"flows.reference_request.reference_request" in output


@pytest.mark.stack
def test_prefect_writes_into_the_data_folder_only(stack: Stack) -> None:
    assert (stack.settings.data_dir / "prefect" / "ui").is_dir()
    assert process_environment(stack.settings)["PREFECT_HOME"] == str(stack.settings.data_dir / "prefect")
