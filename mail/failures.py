"""What a conversation with a mail server that went wrong means for the caller, as outbound.errors has it. Pure.

Until the server has the last line of a message it has not taken it, whatever went wrong (RFC 5321, 4.1.1.4). After that
only its answer tells, and without one nobody knows.
"""

import re
from enum import StrEnum

from aiosmtplib import SMTPException, SMTPResponseException

from cleaning.text import clean_line
from outbound.causes import cause_of
from outbound.errors import CredentialsRefused, NotExecuted, OutcomeUnknown, Refused, Unavailable, VendorError
from settings import PREFIX

VENDOR = "mail server"
LONGEST_REASON = 300
_SIGN_IN_WANTED = 530
_NO_SUCH_COMMAND = (500, 502, 503, 504)
_ABOUT_THE_SENDER = re.compile(r"5\.(1\.[78]|7\.(2[0-7]|60))(?![0-9.])")
"""RFC 3463 and IANA's list: its address, SPF, DKIM, DMARC and our machine's name; Exchange's no to sending as it.

Many servers say so only once they know the recipient, or have read the message.
"""


class Command(StrEnum):
    """How far the conversation had come."""

    CONNECT = "connect"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"

    @property
    def operation(self) -> str:
        return f"SMTP {self}"


class Misconfigured(NotExecuted):
    """No mail can leave before an admin has done something; then it is taken."""


_ADMIT_US = (
    "does not talk to this machine",
    f"ask who runs it to take mail from here, or set {PREFIX}SMTP_HOST to another",
)
_TO_CORRECT = {
    Command.CONNECT: _ADMIT_US,
    Command.EHLO: _ADMIT_US,
    Command.STARTTLS: (
        "does not encrypt by STARTTLS",
        f"set {PREFIX}SMTP_SECURITY to tls or plain, and {PREFIX}SMTP_PORT to the port where it has that",
    ),
    Command.AUTH: (
        "takes no sign-in, or only once the line is encrypted",
        f"set {PREFIX}SMTP_SECURITY to starttls or tls, or take {PREFIX}SMTP_USER out",
    ),
    Command.MAIL: (
        "takes no mail from our sender",
        f"set {PREFIX}MAIL_FROM to an address that it sends for, or have it allowed there",
    ),
}
"""What a final no says of ourselves, and not of this one message, and what an admin can do."""


def not_offered(command: Command, status: int | None = None) -> Misconfigured:
    """For what the server never will do for us as we are set up."""
    says, to_do = _TO_CORRECT[command]
    answered = f" ({status})" if status else ""
    return Misconfigured(VENDOR, command.operation, f"it {says}{answered}; {to_do}", status)


def no_unicode(command: Command) -> Refused:
    """For an address with letters beyond ASCII where the server takes none."""
    message = "it cannot take an address with letters beyond ASCII; ask somebody with a plain address"
    return Refused(VENDOR, command.operation, message)


def not_taken(command: Command, error: SMTPException | OSError) -> VendorError:
    """For whatever goes wrong before the message's last line is sent, and for a "no" after it."""
    if isinstance(error, SMTPResponseException):
        return _of_answer(command, error)
    message = f"nothing was sent: {cause_of(error, f'{PREFIX}SMTP_CA_FILE')}"
    return Unavailable(VENDOR, command.operation, message)


def unknown(error: SMTPException | OSError) -> OutcomeUnknown:
    """For no readable answer after the last line was sent."""
    what = f"answer {error.code}" if isinstance(error, SMTPResponseException) else cause_of(error).seen
    message = f"the message was handed over, but not confirmed ({what}); ask whether it came before sending it again"
    return OutcomeUnknown(VENDOR, Command.DATA.operation, message)


def _of_answer(command: Command, error: SMTPResponseException) -> VendorError:
    code, is_final = error.code, 500 <= error.code < 600
    is_sign_in = command is Command.AUTH and is_final and code not in _NO_SUCH_COMMAND
    if code == _SIGN_IN_WANTED or is_sign_in:
        message = f"the sign-in was refused ({code}); set the user and password that this mail server knows"
        return CredentialsRefused(VENDOR, command.operation, message, code, _reason(error))
    if is_final and _ABOUT_THE_SENDER.match(error.message):
        command = Command.MAIL
    if is_final and command in _TO_CORRECT:
        return not_offered(command, code)
    if is_final:
        message = f"the message was refused ({code}); see the mail server's reason, and whom else to ask"
        return Refused(VENDOR, command.operation, message, code, _reason(error))
    if not 200 <= code < 600:
        to_do = f"look whether {PREFIX}SMTP_HOST and {PREFIX}SMTP_PORT are a mail server's"
        return Misconfigured(VENDOR, command.operation, f"what answers there does not speak SMTP; {to_do}")
    message = f"the message was not taken for now ({code}); try again later"
    return NotExecuted(VENDOR, command.operation, message, code)


def _reason(error: SMTPResponseException) -> str:
    return clean_line(error.message, LONGEST_REASON)
