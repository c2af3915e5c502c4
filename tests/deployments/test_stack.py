"""The whole stack: its addresses answer, and nothing of it survives its supervisor."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from deployments.guardian import marked
from deployments.locks import InUseError, folder_in_use
from deployments.ports import PortInUseError, is_free
from deployments.stack import Stack, running_stack
from tests.deployments.conftest import settings_in
from tests.deployments.proxy import RecordingProxy

pytestmark = pytest.mark.stack

REAL_STACK = Path(__file__).with_name("real_stack.py")


def listening(mark: str) -> set[int]:
    connections = [c for process in marked(mark) for c in process.net_connections("tcp")]
    return {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return holds()


async def test_every_address_answers(stack: Stack) -> None:
    private = f"http://127.0.0.1:{stack.settings.private_port}/ready"
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        for url in (stack.prefect_url, stack.lever_url, stack.crosschq_url, stack.mailbox_url, private):
            assert (await browser.get(url)).status_code == 200, url


def test_nothing_of_ours_went_through_the_proxy(stack: Stack, proxy: RecordingProxy) -> None:
    assert proxy.asked == []


def test_every_process_writes_a_log_of_its_own(stack: Stack) -> None:
    names = {path.stem for path in (stack.settings.data_dir / "logs").glob("*.log")}
    wanted = {"postgres", "migrations", "prefect-server", "deployments", "gateway", "worker", "sandbox"}
    assert wanted <= names


async def test_logs_are_json_lines_without_the_addresses_that_were_called(stack: Stack) -> None:
    await stack.supervisor.kill("gateway")
    await stack.supervisor.revive("gateway")
    logs = stack.settings.data_dir / "logs"
    lines = [
        line
        for name in ("gateway", "deployments")
        for line in (logs / f"{name}.log").read_text().splitlines()
    ]
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert any("Webhooks on" in one["message"] and one["level"] == "INFO" for one in told)
    everything = "".join(path.read_text() for path in logs.glob("*.log"))
    assert "HTTP Request" not in everything
    assert "/api/" not in (logs / "prefect-server.log").read_text()


async def test_a_second_stack_on_the_same_data_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with folder_in_use(tmp_path), pytest.raises(InUseError, match=f"{tmp_path} is in use by"):
        async with running_stack(settings_in(tmp_path), with_sandbox=False, progress=lambda _name: None):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["supervisor.lock"]  # noqa: ASYNC240


async def test_a_second_stack_on_the_same_ports_is_refused_naming_the_setting(stack: Stack) -> None:
    with pytest.raises(PortInUseError, match="CROSSCHQ_LEVER_PUBLIC_PORT"):
        async with running_stack(stack.settings, with_sandbox=False, progress=lambda _name: None):
            pass


def test_a_kill_of_the_supervisor_leaves_no_process_and_no_port(short_dir: Path) -> None:
    argv = [sys.executable, str(REAL_STACK), str(short_dir)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        mark = supervisor.stdout.readline().strip()
        ports, processes = listening(mark), marked(mark)
        supervisor.kill()
    assert len(ports) >= 7  # webhooks, private, Prefect, Lever, Crosschq, mailbox, SMTP
    assert len(processes) >= 5
    assert eventually(lambda: not marked(mark))
    assert all(is_free(port) for port in ports)
