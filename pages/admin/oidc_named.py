"""Who may sign in with OpenID Connect, by what the settings say now. Asks nobody."""

import re
from dataclasses import dataclass
from typing import Self

from cleaning.email_address import clean_email_or_none
from cleaning.typed import typed_list
from settings import Settings
from store.people_tables import Role

# ASCII alone: under Unicode's rules other letters become these when they are made small.
_ADDRESS = re.compile(r"[!-?A-~]{1,200}@[a-z0-9.-]{1,100}", re.ASCII)


@dataclass(frozen=True)
class Named:
    """E-mail addresses in small letters; of viewers also `@domain`. Nobody, without a provider."""

    admins: frozenset[str] = frozenset()
    viewers: frozenset[str] = frozenset()
    issuer: str = ""
    """Whose accounts they are."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        if settings.oidc_issuer is None:
            return cls()
        return cls(_listed(settings.oidc_admins), _listed(settings.oidc_viewers), settings.oidc_issuer)

    def role_of(self, address: str) -> Role | None:
        """None: they may not sign in, or not any more."""
        if not _ADDRESS.fullmatch(address) or address.count("@") != 1:
            return None
        if address in self.admins:
            return Role.ADMIN
        domain = f"@{address.partition('@')[2]}"
        return Role.VIEWER if address in self.viewers or domain in self.viewers else None


NOBODY = Named()


def small(address: str) -> str:
    """As addresses are compared and kept; one with other letters than ASCII's stays as it is, and is nobody's."""
    return address.lower() if address.isascii() else address


def _listed(setting: str | None) -> frozenset[str]:
    return frozenset(small(clean_email_or_none(one) or one) for one in typed_list(setting))
