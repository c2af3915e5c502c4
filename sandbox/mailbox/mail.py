"""One received mail, read from its raw bytes. Never fails on a malformed one: what cannot be read is left empty."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any


@dataclass(frozen=True)
class Conversation:
    """How a mail came in: whether over TLS, and as whom the client had logged in, None for nobody."""

    tls: bool = False
    user: str | None = None


@dataclass(frozen=True)
class Mail:
    """`at` in epoch seconds; `to` are the SMTP recipients, whatever the header says.

    `headers` are those of the mail in their order, unfolded and otherwise as they were sent.
    """

    id: str
    at: float
    sender: str
    to: list[str]
    subject: str
    text: str
    html: str
    headers: list[tuple[str, str]]
    came: Conversation

    @classmethod
    def from_smtp(
        cls, mail_id: str, at: float, sender: str, to: list[str], raw: bytes, came: Conversation
    ) -> "Mail":
        """Read what an SMTP client delivered."""
        message = message_from_bytes(raw, policy=default)
        return cls(
            id=mail_id,
            at=at,
            sender=next(
                (_shown(value) for name, value in message.raw_items() if name.lower() == "from"), sender
            ),
            to=to,
            subject=str(message.get("Subject") or ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
            headers=[(name, _unfolded(value)) for name, value in message.raw_items()],
            came=came,
        )

    @property
    def message_id(self) -> str | None:
        """The Message-ID header, None when the mail has none."""
        return next((value for name, value in self.headers if name.lower() == "message-id"), None)

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
            "message_id": self.message_id,
            "headers": [list(pair) for pair in self.headers],
            "tls": self.came.tls,
            "user": self.came.user,
        }


def _unfolded(value: object) -> str:
    text = re.sub(r"[\r\n]+(?=[ \t])", "", str(value)).strip()
    # The parser keeps bytes beyond ASCII as surrogates, which no JSON can carry.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _shown(value: object) -> str:
    # Not the parser's own reading: up to Python 3.13.0 it puts a blank between two encoded words of a name.
    raw = _unfolded(value)
    try:
        return str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        return raw


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n")
    except (LookupError, ValueError):
        # An unknown charset or a broken encoding; the bytes are still worth a look.
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
