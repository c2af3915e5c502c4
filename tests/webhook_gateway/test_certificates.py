"""A renewed certificate is served without a restart; one that cannot be used changes nothing."""

import asyncio
import logging
import os
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from starlette.applications import Starlette

from deployments.ports import pick
from settings import Settings
from tests.certificates import certificate_for
from webhook_gateway import servers
from webhook_gateway.certificates import CertificateFiles
from webhook_gateway.servers import public_server

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


class Pair:
    """Certificate and key where the gateway looks for them, and another pair to come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = certificate_for(folder, "first.test")
        (folder / "next").mkdir()
        self.renewed = certificate_for(folder / "next", "renewed.test")

    def replace(self, which: int, by: Path) -> None:
        """As programs that renew do: written beside it, then renamed."""
        beside = shutil.copy(by, self.folder / "new.pem")
        os.replace(beside, self.files[which])


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


async def served_at(port: int) -> str:
    """The name in the certificate that a new connection gets."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=anybody)
    certificate = x509.load_der_x509_certificate(
        writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    )
    writer.close()
    return str(certificate.subject.rfc4514_string()).removeprefix("CN=")


@asynccontextmanager
async def serving(context: ssl.SSLContext) -> AsyncIterator[int]:
    async def nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(nothing, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def context_of(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair.files)
    return context


async def test_certificate_and_key_are_taken_up_when_both_are_there(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    context = context_of(pair)
    files = CertificateFiles(context, *pair.files)
    async with serving(context) as port:
        files.renew()
        pair.replace(0, pair.renewed[0])
        for _ in range(3):
            files.renew()
            assert await served_at(port) == "first.test"
        pair.replace(1, pair.renewed[1])
        files.renew()
        assert await served_at(port) == "renewed.test"
        files.renew()
    assert [
        record.levelname for record in caplog.records if record.name == "webhook_gateway.certificates"
    ] == [
        "ERROR",
        "INFO",
    ]
    assert "the one before stays in use" in caplog.text


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("content", ["", "no PEM", "with a password", "gone"])
async def test_what_cannot_be_used_leaves_the_one_before(pair: Pair, which: int, content: str) -> None:
    context = context_of(pair)
    files = CertificateFiles(context, *pair.files)
    broken = pair.files[which]
    if content == "gone":
        broken.unlink()
    elif content == "with a password":
        key = serialization.load_pem_private_key(pair.files[1].read_bytes(), None)
        broken.write_bytes(key.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"secret")))
    else:
        broken.write_text(content)
    async with serving(context) as port:
        files.renew()
        assert await served_at(port) == "first.test"
        for one in (0, 1):
            pair.replace(one, pair.renewed[one])
        files.renew()
        assert await served_at(port) == "renewed.test"


async def test_a_link_that_leads_elsewhere_by_now_counts(pair: Pair) -> None:
    links = pair.folder / "live.pem", pair.folder / "live-key.pem"
    for link, file in zip(links, pair.files, strict=True):
        link.symlink_to(file)
    context = context_of(pair)
    files = CertificateFiles(context, *links)
    for link, file in zip(links, pair.renewed, strict=True):
        link.unlink()
        link.symlink_to(file)
    async with serving(context) as port:
        files.renew()
        assert await served_at(port) == "renewed.test"


async def test_the_public_port_serves_the_renewed_one_without_a_restart(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "CERTIFICATE_TICKS", 1)
    needed = {"secret_keys": "k", "prefect_auth_string": "a:b", "data_dir": tmp_path}
    tls = {"tls_certificate": pair.files[0], "tls_key": pair.files[1]}
    settings = Settings(_env_file=None, public_port=pick(18950), **needed, **tls)
    server = public_server(settings, Starlette(), 1024)
    serving_it = asyncio.create_task(server.run_until_stopped())
    assert await served_at(settings.public_port) == "first.test"
    for which in (0, 1):
        pair.replace(which, pair.renewed[which])
    async with asyncio.timeout(10):
        while await served_at(settings.public_port) != "renewed.test":  # noqa: ASYNC110 - it looks by itself
            await asyncio.sleep(0.05)
    server.should_exit = True
    await serving_it
