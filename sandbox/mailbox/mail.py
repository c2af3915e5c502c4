"""One received mail, read from its raw bytes. Never fails on a malformed one: what cannot be read is left empty."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any


@dataclass(frozen=True)
class Mail:
    """`at` in epoch seconds; `to` are the SMTP recipients, whatever the header says."""

    id: str
    at: float
    sender: str
    to: list[str]
    subject: str
    text: str
    html: str

    @classmethod
    def from_smtp(cls, mail_id: str, at: float, sender: str, to: list[str], raw: bytes) -> "Mail":
        """Read what an SMTP client delivered."""
        message = message_from_bytes(raw, policy=default)
        shown_sender = str(message.get("From") or sender)
        subject = str(message.get("Subject") or "")
        return cls(mail_id, at, shown_sender, to, subject, _part(message, "plain"), _part(message, "html"))

    def as_json(self) -> dict[str, Any]:
        """The mail as `/api/messages` lists it."""
        return {
            "id": self.id,
            "at": self.at,
            "from": self.sender,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
        }


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, ValueError):
        # An unknown charset or a broken encoding; the bytes are still worth a look.
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
