"""What a conversation with a mail server that went wrong means for the caller, as outbound.errors has it. Pure.

Until the server has the last line of a message it has not taken it, whatever went wrong (RFC 5321, 4.1.1.4). After that
only its answer tells, and without one nobody knows.
"""

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
)

from outbound.errors import CredentialsRefused, NotExecuted, OutcomeUnknown, Refused, Unavailable, VendorError

VENDOR = "mail server"
LONGEST_REASON = 300
_SIGN_IN_WANTED = 530
# Other answers of "never", such as to the sender, are about us and not about this one message.
_ABOUT_THE_MESSAGE = (SMTPRecipientRefused, SMTPDataError)


def not_taken(command: str, error: SMTPException | OSError) -> VendorError:
    """For whatever goes wrong before the message's last line is sent, and for a "no" after it."""
    operation = f"SMTP {command}"
    if isinstance(error, SMTPResponseException):
        return _of_answer(operation, error)
    if isinstance(error, SMTPNotSupported):
        message = "it cannot take an address with letters beyond ASCII; ask somebody with a plain address"
        return Refused(VENDOR, operation, message)
    message = f"nothing was sent ({error}); check host, port, security and CA file, or try again later"
    return Unavailable(VENDOR, operation, message)


def unknown(error: SMTPException | OSError) -> OutcomeUnknown:
    """For no readable answer after the last line was sent."""
    what = f"answer {error.code}" if isinstance(error, SMTPResponseException) else error
    message = f"the message was handed over, but not confirmed ({what}); ask whether it came before sending it again"
    return OutcomeUnknown(VENDOR, "SMTP DATA", message)


def _of_answer(operation: str, error: SMTPResponseException) -> VendorError:
    code, is_final = error.code, 500 <= error.code < 600
    if code == _SIGN_IN_WANTED or (is_final and isinstance(error, SMTPAuthenticationError)):
        message = f"the sign-in was refused ({code}); set the user and password that this mail server knows"
        return CredentialsRefused(VENDOR, operation, message, code, _reason(error))
    if is_final and isinstance(error, _ABOUT_THE_MESSAGE):
        message = f"the message was refused ({code}); see the mail server's reason, and whom else to ask"
        return Refused(VENDOR, operation, message, code, _reason(error))
    return NotExecuted(
        VENDOR, operation, f"the message was not taken for now ({code}); try again later", code
    )


def _reason(error: SMTPResponseException) -> str:
    return error.message[:LONGEST_REASON]
