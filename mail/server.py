"""Which mail server takes our mail, and how it is spoken to. Connects nowhere."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Security(StrEnum):
    PLAIN = "plain"
    """Readable on the way, a password included: for this machine or a network of your own."""
    STARTTLS = "starttls"
    """Encrypted from the second word on; never without."""
    TLS = "tls"
    """Encrypted from the start."""


@dataclass(frozen=True)
class MailServer:
    """`sender` is an address or `Name <address>`; `timeout` is for each answer, in seconds."""

    host: str
    port: int
    security: Security
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    ca_file: Path | None = None
    """PEM: who vouches for the server beside those this machine trusts. Its name is always checked."""
