"""The SMTP server of the mailbox: takes every mail for anybody, on the running loop. No TLS, no login, no relay."""

import asyncio
import socket

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.mailbox.mailbox import Mailbox

SIZE_LIMIT = 10 * 1024 * 1024


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.mailbox.deliver(str(envelope.mail_from), list(envelope.rcpt_tos), raw)
        return "250 kept"


async def serve_smtp(mailbox: Mailbox, listener: socket.socket) -> asyncio.Server:
    """Serve on `listener` until the returned server is closed."""

    def protocol() -> SMTP:
        return SMTP(
            _Handler(mailbox),
            hostname="mailbox.test",
            ident="sandbox mailbox",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
        )

    return await asyncio.get_running_loop().create_server(protocol, sock=listener)
