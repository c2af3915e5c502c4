"""Which tokens a webhook's endpoint takes: the present one, and for a while the one before it. Performs no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store.tables import WebhookEndpoint
from store.vault import Vault

OVERLAP = timedelta(days=7)
"""So long after it was replaced a token is still taken: Lever's retries and an admin's change at the vendor fit in."""

_KEPT = 2


@dataclass(frozen=True)
class Tokens:
    """Also one whose time is over is kept, so that ops learn that it is still used."""

    stored: Sequence[str] = field(repr=False)
    """The present one first."""
    replaced_at: datetime | None = None
    """When the others were; None: there are none."""

    @classmethod
    def of(cls, endpoint: WebhookEndpoint, vault: Vault) -> "Tokens":
        """Raises VaultError."""
        stored = vault.open_list(endpoint.secrets) if endpoint.secrets else []
        return cls(stored, endpoint.token_replaced_at if len(stored) > 1 else None)

    @property
    def present(self) -> Sequence[str]:
        """One, or none."""
        return self.stored[:1]

    @property
    def good_until(self) -> datetime | None:
        """The previous one; None: there is none."""
        return self.replaced_at + OVERLAP if self.replaced_at else None

    def previous(self, now: datetime) -> Sequence[str]:
        """Those beside the present one that are still taken."""
        return self.stored[1:] if self.good_until and now < self.good_until else []

    def good(self, now: datetime) -> Sequence[str]:
        return [*self.present, *self.previous(now)]

    def over(self, now: datetime) -> Sequence[str]:
        """Those that are not taken any more."""
        return [] if self.previous(now) else self.stored[1:]

    def with_new(self, token: str, now: datetime) -> "Tokens":
        """The same one once more prolongs nothing."""
        if [token] == self.present:
            return self
        stored = [token, *(old for old in self.stored if old != token)][:_KEPT]
        return Tokens(stored, now if len(stored) > 1 else None)

    def without_previous(self) -> "Tokens":
        return Tokens(self.present)

    def store_in(self, endpoint: WebhookEndpoint, vault: Vault) -> None:
        """Under the newest key."""
        endpoint.secrets = vault.seal_list(self.stored) if self.stored else None
        endpoint.token_replaced_at = self.replaced_at
