"""Behind a company's proxy, what our processes say to each other passes it by, and vendors are reached through it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deployments.environment import (
    ROOT,
    inherited,
    prefect_client_environment,
    process_environment,
    settings_environment,
)
from deployments.prefect_api import prefect_api
from settings import Settings, prepare_environment
from tests.deployments.proxy import RecordingProxy, recording_proxy

VARIABLES = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
]


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RecordingProxy]:
    for name in VARIABLES:
        monkeypatch.setenv(name, "")  # what is set meanwhile goes away with it
        monkeypatch.delenv(name)
    async with recording_proxy() as recording:
        yield recording


@pytest.fixture
async def prefect() -> AsyncIterator[int]:
    """A port that answers as Prefect's API to everything: {}."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline() not in (b"\r\n", b""):
            pass
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 13\r\n\r\n"
        writer.write(head + b'{"token":"t"}')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_prefects_password_never_reaches_the_proxy_and_a_vendors_call_does(
    settings: Settings, proxy: RecordingProxy, prefect: int, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, proxy.url)
    prepare_environment(settings)
    async with prefect_api(settings.model_copy(update={"prefect_port": prefect})) as api:
        assert (await api.get("/ready")).is_success
    async with httpx.AsyncClient() as client:
        await client.get("http://api.lever.example/v1/stages")
    assert proxy.asked == ["GET http://api.lever.example/v1/stages HTTP/1.1"]


async def test_https_to_a_vendor_goes_through_the_proxy(
    settings: Settings, proxy: RecordingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    prepare_environment(settings)
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ProxyError):
            await client.get("https://api.lever.example/v1/stages")
    assert proxy.asked == ["CONNECT api.lever.example:443 HTTP/1.1"]


PREFECTS_OWN = """
import asyncio
from prefect.client.orchestration import get_client
from prefect.events.clients import get_events_subscriber

async def main():
    async with get_client() as client:
        print((await client.request("GET", "/ready")).status_code)
    try:
        async with asyncio.timeout(10), get_events_subscriber(reconnection_attempts=0):
            pass
    except Exception as error:
        print(type(error).__name__)

asyncio.run(main())
"""


async def test_prefects_own_client_and_its_websocket_pass_the_proxy_by(
    settings: Settings, proxy: RecordingProxy, prefect: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, proxy.url)
    prepare_environment(settings)
    environment = process_environment(settings.model_copy(update={"prefect_port": prefect}))
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PREFECTS_OWN, env=environment, stdout=pipe, stderr=pipe
    )
    said, errors = await child.communicate()
    first, *further = said.decode().split()
    assert first == "200", errors.decode()
    assert further  # refused by what is no websocket: it was reached
    assert proxy.asked == []


def test_where_we_listen_is_excepted_and_a_prefect_elsewhere_is_not(
    settings: Settings, proxy: RecordingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {"private_host": "10.1.2.3", "public_host": "fd00::7", "prefect_host": "prefect.here"}
    prepare_environment(
        settings.model_copy(update=here | {"prefect_api_url": "https://prefect.elsewhere/api"})
    )
    assert set(here.values()) <= set(os.environ["NO_PROXY"].split(","))
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"]
    assert "elsewhere" not in os.environ["NO_PROXY"]


@pytest.mark.parametrize(
    "given",
    [
        "[::1]",
        "[::1]:8600",
        "fe80::/10",
        "10.0.0.0/8",
        "*",
        "bücher.example",
        " , ",
        "http://a.example",
        "a b",
    ],
)
async def test_whatever_stands_there_a_client_can_be_made_and_reaches_us(
    settings: Settings, proxy: RecordingProxy, prefect: int, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", given)
    prepare_environment(settings)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{prefect}")).is_success
    assert proxy.asked == []


def test_a_process_is_started_with_it(
    settings: Settings, proxy: RecordingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    prepare_environment(settings)
    environment = process_environment(settings)
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,localhost,127.0.0.1,::1"


@pytest.mark.parametrize("kind", ["process", "crosschq-lever-warm"])
async def test_a_worker_started_by_hand_is_led_by_our_settings_and_not_by_the_users_own_prefect(
    settings: Settings, kind: str, tmp_path: Path
) -> None:
    ours = settings.model_copy(update={"prefect_port": 4321, "work_pool_type": kind})
    file = tmp_path / "own.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings_environment(ours).items()))
    environment = inherited() | {
        "CROSSCHQ_LEVER_ENV_FILE": file.name,
        "PYTHONPATH": str(ROOT),
        "PREFECT_API_URL": "http://elsewhere.test/api",
        "PREFECT_HOME": str(tmp_path),
        "NO_PROXY": "::1,10.0.0.0/8",
        "WEB_CONCURRENCY": "4",
    }
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WHAT_A_RUN_FINDS, "worker", "start"),
        env=environment,
        cwd=tmp_path,
        stdout=pipe,
        stderr=pipe,
    )
    said, errors = await child.communicate()
    assert said, errors.decode()
    found = json.loads(said)
    assert {name: found.get(name) for name in process_environment(ours) if "LEVER" in name} == (
        settings_environment(ours)
    )
    wanted = prefect_client_environment(ours)
    assert {name: found.get(name) for name in wanted} == wanted
    assert found["NO_PROXY"].startswith("::1,")
    assert "WEB_CONCURRENCY" not in found


WHAT_A_RUN_FINDS = """
import subprocess, sys
from deployments.prefect_process import prepare

prepare()
subprocess.run([sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"], cwd="/")
"""

BY_HAND = {
    "gateway": ["webhook_gateway"],
    "worker": [
        "deployments.prefect_process",
        "worker",
        "start",
        "--pool",
        "p",
        "--type",
        "crosschq-lever-warm",
    ],
    "deploy": ["deployments"],
    "command": ["cli.main", "deliveries"],
    "up": ["cli.main", "up"],
    "demo": ["cli.main", "demo", "--exit"],
    "self-test": ["cli.main", "test", "acme"],
    "Prefect's server": ["deployments.prefect_process", "server", "start"],
}


@pytest.mark.parametrize("started", BY_HAND)
async def test_whatever_is_started_by_hand_says_in_one_sentence_which_variable_it_cannot_use(
    settings: Settings, started: str
) -> None:
    environment = process_environment(settings) | {"SSL_CERT_FILE": "/nowhere/ca.pem"}
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *BY_HAND[started]), env=environment, cwd=ROOT, stdout=pipe, stderr=pipe
    )
    said, errors = (text.decode() for text in await child.communicate())
    assert child.returncode
    assert "SSL_CERT_FILE names a file that is not there: name a PEM file" in said + errors
    assert "Traceback" not in said + errors
