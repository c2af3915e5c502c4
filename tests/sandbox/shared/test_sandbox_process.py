"""`python -m sandbox` as people start it: one line when ready, a mail through all of it, a clean end."""

import asyncio
import json
import signal
import ssl
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

ANY_PORTS = ("--lever-port", "0", "--crosschq-port", "0", "--mailbox-port", "0", "--smtp-port", "0")


async def start(*arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, stdout=PIPE, stderr=PIPE
    )


def authorities(ready: dict[str, Any]) -> Any:
    return ssl.create_default_context(cafile=ready["smtp_ca"]).get_ca_certs()


@pytest.fixture
async def sandbox() -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    process = await start(*ANY_PORTS, "--retry-waits", "0.1,0.1")
    assert process.stdout is not None
    yield process, json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def test_all_four_listen_when_it_says_ready_and_sigterm_ends_it(sandbox: Any) -> None:
    process, ready = sandbox
    assert ready["ready"] is True
    async with httpx.AsyncClient(trust_env=False) as http:
        for name in ("lever", "crosschq", "mailbox"):
            assert (await http.get(f"{ready[name]}/sandbox/health")).json() == {"ok": True}
        ca = await http.get(f"{ready['mailbox']}/sandbox/ca.pem")
    assert ssl.create_default_context(cadata=ca.text).get_ca_certs() == authorities(ready)
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, errors) == (0, b"")
    with pytest.raises(FileNotFoundError):
        authorities(ready)


async def test_a_request_reaches_the_candidates_mail(sandbox: Any, until: Any) -> None:
    _, ready = sandbox
    body = {
        "candidate": {"first_name": "Ada", "last_name": "K", "email": "ada@ex.test"},
        "jobrole": "general",
        "requestor": "rec@ex.test",
        "config_params": {"peers": 2},
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        url = f"{ready['crosschq']}/partners/reference-request/"
        await http.post(url, json=body, headers={"Authorization": "crosschq-sandbox-key"})

        async def mails() -> Any:
            return (await http.get(f"{ready['mailbox']}/api/messages?to=ada@ex.test")).json()["messages"]

        (mail,) = await until(mails)
        link = next(word for word in mail["text"].split() if word.startswith(ready["crosschq"]))
        assert "Hello Ada" in (await http.get(link)).text


async def test_a_taken_port_ends_it_with_a_clear_line(sandbox: Any) -> None:
    _, ready = sandbox
    taken = ready["lever"].rpartition(":")[2]
    process = await start(*ANY_PORTS, "--lever-port", taken)
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert f"cannot listen on 127.0.0.1:{taken}: Address already in use" in errors.decode()
