"""The SMTP server of the mailbox: takes every mail for anybody, unless a knob says otherwise. Relays nothing.

Runs on the running loop. Keeps a mail before it answers, so that a client that hears nothing may still have sent one.
"""

import asyncio
import logging
import re
import socket
import warnings
from hmac import compare_digest
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.mailbox.certificate import Certificate
from sandbox.mailbox.knobs import MailboxKnobs
from sandbox.mailbox.mail import Conversation
from sandbox.mailbox.mailbox import Mailbox

SIZE_LIMIT = 10 * 1024 * 1024
# aiosmtpd warns of plain-text logins, and of its own deprecated attribute at every login.
logging.getLogger("mail.log").setLevel(logging.ERROR)


async def serve_smtp(
    mailbox: Mailbox,
    listener: socket.socket,
    certificate: Certificate | None = None,
    *,
    tls_from_start: bool = False,
) -> asyncio.Server:
    """Serve on `listener` until the returned server is closed.

    `certificate` is needed for the knob `starttls`; `tls_from_start` speaks TLS before the first word (SMTPS).
    ValueError: TLS from the start was asked for without a certificate.
    """
    if tls_from_start and certificate is None:
        raise ValueError(
            "TLS from the start needs a certificate; make one with Certificate.made_in(directory)"
        )

    def protocol() -> SMTP:
        return _server(mailbox, None if tls_from_start else certificate)

    context = certificate.context if certificate and tls_from_start else None
    return await asyncio.get_running_loop().create_server(protocol, sock=listener, ssl=context)


def _server(mailbox: Mailbox, certificate: Certificate | None) -> SMTP:
    """One connection's server; the knobs count as they stand now."""
    knobs = mailbox.knobs
    offered = certificate.context if certificate and knobs.starttls else None
    with warnings.catch_warnings():
        # Logins in plain text are what a knob asks for, and loopback is all they cross.
        warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
        return SMTP(
            _Handler(mailbox),
            hostname="mailbox.test",
            ident="sandbox mailbox",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            tls_context=offered,
            auth_required=knobs.auth_required,
            auth_require_tls=offered is not None or not knobs.auth_required,
            authenticator=_Authenticator(knobs),
        )


class _Authenticator:
    def __init__(self, knobs: MailboxKnobs) -> None:
        self.knobs = knobs

    def __call__(self, _: SMTP, __: Session, ___: Envelope, ____: str, given: object) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False, handled=False)
        is_user = compare_digest(given.login, self.knobs.auth_user.encode())
        is_password = compare_digest(given.password, self.knobs.auth_password.encode())
        return AuthResult(success=is_user and is_password, handled=False, auth_data=given)


class _Handler:
    """Answers RCPT and DATA. Method names are aiosmtpd's."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        knobs = self.mailbox.knobs
        if knobs.refuse_recipients is not None and re.search(knobs.refuse_recipients, address):
            return f"550 5.1.1 {address} is not known here"
        if knobs.use_up("defer_recipients"):
            return "451 4.7.1 busy, try again later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        knobs = self.mailbox.knobs
        if knobs.use_up("defer_mails"):
            return "451 4.3.0 not kept, try again later"
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.mailbox.deliver(
            str(envelope.mail_from), list(envelope.rcpt_tos), raw, _conversation(server, session)
        )
        if knobs.use_up("hang_after_data"):
            await _hang(server, knobs.hang_seconds)
        return "250 kept"


def _conversation(server: SMTP, session: Session) -> Conversation:
    login: bytes | None = getattr(session.auth_data, "login", None)
    is_tls = _line(server).get_extra_info("ssl_object") is not None
    return Conversation(tls=is_tls, user=login.decode() if login else None)


async def _hang(server: SMTP, seconds: float) -> None:
    """Say nothing for `seconds`, then cut the line. Ends only by being cancelled, when the line is gone."""
    await asyncio.sleep(seconds)
    _line(server).abort()
    await asyncio.Event().wait()


def _line(server: SMTP) -> asyncio.Transport:
    return cast("asyncio.Transport", server.transport)
