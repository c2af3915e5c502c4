"""Talk to the OpenID Connect provider: where to send a browser, and who came back.

Authorization code flow with PKCE. Its answers are in no log and no error, and redirects of its are not followed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import BaseModel, RootModel, ValidationError

from outbound.openid import Away, Metadata, ask, clock_of, configuration_of, keys_of, parsed
from pages.admin.oidc_account import Account
from pages.admin.oidc_begun import Begun
from pages.admin.oidc_tokens import Expected, claims_of
from store.people import Identity

# Not authlib's Starlette client: it keeps one sign-in per browser and wants SessionMiddleware for it, keeps
# configuration and keys for ever, reads answers of any size, and takes the algorithms that a provider names.

KNOWN_FOR = timedelta(minutes=10)
SCOPE = "openid email"


class CodeRefused(Away):
    """It was used already, or is too old."""


class Tokens(BaseModel):
    id_token: str
    access_token: str


class Failure(BaseModel):
    """RFC 6749, 5.2."""

    error: str = ""


Claims = RootModel[dict[str, Any]]


@dataclass(frozen=True)
class Vouched:
    """For whom the provider vouches, and their verified address as it stands in the answer."""

    identity: Identity
    address: str


@dataclass
class Provider:
    """`back`: the redirect URI that is registered with it, on our pages."""

    http: httpx.AsyncClient
    issuer: str
    """As the settings spell it."""
    client_id: str
    client_secret: str | None
    back: str
    now: Callable[[], datetime]
    assumes_verified: bool = False
    """Of addresses of which it says nothing."""
    _known: tuple[Metadata, datetime] | None = field(default=None, repr=False)

    async def address(self, begun: Begun) -> str:
        """Where the browser goes to sign in; raises Away."""
        metadata = await self._metadata()
        return str(
            prepare_grant_uri(
                metadata.authorization_endpoint,
                self.client_id,
                "code",
                redirect_uri=self.back,
                scope=SCOPE,
                state=begun.state,
                nonce=begun.nonce,
                code_challenge=create_s256_code_challenge(begun.verifier),
                code_challenge_method="S256",
            )
        )

    async def vouched(self, code: str, begun: Begun) -> Vouched:
        """Who signed in there; raises Away and NotTrusted."""
        metadata = await self._metadata()
        tokens, theirs = await self._tokens(metadata, code, begun)
        keys = await keys_of(self.http, metadata)
        expected = Expected(
            metadata.issuer, self.client_id, begun.nonce, tokens.access_token, self.now(), theirs
        )
        account = Account.from_claims("the ID token", claims_of(tokens.id_token, keys, expected))
        is_missing = account.is_verified is None and not self.assumes_verified
        if metadata.userinfo_endpoint and (account.address is None or is_missing):
            account = account.completed_by(await self._userinfo(metadata.userinfo_endpoint, tokens))
        address = account.verified_address(assumed=self.assumes_verified)
        return Vouched(Identity(self.issuer, account.subject), address)

    async def _metadata(self) -> Metadata:
        if self._known is None or self.now() - self._known[1] > KNOWN_FOR:
            self._known = await configuration_of(self.http, self.issuer), self.now()
        return self._known[0]

    async def _tokens(self, metadata: Metadata, code: str, begun: Begun) -> tuple[Tokens, datetime | None]:
        """With the time by the provider's clock."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": begun.verifier,
        }
        auth, more = self._credentials(metadata)
        request = self.http.build_request("POST", metadata.token_endpoint, data=form | more)
        answer = await ask(self.http, "its tokens", request, auth)
        if answer.is_client_error:
            _check_refusal(answer)
        return parsed(Tokens, "its tokens", answer), clock_of(answer)

    def _credentials(self, metadata: Metadata) -> tuple[httpx.Auth | None, dict[str, str]]:
        """As the provider takes them (RFC 6749, 2.3.1), by header where it can, else as fields of the form."""
        if self.client_secret is None:
            return None, {"client_id": self.client_id}
        methods = metadata.token_endpoint_auth_methods_supported
        if methods is None or "client_secret_basic" in methods:
            return httpx.BasicAuth(quote_plus(self.client_id), quote_plus(self.client_secret)), {}
        return None, {"client_id": self.client_id, "client_secret": self.client_secret}

    async def _userinfo(self, url: str, tokens: Tokens) -> Account:
        """Some providers tell the address, or whether it is verified, only here (Core 1.0, 5.3)."""
        headers = {"Authorization": f"Bearer {tokens.access_token}"}
        request = self.http.build_request("GET", url, headers=headers)
        what = "its account's data"
        told = parsed(Claims, what, await ask(self.http, what, request))
        return Account.from_claims("userinfo", told.root)


def _check_refusal(answer: httpx.Response) -> None:
    """Raises Away with the cause, where the provider names one that people here can do something about."""
    try:
        error = Failure.model_validate_json(answer.content).error
    except ValidationError:
        return
    if error == "invalid_grant":
        raise CodeRefused(
            "its tokens: the code was used already, is too old, or the redirect URI is another one (invalid_grant)"
        )
    if error in ("invalid_client", "unauthorized_client"):
        raise Away(
            "its tokens: it does not accept CROSSCHQ_LEVER_OIDC_CLIENT_ID and CROSSCHQ_LEVER_OIDC_CLIENT_SECRET"
        )
