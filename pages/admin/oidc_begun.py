"""A sign-in that has been begun: what its browser keeps, in a signed cookie, until the provider sends it back.

A cookie for each, so that two tabs may sign in side by side. Lax, not strict as the session's: the provider's page
leads back here. It is taken away at the first return, and the provider takes a code once (RFC 6749, 4.1.2): what was
used is worth nothing.
"""

import hashlib
import hmac
import secrets
from dataclasses import astuple, dataclass
from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from pages.admin.cookies import Cookies
from store.vault import Vault

COOKIE = "crosschq-lever-oidc"
PATH = "/sign-in/oidc"
LIFETIME = timedelta(minutes=10)
MOST = 5
"""Begun in one browser at once; a further one takes the oldest's place."""
LONGEST_FOLLOWING = 400
"""Characters: MOST cookies go into one header line, of which proxies take 8 kB."""


@dataclass(frozen=True)
class Begun:
    state: str
    """Comes back with the browser: the answer belongs to this beginning."""
    nonce: str
    """Comes back in the ID token: it was made for this sign-in."""
    verifier: str
    """Of PKCE: whoever else gets hold of the code cannot use it."""
    following: str
    """The path of ours that was asked for."""

    @classmethod
    def now(cls, following: str) -> "Begun":
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, following if len(following) <= LONGEST_FOLLOWING else "/")


class BegunCookies:
    def __init__(self, vault: Vault, cookies: Cookies) -> None:
        self._cookies = cookies
        self._serializer = URLSafeTimedSerializer(
            # The library wants the newest last.
            vault.signing_keys("OpenID Connect sign-ins")[::-1],
            salt="begun",
            signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
        )

    def give(self, request: Request, response: Response, begun: Begun) -> None:
        for name in self._in_the_way(request):
            self._cookies.take_away(request, response, name, lax=True)
        value = str(self._serializer.dumps(astuple(begun)))
        age = int(LIFETIME.total_seconds())
        self._cookies.give(request, response, cookie_of(begun.state), value, lax=True, age=age)

    def read(self, request: Request, state: str) -> Begun | None:
        """None: this browser has not begun it, or too long ago."""
        found = self._read(request, cookie_of(state))
        is_same = found is not None and hmac.compare_digest(found[0].state.encode(), state.encode())
        return found[0] if found and is_same else None

    def take_away(self, request: Request, response: Response, begun: Begun) -> None:
        self._cookies.take_away(request, response, cookie_of(begun.state), lax=True)

    def _in_the_way(self, request: Request) -> list[str]:
        """Those that are worth nothing, and the oldest of the others when there are MOST."""
        # Browsers send the oldest first, which tells those of one second apart.
        found = {
            name: self._read(request, name) for name in reversed(self._cookies.names(request, f"{COOKIE}-"))
        }
        by_age = sorted(found, key=lambda name: at[1] if (at := found[name]) else 0, reverse=True)
        return [name for place, name in enumerate(by_age) if found[name] is None or place >= MOST - 1]

    def _read(self, request: Request, name: str) -> tuple[Begun, float] | None:
        """With the second in which it was given."""
        try:
            parts, given_at = self._serializer.loads(
                self._cookies.value(request, name),
                max_age=int(LIFETIME.total_seconds()),
                return_timestamp=True,
            )
        except BadData:
            return None
        return Begun(*parts), given_at.timestamp()


def cookie_of(state: str) -> str:
    """Without the state itself: names of cookies are shown in more places than their values."""
    return f"{COOKIE}-{hashlib.sha256(state.encode()).hexdigest()[:16]}"
