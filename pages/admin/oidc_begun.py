"""A sign-in that has been begun: what its browser keeps, in a signed cookie, until the provider sends it back.

Lax, not strict as the session's: the provider's page leads back here. It is taken away at the first return, and the
provider takes a code once (RFC 6749, 4.1.2): what was used is worth nothing.
"""

import hashlib
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
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        return cls(state, nonce, verifier, following)


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
        value = str(self._serializer.dumps(astuple(begun)))
        self._cookies.give(request, response, COOKIE, value, lax=True, age=int(LIFETIME.total_seconds()))

    def read(self, request: Request) -> Begun | None:
        """None: this browser has begun nothing, or too long ago."""
        try:
            parts = self._serializer.loads(
                self._cookies.value(request, COOKIE), max_age=int(LIFETIME.total_seconds())
            )
        except BadData:
            return None
        return Begun(*parts)

    def take_away(self, request: Request, response: Response) -> None:
        self._cookies.take_away(request, response, COOKIE, lax=True)
