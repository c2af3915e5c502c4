"""The mails kept, newest first. In memory, the last 1,000; older ones are dropped."""

from collections import deque
from itertools import count

from sandbox.clock import Clock, utc_now
from sandbox.mailbox.knobs import MailboxKnobs
from sandbox.mailbox.mail import Conversation, Mail

KEPT = 1_000
PLAIN = Conversation()


class Mailbox:
    """Filled by `smtp.py`, read by `app.py`; `knobs` say how the SMTP server behaves."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock, self.knobs = clock, MailboxKnobs()
        self._mails: deque[Mail] = deque(maxlen=KEPT)
        self._numbers = count(1)

    def deliver(self, sender: str, to: list[str], raw: bytes, came: Conversation = PLAIN) -> Mail:
        """Keep one mail as it came over SMTP."""
        mail = Mail.from_smtp(str(next(self._numbers)), self.clock().timestamp(), sender, to, raw, came)
        self._mails.appendleft(mail)
        return mail

    def mails(self, to: str | None = None) -> list[Mail]:
        """Newest first; `to` keeps those with exactly this recipient, in any case."""
        return [mail for mail in self._mails if to is None or to.lower() in map(str.lower, mail.to)]

    def find(self, mail_id: str) -> Mail | None:
        """The mail with this id."""
        return next((mail for mail in self._mails if mail.id == mail_id), None)

    def clear(self) -> None:
        """Empty the mailbox."""
        self._mails.clear()
