"""Hands one message to a mail server, in a conversation of its own. Never sends a message a second time by itself."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPResponse,
    SMTPServerDisconnected,
    SMTPStatus,
)
from aiosmtplib.protocol import SMTPProtocol

from mail.addresses import sender_of
from mail.failures import Command, no_unicode, not_offered, not_taken, unknown
from mail.headers import PLAIN_ADDRESSES, UNICODE_ADDRESSES
from mail.server import MailServer, Security
from outbound.guard import check_before_write


async def send(message: EmailMessage, server: MailServer) -> str:
    """To the message's one recipient; returns its Message-ID. Raises UnusableAddress, or of outbound.errors:

    NotExecuted (Unavailable, if there was no conversation): surely not taken; the same message may be sent again later.
    Misconfigured: nor any other, until the settings are corrected; CredentialsRefused: until user and password are.
    Refused: this message never will be.
    OutcomeUnknown: handed over, and no answer came. Each answer may take `server.timeout` seconds.
    """
    smtp = _client(server)
    try:
        await _introduce(smtp, server)
        await _hand_over(smtp, message, sender_of(server.sender).addr_spec)
    finally:
        _leave(smtp)
    return str(message["Message-ID"])


async def try_out(server: MailServer) -> None:
    """Talk as for a letter until the server has taken the sender, and hand none over. Raises as `send`."""
    smtp = _client(server)
    try:
        await _introduce(smtp, server)
        with _not_taken_if_it_fails(Command.MAIL):
            await smtp.mail(sender_of(server.sender).addr_spec, encoding="utf-8")
    finally:
        _leave(smtp)


def _client(server: MailServer) -> SMTP:
    return SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security is Security.TLS,
        # By ourselves, below: without a word on it aiosmtplib would encrypt only if who stands between lets it.
        start_tls=False,
        cert_bundle=str(server.ca_file) if server.ca_file else None,
        timeout=server.timeout,
        # The machine's own name would be asked of its resolver, without a time limit.
        local_hostname=sender_of(server.sender).domain,
    )


async def _introduce(smtp: SMTP, server: MailServer) -> None:
    with _not_taken_if_it_fails(Command.CONNECT):
        await smtp.connect()
    await _greet(smtp)
    if server.security is Security.STARTTLS:
        if not smtp.supports_extension("starttls"):
            raise not_offered(Command.STARTTLS)
        with _not_taken_if_it_fails(Command.STARTTLS):
            await smtp.starttls()
        await _greet(smtp)
    if server.user is not None:
        if not smtp.supports_extension("auth"):
            raise not_offered(Command.AUTH)
        with _not_taken_if_it_fails(Command.AUTH):
            await smtp.login(server.user, server.password or "")


async def _greet(smtp: SMTP) -> None:
    with _not_taken_if_it_fails(Command.EHLO):
        try:
            await smtp.ehlo()
        except SMTPHeloError as error:
            if error.code < 500:
                raise
            # A server from before 1995: it offers nothing.
            await smtp.helo()


async def _hand_over(smtp: SMTP, message: EmailMessage, sender: str) -> None:
    recipient: str = message["To"].addresses[0].addr_spec
    is_ascii = f"{sender}{recipient}".isascii()
    if not is_ascii and not smtp.supports_extension("smtputf8"):
        raise no_unicode(Command.MAIL)
    with _not_taken_if_it_fails(Command.MAIL):
        await smtp.mail(sender, options=[] if is_ascii else ["SMTPUTF8"], encoding="utf-8")
    with _not_taken_if_it_fails(Command.RCPT):
        await smtp.rcpt(recipient, encoding="utf-8")
    content = message.as_bytes(policy=PLAIN_ADDRESSES if is_ascii else UNICODE_ADDRESSES)
    with _not_taken_if_it_fails(Command.DATA):
        protocol = await _data(smtp)
    await _check_before_write(smtp)
    with _not_taken_if_it_fails(Command.DATA):
        protocol.write(content.replace(b"\r\n.", b"\r\n..").removesuffix(b"\r\n") + b"\r\n.\r\n")
    _check(await _answer(protocol, smtp.timeout))


async def _data(smtp: SMTP) -> SMTPProtocol:
    """Not `SMTP.data`: its errors do not tell whether the message was sent already."""
    answer = await smtp.execute_command(b"DATA")
    if answer.code != SMTPStatus.start_input:
        raise SMTPDataError(answer.code, answer.message)
    if smtp.protocol is None:
        raise SMTPServerDisconnected("Connection lost")
    return smtp.protocol


async def _check_before_write(smtp: SMTP) -> None:
    try:
        await check_before_write()
    except BaseException:
        # Whatever is said now would be taken for the message: a line that is cut leaves none (RFC 5321, 4.1.1.4).
        smtp.close()
        raise


async def _answer(protocol: SMTPProtocol, timeout: float | None) -> SMTPResponse:
    try:
        return await protocol.read_response(timeout=timeout)
    except (SMTPException, OSError) as error:
        raise unknown(error) from None


def _check(answer: SMTPResponse) -> None:
    error = SMTPDataError(answer.code, answer.message)
    if 400 <= answer.code < 600:
        raise not_taken(Command.DATA, error)
    if not 200 <= answer.code < 300:
        raise unknown(error)


@contextmanager
def _not_taken_if_it_fails(command: Command) -> Iterator[None]:
    # Without its cause: that names the recipient, and would be written to logs along with it.
    try:
        yield
    except (SMTPException, OSError) as error:
        raise not_taken(command, error) from None


def _leave(smtp: SMTP) -> None:
    """Without waiting for the answer: nothing that comes now says anything about the message."""
    if smtp.protocol is not None:
        with suppress(SMTPServerDisconnected):
            smtp.protocol.write(b"QUIT\r\n")
    smtp.close()
