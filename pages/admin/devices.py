"""Know again a browser in which somebody has signed in before, so that strangers' wrong passwords do not count there.

A signed cookie for each account, which holds until its password changes. It signs nobody in.
"""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from pages.admin.cookies import Cookies
from store.people_tables import PagePerson
from store.vault import Vault

COOKIE = "crosschq-lever-device"
LIFETIME = timedelta(days=400)
"""As long as browsers keep a cookie at most."""
ELSEWHERE = "elsewhere"
"""In place of an account, for who signs in with OpenID Connect: who it is shows only when they are back."""
_WRITTEN = re.compile(r"(?P<device>[\w-]{22})\.(?P<mac>[0-9a-f]{64})", re.ASCII)


class Devices:
    def __init__(self, vault: Vault, cookies: Cookies) -> None:
        self._keys, self._cookies = vault.signing_keys("known devices"), cookies

    def known(self, request: Request, person: PagePerson | None) -> str | None:
        """The device's id, if this account has signed in there; None as well after its password has changed.

        No `person`: whether anybody has signed in there with OpenID Connect.
        """
        written = _WRITTEN.fullmatch(self._cookies.value(request, _cookie(person)))
        if written is None:
            return None
        device = written["device"]
        macs = [_mac(key, person, device) for key in self._keys]
        # All are compared, each in constant time.
        return device if any([hmac.compare_digest(one, written["mac"]) for one in macs]) else None  # noqa: C419

    def give(self, request: Request, response: Response, person: PagePerson | None) -> None:
        """After they have signed in: the device keeps its id, and so its count."""
        device = self.known(request, person) or secrets.token_urlsafe(16)
        value = f"{device}.{_mac(self._keys[0], person, device)}"
        age = int(LIFETIME.total_seconds())
        self._cookies.give(request, response, _cookie(person), value, age=age)


def _cookie(person: PagePerson | None) -> str:
    return f"{COOKIE}-{person.id if person else ELSEWHERE}"


def _mac(key: bytes, person: PagePerson | None, device: str) -> str:
    whose = f"{person.id} {person.password_hash}" if person else ELSEWHERE
    return hmac.new(key, f"{whose} {device}".encode(), hashlib.sha256).hexdigest()
