"""What a person is told of a server that cannot be reached: tried with real servers, proxies and certificates."""

import asyncio
import errno
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from outbound.answers import Call, failure_of_answer, failure_without_answer
from outbound.causes import cause_of
from outbound.client import _authorities, open_client
from outbound.errors import NotExecuted
from sandbox.serve import address, listen

DAY = timedelta(days=1)
HERE = x509.IPAddress(ip_address("127.0.0.1"))


@dataclass(frozen=True)
class Signed:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def signed(
    name: str,
    by: Signed | None = None,
    names: tuple[x509.GeneralName, ...] = (HERE,),
    begins: timedelta = -DAY,
    ends: timedelta = DAY,
) -> Signed:
    """By itself, if by nobody."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=name.startswith("CA"), path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(list(names)), critical=False)
        .sign((by.key if by else key), hashes.SHA256())
    )
    return Signed(certificate, key)


def pem(*some: Signed) -> bytes:
    return b"".join(one.certificate.public_bytes(serialization.Encoding.PEM) for one in some)


@asynccontextmanager
async def tls_server(folder: Path, *chain: Signed) -> AsyncIterator[str]:
    """Sends these certificates, its own first."""
    certificates, key = folder / "chain.pem", folder / "key.pem"
    certificates.write_bytes(pem(*chain))
    plain = serialization.NoEncryption()
    key.write_bytes(
        chain[0].key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates, key)
    async with serving_bytes(b"HTTP/1.1 204 No Content\r\n\r\n", context) as port:
        yield f"https://127.0.0.1:{port}"


@asynccontextmanager
async def serving_bytes(answer: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(1)
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listener = listen("127.0.0.1", 0)
    async with await asyncio.start_server(serve, sock=listener, ssl=context):
        yield address(listener)[1]


async def said(url: str, **client: object) -> str:
    """As our vendors' clients say it."""
    async with httpx.AsyncClient(**client) as http:  # type: ignore[arg-type]
        try:
            await http.get(url)
        except httpx.RequestError as error:
            return str(failure_without_answer(Call("Vendor", "GET /", writes=False, repeatable=True), error))
    return "reached"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ends": -timedelta(hours=1)}, "has expired"),
        ({"begins": timedelta(hours=1)}, "is not valid yet; check this machine's clock"),
        ({"names": (x509.DNSName("other.test"),)}, "is for another name"),
    ],
)
async def test_a_certificate_of_a_trusted_authority(
    tmp_path: Path, changes: dict[str, timedelta], says: str
) -> None:
    authority = signed("CA of ours")
    trust = ssl.create_default_context(cadata=pem(authority).decode())
    async with tls_server(tmp_path, signed("host", authority, **changes)) as url:  # type: ignore[arg-type]
        assert says in await said(url, verify=trust)
    async with tls_server(tmp_path, signed("host", authority)) as url:
        assert await said(url, verify=trust) == "reached"


async def test_a_certificate_that_nobody_vouches_for_or_that_comes_without_its_chain(tmp_path: Path) -> None:
    root = signed("CA root")
    middle = signed("CA middle", root)
    leaf = signed("host", middle)
    trust = ssl.create_default_context(cadata=pem(root).decode())
    async with tls_server(tmp_path, leaf, middle) as url:
        assert await said(url, verify=trust) == "reached"
        unknown = await said(url)
    async with tls_server(tmp_path, leaf) as url:
        without_chain = await said(url, verify=trust)
    async with tls_server(tmp_path, leaf, middle, root) as url:
        with_root = await said(url)
    for one in (unknown, without_chain, with_root):
        assert "vouched for by nobody this machine trusts, or it does not send its chain" in one
        assert "SSL_CERT_FILE" in one
    async with tls_server(tmp_path, signed("host")) as url:
        assert "is signed by itself; add it to the file of SSL_CERT_FILE" in await said(url)


async def test_the_setting_for_authorities_may_be_another(tmp_path: Path) -> None:
    async with tls_server(tmp_path, signed("host")) as url, httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError) as failed:
            await http.get(url)
    assert "the file of SMTP_CA_FILE" in str(cause_of(failed.value, "SMTP_CA_FILE"))


