"""The SMTP server misbehaves exactly as its knobs say, in a real conversation over a socket."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest

from sandbox.mailbox.app import create_app
from sandbox.mailbox.certificate import Certificate
from sandbox.mailbox.mailbox import Mailbox
from sandbox.mailbox.smtp import serve_smtp
from sandbox.serve import address, listen

Send = Callable[..., Awaitable[Any]]
LOGIN = {"username": "mailbox-sandbox", "password": "mailbox-sandbox-password"}


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate.made_in(tmp_path)


@pytest.fixture
def kept() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def send(kept: Mailbox, certificate: Certificate) -> AsyncIterator[Send]:
    """Sends one mail over plain SMTP with STARTTLS to be had; keywords are aiosmtplib's."""
    listener = listen("127.0.0.1", 0)
    async with await serve_smtp(kept, listener, certificate):
        yield sender(address(listener)[1])


def sender(port: int) -> Send:
    async def send_one(to: str = "b@to.test", **how: Any) -> Any:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@from.test", to, "hello"
        message.set_content("Hello\n")
        how = {"start_tls": False, "timeout": 5, **how}
        return await aiosmtplib.send(message, hostname="127.0.0.1", port=port, **how)

    return send_one


def trusting(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certificate.ca_file)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


async def test_a_refused_recipient_is_550_and_others_are_taken(send: Send, kept: Mailbox) -> None:
    kept.knobs.merge({"refuse_recipients": "^gone@"})
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send("gone@to.test")
    assert [one.code for one in refused.value.recipients] == [550]
    await send("b@to.test")
    assert [one.to for one in kept.mails()] == [["b@to.test"]]


async def test_a_deferred_recipient_is_451_and_taken_later(send: Send, kept: Mailbox) -> None:
    kept.knobs.merge({"defer_recipients": 1})
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send()
    assert ([one.code for one in refused.value.recipients], kept.mails()) == ([451], [])
    await send()
    assert len(kept.mails()) == 1


async def test_a_deferred_mail_is_451_after_its_data_and_not_kept(send: Send, kept: Mailbox) -> None:
    kept.knobs.merge({"defer_mails": 1})
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send()
    assert (refused.value.code, kept.mails()) == (451, [])
    await send()
    assert len(kept.mails()) == 1


async def test_a_hung_mail_is_kept_and_the_client_hears_nothing(send: Send, kept: Mailbox) -> None:
    kept.knobs.merge({"hang_after_data": 1})
    with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
        await send(timeout=0.2)
    await send()
    assert len(kept.mails()) == 2


@pytest.mark.parametrize("start_tls", [False, True])
async def test_a_hung_line_is_cut_in_the_end(
    send: Send, kept: Mailbox, certificate: Certificate, start_tls: bool
) -> None:
    kept.knobs.merge({"hang_after_data": 1, "hang_seconds": 0, "starttls": True})
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(start_tls=start_tls, tls_context=trusting(certificate))
    assert len(kept.mails()) == 1


async def test_starttls_is_offered_only_when_switched_on(
    send: Send, kept: Mailbox, certificate: Certificate
) -> None:
    how = {"start_tls": True, "tls_context": trusting(certificate)}
    with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
        await send(**how)
    kept.knobs.merge({"starttls": True})
    await send(**how)
    await send(start_tls=False)
    assert [one.as_json()["tls"] for one in kept.mails()] == [False, True]


async def test_who_does_not_know_the_ca_does_not_trust_the_certificate(send: Send, kept: Mailbox) -> None:
    kept.knobs.merge({"starttls": True})
    with pytest.raises((aiosmtplib.SMTPException, ssl.SSLCertVerificationError)):
        await send(start_tls=True)
    assert kept.mails() == []


async def test_the_ca_can_be_fetched(kept: Mailbox, certificate: Certificate) -> None:
    transport = httpx.ASGITransport(create_app(kept, certificate))
    async with httpx.AsyncClient(transport=transport, base_url="http://mailbox.test") as http:
        pem = (await http.get("/sandbox/ca.pem")).text
    assert ssl.create_default_context(cadata=pem).get_ca_certs()


async def test_tls_from_the_start_is_its_own_listener(kept: Mailbox, certificate: Certificate) -> None:
    kept.knobs.merge({"auth_required": True})
    listener = listen("127.0.0.1", 0)
    async with await serve_smtp(kept, listener, certificate, tls_from_start=True):
        send_one = sender(address(listener)[1])
        await send_one(start_tls=None, use_tls=True, tls_context=trusting(certificate), **LOGIN)
    assert [(one.came.tls, one.came.user) for one in kept.mails()] == [(True, "mailbox-sandbox")]


async def test_tls_from_the_start_needs_a_certificate(kept: Mailbox) -> None:
    with listen("127.0.0.1", 0) as listener, pytest.raises(ValueError, match="certificate"):
        await serve_smtp(kept, listener, tls_from_start=True)


async def test_a_required_login_must_be_right(send: Send, kept: Mailbox) -> None:
    kept.knobs.merge({"auth_required": True})
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await send()
    assert refused.value.code == 530
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(**{**LOGIN, "password": "wrong"})
    await send(**LOGIN)
    assert [one.as_json()["user"] for one in kept.mails()] == ["mailbox-sandbox"]


async def test_with_starttls_a_login_waits_for_it(
    send: Send, kept: Mailbox, certificate: Certificate
) -> None:
    kept.knobs.merge({"auth_required": True, "starttls": True})
    with pytest.raises(aiosmtplib.SMTPException):
        await send(start_tls=False, **LOGIN)
    await send(start_tls=True, tls_context=trusting(certificate), **LOGIN)
    assert [(one.came.tls, one.came.user) for one in kept.mails()] == [(True, "mailbox-sandbox")]
