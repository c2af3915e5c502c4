"""What a webhook's endpoint makes of its bytes: a delivery to record, or a rejection. Performs no I/O."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hiring.local_days import local_day_in_words
from store.deliveries import NewDelivery
from store.tables import Connection, WebhookEndpoint
from store.vault import Vault
from store.webhook_tokens import Tokens


class Rejected(Exception):  # noqa: N818 - says what happened
    """Not genuine. The sender learns only that; the message is for the admin and holds nothing secret."""


class Unreadable(Exception):  # noqa: N818 - says what happened
    """Genuine or not, it cannot be read: sender and admin get the message, which quotes nothing of it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"unreadable: {why}")


def replaced_token(tokens: Tokens) -> Rejected:
    """What is shown was good once."""
    if tokens.replaced_at is None:
        return Rejected("shown with a token that was replaced")
    replaced, until = local_day_in_words(tokens.replaced_at), f"{tokens.good_until:%d %B %Y, %H:%M}"
    return Rejected(f"shown with a token that was replaced: on {replaced}, and good until {until} UTC")


@dataclass(frozen=True)
class Arrival:
    """One request to an endpoint's URL, its body read in whole."""

    endpoint: WebhookEndpoint
    connection: Connection
    body: bytes
    authorization: str | None
    now: datetime

    @property
    def body_sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class Intake(Protocol):
    """One per vendor."""

    def __call__(self, arrival: Arrival, vault: Vault, retention: timedelta) -> NewDelivery:
        """Raises Rejected or Unreadable. An endpoint without a configured secret never comes here: it answers 404."""