async def test_nothing_listens_or_speaks_tls_or_http() -> None:
    async with serving_bytes(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        pass
    assert "nothing listens there" in await said(f"http://127.0.0.1:{port}")
    async with serving_bytes(b"220 mail.test ESMTP\r\n") as port:
        assert "does not speak TLS" in await said(f"https://127.0.0.1:{port}")
        assert "speaks no HTTP" in await said(f"http://127.0.0.1:{port}")


async def test_a_name_that_no_server_has() -> None:
    assert "name" in await said("http://vendor.invalid")


@pytest.mark.parametrize(("status", "shown"), [(b"403 No", "(403)"), (b"407 Who are you", "(407)")])
async def test_a_proxy_that_refuses(status: bytes, shown: str) -> None:
    async with serving_bytes(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n") as port:
        refused = await said("https://vendor.invalid", proxy=f"http://127.0.0.1:{port}")
    assert f"the proxy refused {shown}" in refused
    assert "HTTPS_PROXY" in refused


@pytest.mark.parametrize("place", ["127.0.0.1:9", "proxy.invalid:3128"])
async def test_a_proxy_that_is_not_there_is_not_taken_for_the_vendor_alone(place: str) -> None:
    assert "or the proxy that HTTPS_PROXY or HTTP_PROXY names" in await said(
        "https://vendor.invalid", proxy=f"http://{place}"
    )
    database = ConnectionRefusedError()
    assert "PROXY" not in str(cause_of(database)), "nothing but HTTP goes by a proxy"


async def test_a_proxy_that_wants_a_sign_in_is_not_taken_for_the_vendors_no() -> None:
    async with (
        serving_bytes(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n") as port,
        httpx.AsyncClient(proxy=f"http://127.0.0.1:{port}") as http,
    ):
        answer = await http.get("http://vendor.invalid")
    call = Call("Vendor", "POST /", writes=True, repeatable=False)
    refused = failure_of_answer(call, answer, lambda _: "", datetime.now(UTC))
    assert isinstance(refused, NotExecuted)
    assert "the proxy refused (407); check HTTPS_PROXY and HTTP_PROXY" in str(refused)


@pytest.mark.parametrize("code", [*range(2, 96)])
def test_of_whatever_is_wrong_with_a_certificate_no_number_is_shown(code: int) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    shown = str(cause_of(error))
    assert "certificate" in shown
    assert not re.search(r"\d", shown)


async def test_a_certificate_of_one_who_is_no_authority(tmp_path: Path) -> None:
    nobody = signed("nobody")
    trust = ssl.create_default_context(cadata=pem(nobody).decode())
    async with tls_server(tmp_path, signed("host", nobody)) as url:
        assert "vouched for by nobody this machine trusts" in await said(url, verify=trust)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENETUNREACH, "x"), "no way there"),
        (OSError(errno.EMFILE, "x"), "file descriptors"),
        (TimeoutError(), "in time"),
        (httpx.ConnectTimeout("x"), "firewall"),
        (httpx.PoolTimeout("x"), "all connections"),
        (httpx.UnsupportedProtocol("x"), "neither https:// nor http://"),
        (httpx.LocalProtocolError("x"), "header"),
        (ConnectionResetError(), "cut the connection"),
        (FileNotFoundError(), "file of certificates"),
        (ValueError("x"), "could not be made"),
    ],
)
def test_each_cause_is_said_without_a_librarys_words(error: Exception, says: str) -> None:
    wrapped = httpx.ConnectError("[SSL: ODD] library's words (_ssl.c:1000)")
    wrapped.__cause__ = error
    for one in (error, wrapped):
        assert says in str(cause_of(one))
        assert not any(word in str(cause_of(one)) for word in ("Error", "_ssl", "library", "Errno"))


def test_an_error_that_goes_round_in_a_circle_ends() -> None:
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    assert str(cause_of(first))


async def test_our_vendors_clients_trust_whom_ssl_cert_file_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = signed("CA of ours")
    (tmp_path / "ours.pem").write_bytes(pem(authority))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ours.pem"))
    _authorities.cache_clear()
    try:
        async with (
            tls_server(tmp_path, signed("host", authority)) as url,
            open_client(url, httpx.BasicAuth("key", ""), 5.0) as client,
        ):
            assert (await client.get("/")).status_code == 204
    finally:
        _authorities.cache_clear()
