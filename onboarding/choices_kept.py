"""Remembers for a few minutes what the vendors offer, so that a press of + does not ask them again. In memory only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from onboarding.choices import Choices, read_choices
from store.tables import Connection
from wiring import Parts

KEPT_FOR = timedelta(minutes=5)

Account = tuple[int, str, bytes, str, bytes, str]
"""Other keys or addresses are another account."""


@dataclass(frozen=True)
class KeptChoices:
    """One for the pages of a process."""

    _kept: dict[Account, tuple[datetime, Choices]] = field(default_factory=dict, repr=False)

    async def fresh(self, parts: Parts, connection: Connection, *, with_postings: bool) -> Choices:
        """Read now. What could not be read wholly is not kept."""
        now, account = parts.now(), _account(connection)
        self._forget_old(now)
        choices = await read_choices(parts, connection, with_postings=with_postings)
        if choices.problems:
            self._kept.pop(account, None)
        else:
            self._kept[account] = (now, choices)
        return choices

    async def recent(self, parts: Parts, connection: Connection, *, with_postings: bool) -> Choices:
        """Read within the last KEPT_FOR."""
        self._forget_old(parts.now())
        _, kept = self._kept.get(_account(connection), (None, None))
        if kept is None or (with_postings and kept.postings is None):
            return await self.fresh(parts, connection, with_postings=with_postings)
        return kept

    def _forget_old(self, now: datetime) -> None:
        for account in [one for one, (at, _) in self._kept.items() if now - at > KEPT_FOR]:
            del self._kept[account]


def _account(connection: Connection) -> Account:
    return (
        connection.id,
        connection.lever_url,
        connection.lever_key,
        connection.crosschq_url,
        connection.crosschq_key,
        connection.crosschq_key_prefix,
    )
