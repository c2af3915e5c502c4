"""What the mailbox's SMTP server can be told to do while it runs. Holds values only; `smtp.py` obeys.

TLS and login are taken up by the next connection, everything else by the next command.
"""

from typing import Annotated

from pydantic import Field

from sandbox.knobs import Count, Pattern, Seconds, Switches


class MailboxKnobs(Switches):
    """All off by default: every mail is taken, in plain text, from anybody.

    `refuse_recipients` is a regex searched in the address: 550, for good. `defer_recipients` answers the next N
    recipients 451, `defer_mails` the next N mails after their data; neither is kept. `hang_after_data` keeps the next N
    mails and never answers; the line is cut after `hang_seconds`. `starttls` offers STARTTLS with the certificate made
    at the start. `auth_required` wants AUTH with user and password, and with `starttls` only after that.
    """

    refuse_recipients: Pattern = None
    defer_recipients: Count = 0
    defer_mails: Count = 0
    hang_after_data: Count = 0
    hang_seconds: Seconds = 30
    starttls: bool = False
    auth_required: bool = False
    auth_user: Annotated[str, Field(min_length=1)] = "mailbox-sandbox"
    auth_password: Annotated[str, Field(min_length=1)] = "mailbox-sandbox-password"  # noqa: S105 - everybody may know
