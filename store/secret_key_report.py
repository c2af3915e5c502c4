"""Say which secret key is needed by what, and what is to be done about it. Performs no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from hiring.local_days import local_day_in_words
from store.sealed_columns import Usage
from store.vault import Vault

SETTING = "CROSSCHQ_LEVER_SECRET_KEYS"
ROTATE = "`crosschq-lever keys rotate`"
ROTATION = timedelta(days=7)
"""So long an older key may stay in the setting before we ask for it to be taken out."""
NOTHING: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True)
class KeyUse:
    """One secret key; `position` counts from 1, the newest, and is None for one that the setting does not hold."""

    position: int | None
    fingerprint: str | None
    """None: an earlier release did not write it down."""
    needed_by: dict[str, int]
    """Numbers of rows by what they hold."""
    replaced_at: datetime | None = None
    """When a newer one was put in front, as far as the gateway has seen."""

    @property
    def rows(self) -> int:
        return sum(self.needed_by.values())

    @property
    def what(self) -> str:
        return ", ".join(f"{title}: {number}" for title, number in self.needed_by.items())


@dataclass(frozen=True)
class KeyReport:
    held: Sequence[KeyUse]
    """As in the setting, newest first."""
    missing: Sequence[KeyUse]
    unnamed: int
    """Rows of which it was not tried which key they need."""

    @classmethod
    def of(
        cls, vault: Vault, usages: Sequence[Usage], replaced: Mapping[str, datetime] = NOTHING
    ) -> "KeyReport":
        """`replaced`: as `store.secret_key_ages.replaced_keys` tells."""
        here = vault.fingerprints
        held = [
            replace(_use(position, key, usages), replaced_at=replaced.get(key))
            for position, key in enumerate(here, 1)
        ]
        unknown = sorted({key for usage in usages for key in usage.needed} - set(here))
        missing = [_use(None, key, usages) for key in unknown]
        if lost := {usage.title: usage.lost for usage in usages if usage.lost}:
            missing.append(KeyUse(None, None, lost))
        return cls(held, missing, sum(usage.unnamed for usage in usages))

    @property
    def problems(self) -> list[str]:
        """A sentence for each key that is not there and is needed."""
        return [
            f"{SETTING} does not hold {_named(one)}, which is needed by {_rows(one.rows)} ({one.what})."
            for one in self.missing
        ]

    @property
    def still_needed(self) -> list[str]:
        """A sentence for each older key that is needed."""
        return [
            f"Key {one.position} of {SETTING} ({one.fingerprint}) is still needed by {_rows(one.rows)} ({one.what})"
            f"{_since(one)}."
            for one in self.held[1:]
            if one.rows
        ]

    @property
    def may_go(self) -> list[str]:
        """A sentence for each older key that is not needed."""
        if self.unnamed:
            return []
        return [
            f"Key {one.position} of {SETTING} ({one.fingerprint}) is needed by nothing here and may be taken out"
            f"{_since(one)}."
            for one in self.held[1:]
            if not one.rows
        ]

    def overdue(self, now: datetime) -> bool:
        """Whether an older key has been there for longer than a rotation takes."""
        return any(one.replaced_at and one.replaced_at < now - ROTATION for one in self.held[1:])


def _use(position: int | None, key: str, usages: Sequence[Usage]) -> KeyUse:
    return KeyUse(position, key, {one.title: one.needed[key] for one in usages if one.needed[key]})


def _named(one: KeyUse) -> str:
    return f"the key {one.fingerprint}" if one.fingerprint else "a key"


def _since(one: KeyUse) -> str:
    return f"; it was replaced on {local_day_in_words(one.replaced_at)}" if one.replaced_at else ""


def _rows(number: int) -> str:
    return f"{number} row{'' if number == 1 else 's'}"
