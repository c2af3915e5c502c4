"""Talks to the OpenID Connect provider: where it is, where to send a browser, and who came back.

Authorization code flow with PKCE. Its answers are in no log and no error, and redirects of its are not followed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import BaseModel, ValidationError

from outbound.bounded import SIGN_IN, AnswerTooLarge, send_within
from outbound.transport import CallFailed, InvalidAddress
from pages.admin.oidc_begun import Begun
from pages.admin.oidc_tokens import Expected, NotTrusted, claims_of

KNOWN_FOR = timedelta(minutes=10)
SCOPE = "openid email"

Answer = TypeVar("Answer", bound=BaseModel)


class Away(Exception):  # noqa: N818 - says what it is
    """It cannot be reached, or does not answer as a provider does; the message says at what."""


class Metadata(BaseModel):
    """OpenID Connect Discovery 1.0, 3; what is used of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class Keys(BaseModel):
    keys: list[dict[str, Any]]


class Tokens(BaseModel):
    id_token: str
    access_token: str


class Account(BaseModel, strict=True):
    """The claims about who it is (OpenID Connect Core 1.0, 5.1): a verified address is one that is `true`."""

    sub: str
    email: str = ""
    email_verified: bool = False


@dataclass
class Provider:
    """`back`: the redirect URI that is registered with it, on our pages."""

    http: httpx.AsyncClient
    issuer: str
    client_id: str
    client_secret: str | None
    back: str
    now: Callable[[], datetime]
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

    async def verified_address(self, code: str, begun: Begun) -> str:
        """The e-mail address of who signed in there, as it stands in the answer; raises Away and NotTrusted."""
        metadata = await self._metadata()
        tokens = await self._tokens(metadata, code, begun)
        keys = await self._read(Keys, "its keys", "GET", metadata.jwks_uri)
        expected = Expected(self.issuer, self.client_id, begun.nonce, tokens.access_token)
        account = _account(claims_of(tokens.id_token, keys.keys, expected))
        if not account.email and metadata.userinfo_endpoint:
            account = await self._userinfo(metadata.userinfo_endpoint, tokens, account)
        if not account.email or not account.email_verified:
            raise NotTrusted("whether the e-mail address is verified (email_verified is not true)")
        return account.email

    async def _metadata(self) -> Metadata:
        if self._known is None or self.now() - self._known[1] > KNOWN_FOR:
            url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = await self._read(Metadata, "its configuration", "GET", url)
            _check(found, self.issuer)
            self._known = found, self.now()
        return self._known[0]

    async def _tokens(self, metadata: Metadata, code: str, begun: Begun) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": begun.verifier,
        }
        sent = {"data": form} | self._credentials(metadata, form)
        return await self._read(Tokens, "its tokens", "POST", metadata.token_endpoint, **sent)

    def _credentials(self, metadata: Metadata, form: dict[str, str]) -> dict[str, Any]:
        """As the provider takes them (RFC 6749, 2.3.1), by header where it can."""
        if self.client_secret is None:
            return {"data": form | {"client_id": self.client_id}}
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            return {"auth": httpx.BasicAuth(quote_plus(self.client_id), quote_plus(self.client_secret))}
        return {"data": form | {"client_id": self.client_id, "client_secret": self.client_secret}}

    async def _userinfo(self, url: str, tokens: Tokens, known: Account) -> Account:
        """Some providers tell the address only here (Core 1.0, 5.3); it must be the same account's."""
        headers = {"Authorization": f"Bearer {tokens.access_token}"}
        told = await self._read(Account, "its account's data", "GET", url, headers=headers)
        if told.sub != known.sub:
            raise NotTrusted("whether the account's data are the same account's (sub)")
        return told

    async def _read(
        self,
        model: type[Answer],
        what: str,
        method: str,
        url: str,
        *,
        auth: httpx.Auth | None = None,
        **sent: Any,  # noqa: ANN401 - what httpx takes
    ) -> Answer:
        try:
            request = self.http.build_request(method, url, **sent)
            answer = await send_within(self.http, request, SIGN_IN, auth)
        except (CallFailed, InvalidAddress, AnswerTooLarge, TimeoutError) as error:
            raise Away(f"{what}: {type(error).__name__}") from None
        if answer.status_code != httpx.codes.OK:
            raise Away(f"{what}: status {answer.status_code}")
        try:
            return model.model_validate_json(answer.content)
        except ValidationError:
            raise Away(f"{what}: not as OpenID Connect has it") from None


def _account(claims: Mapping[str, Any]) -> Account:
    try:
        return Account.model_validate(claims)
    except ValidationError:
        raise NotTrusted("the ID token's claims about the account") from None


def _check(metadata: Metadata, issuer: str) -> None:
    """Nobody else's configuration, and nothing of it in the clear; on this machine http does."""
    if metadata.issuer != issuer:
        raise Away("its configuration, which names another issuer than CROSSCHQ_LEVER_OIDC_ISSUER")
    used = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri]
    used += [metadata.userinfo_endpoint] if metadata.userinfo_endpoint else []
    if issuer.startswith("https://") and not all(one.startswith("https://") for one in used):
        raise Away("its configuration, which names addresses without https")
